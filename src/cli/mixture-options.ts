import { Option } from 'commander';
import {
  type AccelerationChoice,
  type CovarianceType,
  EmgpuError,
  type Freezable,
  type GaussianMixtureOptions,
  type MixtureOptions,
  type MixtureStart,
} from '../node.ts';
import { type AnyModel, isGaussian } from './models.ts';
import { type FittingOptions, nonNegative, share, wholeNumber, wordList } from './options.ts';

/** Options that mixtures of any family have besides those of every fit. */
export interface CommonMixtureOptions extends FittingOptions {
  readonly accelerate: AccelerationChoice;
  readonly warmUp?: true | number;
  readonly bounds?: true;
}

/** Options of Gaussian mixtures. */
export interface MixtureFittingOptions extends CommonMixtureOptions {
  readonly regCovar: number;
  readonly freeze?: Freezable[];
  readonly prior?: true;
  readonly noise?: true | number;
}

export const COVARIANCE_TYPES: readonly CovarianceType[] = [
  'full',
  'tied',
  'diag',
  'spherical',
  'tied-diag',
  'tied-spherical',
];

export const MIXTURE_STARTS: readonly MixtureStart[] = ['k-means++', 'k-means', 'random-from-data', 'random'];

export const regCovarOption = () =>
  new Option('--reg-covar <x>', 'added to every variance, in squared units of the data')
    .argParser(nonNegative('--reg-covar', '1e-6'))
    .default(1e-6, '1e-6');

/** Options on iterations that all mixtures have, those of counts included. */
export const iterationOptions = () => [
  new Option('--accelerate <when>', "jump ahead between EM's steps (SQUAREM): never, where EM turns out slow, always")
    .choices(['off', 'auto', 'on'])
    .default('off'),
  new Option(
    '--warm-up [rows]',
    'of many rows, run on so many of them first, drawn at random; without a number 65536',
  ).argParser(wholeNumber('--warm-up', 1, '65536')),
  new Option('--bounds', 'keep what every iteration does to the evidence lower bound, for the report and --json'),
];

export const priorOption = () =>
  new Option('--prior', "a prior on means and covariances with mclust's defaults, so that no component collapses");

export const noiseOption = () =>
  new Option(
    '--noise [weight]',
    'one more component of even density, for outliers, labelled K; its weight at the start, without a number 0.05',
  ).argParser(share('--noise', '0.05'));

export const freezeOption = () =>
  new Option(
    '--freeze <list>',
    'what stays as the start has it: weights, means, covariances, separated by commas',
  ).argParser(wordList('--freeze', ['weights', 'means', 'covariances'], false));

/** The library's options for mixtures of any family, without K and the start. */
export function commonOptions(options: CommonMixtureOptions) {
  const { seed, tol, maxIter, restarts, accelerate, warmUp, bounds, backend, tune, chunkRows } = options;
  return {
    ...{ seed, tol, maxIter, nInit: restarts, accelerate, backend, tune },
    ...(warmUp !== undefined && { warmUp }),
    ...(bounds && { bounds }),
    ...(chunkRows !== undefined && { chunkRows }),
  } satisfies Omit<MixtureOptions, 'nComponents'>;
}

/** The library's options for Gaussian mixtures, without K, the start and the covariance type. */
export function mixtureOptions(options: MixtureFittingOptions) {
  const { regCovar, freeze, prior, noise, missing, stream } = options;
  if (noise !== undefined && stream) {
    throw new EmgpuError(
      'invalid-option',
      '--noise and --stream exclude each other: the box around the points is found in memory.',
      'Leave out one of the two.',
    );
  }
  return {
    ...commonOptions(options),
    regCovar,
    ...(missing === 'em' && { missing }),
    ...(freeze && { freeze }),
    ...(prior && { prior }),
    ...(noise !== undefined && { noise: noise === true ? true : { weight: noise } }),
  } satisfies Omit<GaussianMixtureOptions, 'nComponents' | 'init'>;
}

/** The Gaussian mixture that `--init` names, or undefined where it names a method. */
export function mixtureStart(init: AnyModel | undefined, name: string) {
  if (!init || isGaussian(init)) return init;
  throw new EmgpuError(
    'model-mismatch',
    `--init ${name} is a ${init.toJSON().model} model, not a Gaussian mixture.`,
    'Pass a model that emgpu fit wrote.',
  );
}
