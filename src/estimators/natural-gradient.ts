import type { Dataset, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { type CovarianceShape, type CovarianceType, covarianceShapes, rescale } from '../families/covariance.ts';
import { gaussianFamily } from '../families/gaussian.ts';
import { gradientAt, naturalStep, sumsAbout } from '../families/gaussian-score.ts';
import type { MixtureParameters } from '../families/parameters.ts';
import { covarianceDimensions } from './gaussian-json.ts';
import { nest } from './model-json.ts';
import type { Covariances } from './types.ts';

/** A Gaussian mixture in the form that gradient and information take. */
export interface MixtureAt {
  readonly covarianceType: CovarianceType;
  /** With a noise component, whose weight is then the last of `parameters.weights`. */
  readonly noise?: { readonly logVolume: number } | undefined;
  /** The parameters, in data units. */
  readonly parameters: MixtureParameters;
}

/** One number for each parameter of a mixture, in the shapes that the model has them in. */
export interface ParameterValues {
  /** `[K]` */
  readonly weights: number[];
  /** The number for the noise component's weight, where there is one. */
  readonly noise?: number;
  /** `[K][D]` */
  readonly means: number[][];
  readonly covariances: Covariances;
}

/** Directions in which the log-likelihood rises, from one E-step, in data units. `model + emStep` is the result of one iteration of EM. */
export interface NaturalGradient {
  /** Total log-likelihood, natural logarithm. */
  readonly logLikelihood: number;
  /**
   * Derivatives of `logLikelihood`. Weights are taken as free, not as summing to 1. Matrices are symmetric, `dL = Σ_ij G_ij dΣ_ij`: the derivative by an
   * off-diagonal parameter, which moves two entries, is twice the number at each.
   */
  readonly gradient: ParameterValues;
  /** The gradient times the inverse of the complete-data Fisher information (Xu & Jordan 1996). */
  readonly naturalStep: ParameterValues;
  /** EM's step, without regulariser and prior. */
  readonly emStep: ParameterValues;
  /**
   * EM's step with the scatter taken about the old means: this equals `naturalStep`. In `emStep` the covariances are smaller by `δ δᵀ`, with δ the
   * step of the mean, because the M-step takes the scatter about the new means.
   */
  readonly emStepAboutOldMeans: ParameterValues;
}

/** The gradient of the log-likelihood at a mixture's parameters and the steps that follow from it: one pass over the points. */
export async function naturalGradient(
  dataset: Dataset,
  mixture: MixtureAt,
  run: RunOptions = {},
): Promise<NaturalGradient> {
  const { frame } = dataset;
  const { shape, family, parameters } = bringIntoFrame(mixture, dataset);
  const statistics = await dataset.expectation(family.pack(parameters, frame), run);
  const gradient = gradientAt(shape, statistics, parameters);
  const step = naturalStep(shape, sumsAbout(shape, statistics, parameters.means), parameters, gradient);
  const em = difference(family.maximization(statistics, parameters, frame).parameters, parameters);
  // Where means are held, the M-step takes the scatter about them.
  const held = gaussianFamily({ ...mixture, regCovar: 0, freeze: ['means'] });
  const atOldMeans = difference(held.maximization(statistics, parameters, frame).parameters, parameters);
  const inverse = frame.scale.map((s) => 1 / s);
  const publish = (values: MixtureParameters, factors: Float64Array) =>
    nestValues(rescaleValues(shape, values, factors), mixture);
  return {
    logLikelihood: family.report(statistics.objective, frame),
    gradient: publish(gradient, inverse),
    naturalStep: publish(step, frame.scale),
    emStep: publish(em, frame.scale),
    emStepAboutOldMeans: publish({ ...em, covariances: atOldMeans.covariances }, frame.scale),
  };
}

/** The parameters in the dataset's frame, and their family without regulariser and prior. Throws `invalid-model` where a weight is 0. */
export function bringIntoFrame({ covarianceType, noise, parameters }: MixtureAt, { frame }: Dataset) {
  const weightless = parameters.weights.findIndex((w) => !(w > 0));
  if (weightless >= 0) {
    throw new EmgpuError(
      'invalid-model',
      `Component ${weightless} has weight 0, where the log-likelihood has no derivative.`,
      'Fit with fewer components, or take this one out of the model.',
    );
  }
  const family = gaussianFamily({ covarianceType, regCovar: 0, noise });
  return { shape: covarianceShapes[covarianceType], family, parameters: family.toFrame(parameters, frame) };
}

function difference(to: MixtureParameters, from: MixtureParameters): MixtureParameters {
  const subtract = (a: Float64Array, b: Float64Array) => a.map((x, i) => x - b[i]!);
  return {
    weights: subtract(to.weights, from.weights),
    means: subtract(to.means, from.means),
    covariances: subtract(to.covariances, from.covariances),
  };
}

/** Differences of parameters, converted to units that are `factors` times as small. */
function rescaleValues(
  shape: CovarianceShape,
  { weights, means, covariances }: MixtureParameters,
  factors: Float64Array,
): MixtureParameters {
  return {
    weights,
    means: means.map((m, i) => m * factors[i % factors.length]!),
    covariances: rescale(shape, covariances, factors),
  };
}

/** One number per parameter, in the model's own shapes. */
export function nestValues({ weights, means, covariances }: MixtureParameters, mixture: MixtureAt): ParameterValues {
  const { K, D, dimensions } = sizesOf(mixture);
  return {
    weights: [...weights.subarray(0, K)],
    ...(mixture.noise && { noise: weights[K]! }),
    means: nest(means, [K, D]) as number[][],
    covariances: nest(covariances, dimensions) as Covariances,
  };
}

/** K, D and the shape of the covariances as nested arrays. */
export function sizesOf({ noise, covarianceType, parameters: { weights, means } }: MixtureAt) {
  const K = weights.length - (noise ? 1 : 0);
  const D = means.length / K;
  return { K, D, dimensions: covarianceDimensions(covarianceType, K, D) };
}
