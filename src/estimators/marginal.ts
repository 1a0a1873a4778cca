import { type SplitGaussian, splitGaussian } from '../em/missing/conditional.ts';
import { columns } from '../em/missing/patterns.ts';
import { EmgpuError } from '../errors.ts';
import { blockSize, covarianceShapes } from '../families/covariance.ts';
import type { MixtureParameters } from '../families/parameters.ts';
import { isList } from '../judging/checks.ts';
import { fromParameters, MixtureModel, toParameters } from './mixture-model.ts';

/** A column by its number, from 0, or by its name. */
export type Feature = number | string;

/**
 * The mixture of some columns alone, in the order in which they are named: the others are integrated out. It has the covariance type of the model, and
 * of its means and covariances the entries for these columns.
 *
 * Throws `missing-column` for a column that the model does not have; `invalid-option` where no list is given, the list is empty or names a column
 * twice, or columns are left out of a model with a noise component: only the volume of the noise's region is known, not its extent in each column.
 */
export function marginal(model: MixtureModel, features: readonly Feature[]): MixtureModel {
  if (!isList(features)) refuse(`features must be a list of columns, got ${features}`, "Pass one such as [0, 'x'].");
  const kept = findColumns(model, features, 'features');
  const { covarianceType, nFeatures: D, noise } = model;
  if (noise && kept.length < D) refuseNoise('marginal');
  const { weights, means, covariances } = toParameters(model);
  const parameters = {
    weights,
    means: columns(means, D, kept),
    covariances: pickCovariances(model, covariances, kept),
  };
  const rest = { featureNames: namesOf(model, kept), logVolume: noise?.logVolume };
  return new MixtureModel(fromParameters(parameters, covarianceType, kept.length, rest));
}

/**
 * The mixture of the remaining columns, in their order, given the values of some columns (by number or name). The mean and covariance of each component
 * are those of a normal distribution given part of its coordinates, `μ_m + B (x_o − μ_o)` and `Σ_mm − B Σ_om` with
 * `B = Σ_mo Σ_oo⁻¹`; its weight is multiplied by its density at the given values. The mixture has the covariance type of the model.
 *
 * Throws `missing-column` for a column that the model does not have; `invalid-option` unless at least one column is given and one is
 * left, for a value that is not finite or that is too far away for any density, or for a model with a noise component.
 */
export function conditional(model: MixtureModel, given: Readonly<Record<Feature, number>>): MixtureModel {
  if (typeof given !== 'object' || given === null) {
    refuse(`given must hold values by column, got ${given}`, 'Pass an object such as { x: 1.5 }.');
  }
  const observed = findColumns(model, Object.keys(given), 'given');
  const { nFeatures: D } = model;
  const numbers = Object.values(given);
  if (observed.length === D) refuse(`given names all ${D} columns`, 'Leave out those whose distribution is wanted.');
  // Checked before they become float64, where null would be 0.
  if (!numbers.every(Number.isFinite))
    refuse(`given must hold finite numbers, got ${numbers}`, 'Leave the column out.');
  if (model.noise) refuseNoise('conditional');
  const missing = Uint32Array.from({ length: D }, (_, d) => d).filter((d) => !observed.includes(d));
  const parameters = conditionOn(model, { observed, missing }, Float64Array.from(numbers));
  const rest = { featureNames: namesOf(model, missing) };
  return new MixtureModel(fromParameters(parameters, model.covarianceType, missing.length, rest));
}

/** Columns whose values are known, and the others. */
interface Split {
  readonly observed: Uint32Array;
  readonly missing: Uint32Array;
}

function conditionOn(model: MixtureModel, split: Split, values: Float64Array): MixtureParameters {
  const { nFeatures: D, covarianceType } = model;
  const shape = covarianceShapes[covarianceType];
  const { observed, missing } = split;
  const { weights, means, covariances } = toParameters(model);
  const M = missing.length;
  const size = blockSize(shape, D);
  const blocks = covariances.length / size;
  const away = (k: number) => values.map((x, o) => x - means[k * D + observed[o]!]!);
  const moved = columns(means, D, missing);
  const left = pickCovariances(model, covariances, missing);
  if (shape.form !== 'matrix') {
    // Features are independent within a component, so the given ones change only its weight.
    const variance = (k: number, d: number) => covariances[(k % blocks) * size + (d % size)]!;
    const logWeights = weights.map((weight, k) => {
      const variances = Float64Array.from(observed, (d) => variance(k, d));
      return Math.log(weight) + logDensityDiagonal(variances, away(k));
    });
    return { weights: normalized(logWeights), means: moved, covariances: left };
  }
  const splits = Array.from({ length: blocks }, (_, b) =>
    splitGaussian(covariances, b * size, split, shape.shared ? undefined : b),
  );
  splits.forEach(({ residual }, b) => {
    left.set(residual, b * M * M);
  });
  const logWeights = weights.map((weight, k) => {
    const gaussian = splits[k % blocks]!;
    moveMean(moved.subarray(k * M, (k + 1) * M), gaussian, away(k));
    return Math.log(weight) + logDensity(gaussian, away(k));
  });
  return { weights: normalized(logWeights), means: moved, covariances: left };
}

/** Adds `B z` to a mean of M features. */
function moveMean(mean: Float64Array, { regression }: SplitGaussian, away: Float64Array): void {
  const O = away.length;
  for (let m = 0; m < mean.length; m++) for (let o = 0; o < O; o++) mean[m]! += regression[m * O + o]! * away[o]!;
}

/** Log-density of the observed features at z from their mean, `log det U − ½ ‖Uᵀ z‖² − ½ O log 2π`. */
function logDensity({ precisionCholesky: u, halfLogDet }: SplitGaussian, away: Float64Array): number {
  const O = away.length;
  let square = 0;
  for (let j = 0; j < O; j++) {
    let y = 0;
    for (let i = 0; i <= j; i++) y += u[i * O + j]! * away[i]!;
    square += y * y;
  }
  return halfLogDet - 0.5 * (square + O * Math.log(2 * Math.PI));
}

/** Log-density of the observed features at z from their mean, where features are independent. */
function logDensityDiagonal(variances: Float64Array, away: Float64Array): number {
  let sum = 0;
  variances.forEach((v, o) => {
    sum -= 0.5 * (away[o]! ** 2 / v + Math.log(2 * Math.PI * v));
  });
  return sum;
}

/** Weights that sum to 1, from their logarithms up to a constant. */
function normalized(logWeights: Float64Array): Float64Array {
  const largest = logWeights.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(largest)) {
    refuse(
      'given is so far from every component that its density is 0 in float64',
      'Check the values and their units.',
    );
  }
  const weights = logWeights.map((l) => Math.exp(l - largest));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}

/** The part of every covariance that belongs to these columns. */
function pickCovariances(
  { covarianceType, nFeatures: D }: MixtureModel,
  covariances: Float64Array,
  kept: Uint32Array,
): Float64Array {
  switch (covarianceShapes[covarianceType].form) {
    case 'matrix': {
      const O = kept.length;
      const block = (i: number) => Math.floor(i / (O * O)) * D * D;
      return Float64Array.from({ length: (covariances.length / (D * D)) * O * O }, (_, i) => {
        return covariances[block(i) + kept[Math.floor(i / O) % O]! * D + kept[i % O]!]!;
      });
    }
    case 'diagonal':
      return columns(covariances, D, kept);
    case 'scalar':
      return covariances;
  }
}

/** The numbers of columns. A string is a name, or, where no column has that name, a number. */
function findColumns(model: MixtureModel, features: readonly Feature[], option: string): Uint32Array {
  if (!model || !Object.hasOwn(covarianceShapes, model.covarianceType)) {
    refuse(`The model must be a Gaussian mixture, got ${typeof model}`, 'Pass a MixtureModel, or a fit of one.');
  }
  const { nFeatures: D, featureNames } = model;
  if (features.length === 0) refuse(`${option} names no column`, 'Name at least one, by number (from 0) or name.');
  const found = Uint32Array.from(features, (feature) => {
    const named = featureNames?.indexOf(`${feature}`) ?? -1;
    if (typeof feature === 'string' && named >= 0) return named;
    const column = /^\d+$/.test(`${feature}`) ? Number(feature) : D;
    if (column < D) return column;
    throw new EmgpuError(
      'missing-column',
      `The model has no column ${feature}.`,
      `Pass a number from 0 to ${D - 1}${featureNames ? `, or one of ${featureNames.join(', ')}` : ''}.`,
    );
  });
  const twice = found.find((column, i) => found.indexOf(column) < i);
  if (twice !== undefined) refuse(`${option} names column ${twice} twice`, 'Name every column once.');
  return found;
}

function namesOf({ featureNames }: MixtureModel, kept: Uint32Array): readonly string[] | undefined {
  return featureNames && Array.from(kept, (d) => featureNames[d]!);
}

function refuse(what: string, remedy: string): never {
  throw new EmgpuError('invalid-option', `${what}.`, remedy);
}

function refuseNoise(what: string): never {
  refuse(
    `A model with a noise component has no ${what}: of the noise only the volume is known, not its extent in each column`,
    'Make a model without `noise`, its weights divided by their sum.',
  );
}
