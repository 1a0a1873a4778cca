import type { Frame } from '../data/frame.ts';
import { frameOfComponents } from '../data/frame-sample.ts';
import type { HostPoints } from '../data/points.ts';
import { conditionalMeans } from '../em/missing/impute.ts';
import { type CovarianceType, covarianceShapes } from '../families/covariance.ts';
import { gaussianFamily } from '../families/gaussian.ts';
import type { MixtureParameters } from '../families/parameters.ts';
import { checkGaussian, covarianceDimensions } from './gaussian-json.ts';
import { type FisherInformation, fisherInformation } from './information.ts';
import { MixtureBase } from './mixture-base.ts';
import { flatten, nest } from './model-json.ts';
import { type MixtureAt, type NaturalGradient, naturalGradient } from './natural-gradient.ts';
import type { ScoreOptions } from './point-model.ts';
import { sampleMixture } from './sampling.ts';
import type { PointSource } from './session.ts';
import type { Covariances, GaussianMixtureJSON } from './types.ts';

export type MixtureParts = Omit<GaussianMixtureJSON, 'format' | 'version' | 'model'>;

/** A Gaussian mixture with known parameters, in data units. It holds no device memory. */
export class MixtureModel extends MixtureBase<MixtureParameters> {
  readonly covarianceType: CovarianceType;
  /** K, without the noise component. */
  readonly nComponents: number;
  /** D */
  readonly nFeatures: number;
  /** `[K]`, summing to 1; with a noise component to 1 − its weight. */
  readonly weights: number[];
  /** `[K][D]` */
  readonly means: number[][];
  readonly covariances: Covariances;
  /** The component of uniform density, where there is one: its label is K, its responsibilities are the last column. */
  readonly noise?: { readonly weight: number; readonly logVolume: number };

  /** Takes the parts unchecked; for parts that emgpu did not compute use {@link fromJSON}, which checks them. */
  constructor(parts: MixtureParts) {
    super(parts.featureNames);
    this.covarianceType = parts.covarianceType;
    this.nComponents = parts.nComponents;
    this.nFeatures = parts.nFeatures;
    this.weights = [...parts.weights];
    this.means = parts.means.map((mean) => [...mean]);
    this.covariances = structuredClone(parts.covariances);
    if (parts.noise) this.noise = { ...parts.noise };
  }

  /** A model from what {@link toJSON} gave, or from one written by hand. Throws `invalid-model`. */
  static fromJSON(json: unknown): MixtureModel {
    return new MixtureModel(checkGaussian(json));
  }

  /** The model file. */
  toJSON(): GaussianMixtureJSON {
    const { covarianceType, nFeatures, nComponents, featureNames, weights, means, covariances, noise } = this;
    return {
      format: 'emgpu-model',
      version: 1,
      model: 'gaussian-mixture',
      covarianceType,
      nFeatures,
      nComponents,
      ...(featureNames && { featureNames }),
      weights,
      means,
      covariances,
      ...(noise && { noise }),
    };
  }

  /**
   * Draws `n` points: `data` is n × D, row-major; `labels` tells the component of each. The same seed gives the same points.
   * Throws `invalid-option` for a model with noise, whose region is not kept.
   */
  sample(n: number, seed = 0): { data: Float64Array; labels: Uint32Array } {
    return sampleMixture(this.toJSON(), n, seed);
  }

  /**
   * The points with every NaN replaced by its expectation under this model, given the observed cells of its row: N × D, row-major. Observed
   * cells stay as they are.
   */
  async impute(points: HostPoints, options: Omit<ScoreOptions, 'missing'> = {}): Promise<Float64Array> {
    const responsibilities = await this.predictProba(points, { ...options, missing: 'em' });
    const mixture = { means: flatten(this.means), covariances: flatten(this.fullCovariances) };
    return conditionalMeans(points, mixture, responsibilities, { signal: options.signal });
  }

  /**
   * The gradient of the log-likelihood at these parameters, the step of the natural gradient, and that of EM: one pass over the points. Without
   * points, over those it was fitted to. Throws `invalid-model` where a weight is 0.
   */
  naturalGradient(points?: PointSource, options: ScoreOptions = {}): Promise<NaturalGradient> {
    return this.over(points, options, (dataset, run) => naturalGradient(dataset, this.#at(), run));
  }

  /**
   * How well the points determine the parameters, and standard errors: 2 p + 1 passes for p free parameters. Without points, for those it was
   * fitted to. For the standard errors of a fit, pass exactly the rows and weights it was fitted to: other points give the errors of a fit to
   * *them*, which shrink with the square root of their number. A model does not know its rows; where the log-likelihood of the points is largest
   * at other parameters, `caution` says so. Throws `invalid-model` where a weight is 0.
   */
  fisherInformation(points?: PointSource, options: ScoreOptions = {}): Promise<FisherInformation> {
    return this.over(points, options, (dataset, run) => fisherInformation(dataset, this.#at(), run));
  }

  #at(): MixtureAt {
    const { covarianceType, noise } = this;
    return { covarianceType, noise, parameters: this.flatten() };
  }

  /** `[K][D][D]`, whatever the type. */
  get fullCovariances(): number[][][] {
    const { nComponents: K, nFeatures: D } = this;
    const { form, shared } = covarianceShapes[this.covarianceType];
    const flat = flatten(this.covariances);
    const size = flat.length / (shared ? 1 : K);
    return Array.from({ length: K }, (_, k) => {
      const block = flat.subarray(shared ? 0 : k * size, (shared ? 1 : k + 1) * size);
      if (form === 'matrix') return nest(block, [D, D]) as number[][];
      return Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, j) => (i === j ? block[i % size]! : 0)));
    });
  }

  /** @internal The frame of all components together; noise has no place, so it does not count. */
  protected override frameOfModel(): Frame {
    const { weights, means, nFeatures: D, fullCovariances } = this;
    const total = weights.reduce((a, b) => a + b, 0) || 1;
    const average = (value: (k: number) => number) => weights.reduce((sum, w, k) => sum + (w / total) * value(k), 0);
    const mean = Float64Array.from({ length: D }, (_, d) => average((k) => means[k]![d]!));
    const variance = mean.map((m, d) => average((k) => fullCovariances[k]![d]![d]! + (means[k]![d]! - m) ** 2));
    const deviations = fullCovariances.flatMap((covariance) => covariance.map((row, d) => Math.sqrt(row[d]!)));
    return frameOfComponents({ mean, variance }, this.family.scaling, { weights, means: means.flat(), deviations });
  }

  /** @internal */
  protected override get family() {
    const { covarianceType, noise } = this;
    return gaussianFamily({ covarianceType, regCovar: 0, noise });
  }

  /** @internal */
  protected override flatten(): MixtureParameters {
    return toParameters(this);
  }
}

/** Flat parameters in data units, for the family. */
export function toParameters(
  model: Pick<GaussianMixtureJSON, 'weights' | 'means' | 'covariances' | 'noise'>,
): MixtureParameters {
  return {
    weights: Float64Array.from(model.noise ? [...model.weights, model.noise.weight] : model.weights),
    means: flatten(model.means),
    covariances: flatten(model.covariances),
  };
}

/** The public form of a family's parameters in data units. */
export function fromParameters(
  { weights, means, covariances }: MixtureParameters,
  covarianceType: CovarianceType,
  nFeatures: number,
  { featureNames, logVolume }: { featureNames?: readonly string[] | undefined; logVolume?: number | undefined } = {},
): MixtureParts {
  const K = means.length / nFeatures;
  return {
    covarianceType,
    nFeatures,
    nComponents: K,
    ...(featureNames && { featureNames }),
    weights: [...weights.subarray(0, K)],
    means: nest(means, [K, nFeatures]) as number[][],
    covariances: nest(covariances, covarianceDimensions(covarianceType, K, nFeatures)) as Covariances,
    ...(logVolume !== undefined && { noise: { weight: weights[K]!, logVolume } }),
  };
}
