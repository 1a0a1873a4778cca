import { checkOptionNames, type OptionNames } from '../data/option-names.ts';
import { MAX_COMPONENTS } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import { checkIsObject, checkSeed, checkWhole } from '../judging/checks.ts';
import type { CallOptions, DeviceOptions, IterationOptions, MixtureOptions } from './types.ts';

function refuse(name: string, expected: string, got: unknown): never {
  const shown = typeof got === 'string' ? `'${got}'` : `${got}`;
  throw new EmgpuError('invalid-option', `${name} must be ${expected}, got ${shown}.`, `Pass ${expected}.`);
}

/** Throws `invalid-option` unless options came as an object. */
export function checkOptions(options: unknown): void {
  checkIsObject('The options', options, '{ seed: 1 }');
}

/** Throws `invalid-option` unless an option is `true` or `false`, or an object with settings of these names. */
export function checkSwitch(name: string, value: unknown, names: Readonly<Record<string, true>>): void {
  if (value === undefined || typeof value === 'boolean') return;
  checkIsObject(name, value, '{}, or true');
  checkOptionNames(value as object, names, `${name}.`);
}

/** Checks K; throws `invalid-option` or `too-many-components`. */
export function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) refuse(name, 'a whole number from 1 on', value);
  if (value > MAX_COMPONENTS) {
    throw new EmgpuError(
      'too-many-components',
      `At most ${MAX_COMPONENTS} are supported, got ${name} ${value}.`,
      'Use fewer, or cluster hierarchically.',
    );
  }
}

export function checkNumber(name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) refuse(name, 'a number from 0 on', value);
}

export function checkPositive(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) refuse(name, 'a number above 0', value);
}

export function checkChoice(name: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) refuse(name, `one of ${known.join(', ')}`, value);
}

export function checkBackend(value: unknown): void {
  checkChoice('backend', value, ['auto', 'webgpu', 'cpu']);
}

/** Checks the options of a call; throws `invalid-option`. */
export function checkCall(call: CallOptions): void {
  checkIsObject('The options of the call', call, '{ onProgress }');
  const { onProgress, signal } = call;
  if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress', 'a function', onProgress);
  // Not by `instanceof`: a signal may come from another realm.
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') refuse('signal', 'an AbortSignal', signal);
}

/** Throws `invalid-option` unless the start is one of these names, or a model. */
export function checkInit(init: unknown, known: readonly string[]): void {
  if (typeof init !== 'object' || init === null) checkChoice('init', init ?? known[0], known);
}

/** Defaults of the options that all estimators have. */
export const ITERATION_DEFAULTS = { backend: 'auto', tol: 1e-6, maxIter: 500, nInit: 1, seed: 0 } as const;

/** More starts than this are taken for a slip. */
const MOST_STARTS = 1e6;

/** Options without those that are `undefined`. */
export type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

export type CheckedIteration = Required<Defined<IterationOptions & Pick<DeviceOptions, 'backend'>>> & { tol: number };

export function checkIteration({ backend, tol, maxIter, nInit, seed }: CheckedIteration): void {
  checkBackend(backend);
  checkNumber('tol', tol);
  checkWhole('maxIter', maxIter, 1);
  checkWhole('nInit', nInit, 1, MOST_STARTS);
  checkSeed(seed);
}

/** Rows of a warm-up where the option is `true`. */
const WARM_UP_ROWS = 65536;

/** Checks the further options of mixtures of any family; throws `invalid-option`. */
export function checkMixture({ nComponents, accelerate, warmUp }: MixtureOptions): void {
  checkCount('nComponents', nComponents);
  checkChoice('accelerate', accelerate ?? 'off', ['off', 'auto', 'on']);
  if (warmUp !== undefined && typeof warmUp !== 'boolean') checkWhole('warmUp', warmUp, 1);
}

/** The number of rows of a warm-up; undefined where there is to be none. */
export function warmUpRows(warmUp: boolean | number | undefined): number | undefined {
  if (warmUp === undefined || warmUp === false) return undefined;
  return warmUp === true ? WARM_UP_ROWS : warmUp;
}

/** Names of the options on where to compute, and how. */
export const DEVICE_OPTIONS = {
  backend: true,
  device: true,
  tune: true,
  chunkRows: true,
} satisfies OptionNames<DeviceOptions>;
/** Names of the options that all estimators have. */
export const ESTIMATOR_OPTIONS = { ...DEVICE_OPTIONS, seed: true, maxIter: true, nInit: true, tol: true } as const;
/** Names of the options that mixtures of any family have. */
export const MIXTURE_OPTIONS = {
  ...ESTIMATOR_OPTIONS,
  ...{ nComponents: true, accelerate: true, warmUp: true, bounds: true },
} satisfies OptionNames<MixtureOptions>;

/**
 * The options without those that are `undefined`, so that these have their defaults. Throws `invalid-option` unless they are an object, and for names
 * that are not in `names`.
 */
export function defined<T extends object>(options: T, names: OptionNames<T>): Defined<T> {
  checkOptions(options);
  checkOptionNames(options, names);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Throws `too-few-points` unless there are at least K points. */
export function checkEnoughPoints(nSamples: number, K: number, what: 'components' | 'clusters'): void {
  if (nSamples >= K) return;
  throw new EmgpuError(
    'too-few-points',
    `At least as many points as ${what} are needed: ${K} ${what}, got ${nSamples} ${nSamples === 1 ? 'point' : 'points'}.`,
    `Use at most ${nSamples} ${what}.`,
  );
}

/** Throws `model-mismatch` unless a start that was given has the form that is wanted. */
export function checkStart(found: string, wanted: string, options: string): void {
  if (found === wanted) return;
  throw new EmgpuError('model-mismatch', `The initial model must match: expected ${wanted}, got ${found}.`, options);
}
