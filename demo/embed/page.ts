import type { MixtureFit } from 'emgpu';
import { fixed } from '../shared/format.ts';

/** The element that a selector finds. */
export const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector)!;

/** Shows a sentence below the picture. */
export const say = (text: string): void => find('output').replaceChildren(text);

/** How a fit went, for the reader. */
export function scoreOf({ logLikelihood, nIter, adapter }: MixtureFit): string {
  return `Log-likelihood ${fixed(logLikelihood, 2)} after ${nIter} iterations on ${adapter}.`;
}
