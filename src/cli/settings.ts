import type { MixtureFittingOptions } from './mixture-options.ts';
import { short } from './numbers.ts';
import type { FittingOptions } from './options.ts';

/** The options of a fit by their names on the command line, as the report shows them: those that were set or have a default. */
export function settingsOf(options: FittingOptions & Partial<MixtureFittingOptions>): [name: string, value: string][] {
  const { init, restarts, seed, tol, maxIter, regCovar, prior, noise, freeze, accelerate, warmUp } = options;
  const { weightsColumn, missing, stream, chunkRows, backend } = options;
  const all: [string, string | undefined][] = [
    ['init', init],
    ['restarts', `${restarts}`],
    ['seed', `${seed}`],
    ['tol', short(tol)],
    ['max-iter', `${maxIter}`],
    ['reg-covar', regCovar === undefined ? undefined : short(regCovar)],
    ['prior', prior && 'yes'],
    ['noise', switchText(noise)],
    ['freeze', freeze?.join(', ')],
    ['accelerate', accelerate],
    ['warm-up', switchText(warmUp)],
    ['weights-column', weightsColumn],
    ['missing', missing],
    ['stream', stream && (chunkRows === undefined ? 'yes' : `${chunkRows} rows at once`)],
    ['backend', backend],
  ];
  return all.filter((setting): setting is [string, string] => setting[1] !== undefined);
}

/** What keeps a fit from the maximum of the likelihood, in words; undefined where nothing does. */
export function constraintOf({ prior, freeze }: FittingOptions & Partial<MixtureFittingOptions>): string | undefined {
  if (prior) return 'the fit has a prior';
  return freeze && `${freeze.join(' and ')} were frozen`;
}

function switchText(value: true | number | undefined): string | undefined {
  return value === true ? 'yes' : value === undefined ? undefined : short(value);
}
