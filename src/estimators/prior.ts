import { EmgpuError } from '../errors.ts';
import { type CovarianceType, covarianceShapes } from '../families/covariance.ts';
import type { ConjugatePrior } from '../families/prior.ts';
import { isList } from '../judging/checks.ts';
import { cholesky } from '../math/cholesky.ts';
import { flatten } from './model-json.ts';
import { checkNumber, checkPositive } from './options.ts';
import type { PriorOptions } from './types.ts';

/** Mean and covariance of the points: the defaults of a prior. */
export interface PopulationMoments {
  /** D, data units. */
  readonly mean: Float64Array;
  /** D × D, data units. */
  readonly covariance: Float64Array;
}

/** Checks what was given, for points of D features; throws `invalid-option`. */
export function checkPrior({ mean, shrinkage = 0, degreesOfFreedom = 1, scale }: PriorOptions, D: number): void {
  checkNumber('prior.shrinkage', shrinkage);
  checkPositive('prior.degreesOfFreedom', degreesOfFreedom);
  checkLength('prior.mean', mean, D);
  if (scale !== undefined) checkRows(scale, D);
  if (scale) checkScale(flatten(scale), D);
}

/** The prior for K components, with mclust's defaults for what is not given (Fraley & Raftery 2007). */
export function completePrior(
  options: PriorOptions,
  { mean, covariance }: PopulationMoments,
  covarianceType: CovarianceType,
  K: number,
): ConjugatePrior {
  const D = mean.length;
  const { shrinkage = 0.01, degreesOfFreedom = D + 2 } = options;
  const isMatrix = covarianceShapes[covarianceType].form === 'matrix';
  const share = 1 / K ** (2 / D);
  let trace = 0;
  for (let d = 0; d < D; d++) trace += covariance[d * (D + 1)]!;
  const byDefault = covariance.map((c, i) => share * (isMatrix ? c : i % (D + 1) === 0 ? trace / D : 0));
  return {
    ...{ shrinkage, degreesOfFreedom },
    mean: options.mean ? Float64Array.from(options.mean) : mean,
    scale: options.scale ? flatten(options.scale) : byDefault,
  };
}

/** Throws `invalid-option` unless the scale matrix is symmetric and positive definite. */
function checkScale(scale: Float64Array, D: number): void {
  const isSymmetric = scale.every((c, i) => c === scale[(i % D) * D + Math.floor(i / D)]);
  if (isSymmetric && cholesky(scale, D)) return;
  throw new EmgpuError(
    'invalid-option',
    'prior.scale must be symmetric and positive definite.',
    'Pass a covariance matrix, or leave it out.',
  );
}

function checkRows(scale: readonly (readonly number[])[], D: number): void {
  if (!Array.isArray(scale) || scale.length !== D) refuse('prior.scale', `${D} rows of ${D} finite numbers`, scale);
  for (const row of scale) checkLength('A row of prior.scale', row, D);
}

function checkLength(name: string, values: readonly number[] | undefined, length: number): void {
  if (values === undefined) return;
  if (isList(values) && values.length === length && Array.from(values).every(Number.isFinite)) return;
  refuse(name, `${length} finite numbers`, values);
}

function refuse(name: string, wanted: string, got: unknown): never {
  throw new EmgpuError(
    'invalid-option',
    `${name} must hold ${wanted}, got ${isList(got) ? got.length : typeof got}.`,
    'Pass one per column (prior.scale: D rows of D).',
  );
}
