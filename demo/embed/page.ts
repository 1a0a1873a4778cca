import type { MixtureFit } from 'emgpu';

/** The element that a selector finds. */
export const find = <E extends Element>(selector: string): E => document.querySelector<E>(selector)!;

/** Shows a sentence below the picture. */
export const say = (text: string): void => find('output').replaceChildren(text);

/** How a fit went, for the reader. */
export function scoreOf({ logLikelihood, nIter, adapter }: MixtureFit): string {
  const shown = logLikelihood.toFixed(2).replace('-', '−');
  return `Log-likelihood ${shown} after ${nIter} iterations on ${adapter}.`;
}
