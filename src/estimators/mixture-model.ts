import { countSamples, type Points } from '../data/points.ts';
import type { Dataset, Readout, ReadoutKind } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { gaussianFamily, type MixtureParameters } from '../families/gaussian.ts';
import { checkModelJSON, covarianceDimensions, flatten, nest } from './model-json.ts';
import { sampleMixture } from './sampling.ts';
import { checkFits, withDataset } from './session.ts';
import type { Covariances, CovarianceType, DeviceOptions, GaussianMixtureJSON, ReadOptions } from './types.ts';

/** Scores of a model on some points. */
export interface MixtureScore {
  readonly nSamples: number;
  /** Total, natural logarithm, in data units. */
  readonly logLikelihood: number;
  /** Mean log-likelihood per point. */
  readonly lowerBound: number;
  /** Bayesian information criterion, `−2 L + p log N`: smaller is better. */
  readonly bic: number;
  /** Akaike information criterion, `−2 L + 2 p`: smaller is better. */
  readonly aic: number;
}

/** What scoring needs to know of where to compute. */
export type ScoreOptions = DeviceOptions & ReadOptions;

/** A Gaussian mixture with known parameters, in data units. It holds no device memory. */
export class MixtureModel {
  readonly covarianceType: CovarianceType;
  /** K */
  readonly nComponents: number;
  /** D */
  readonly nFeatures: number;
  readonly featureNames?: readonly string[];
  /** `[K]`, summing to 1. */
  readonly weights: number[];
  /** `[K][D]` */
  readonly means: number[][];
  readonly covariances: Covariances;

  constructor(parts: Omit<GaussianMixtureJSON, 'format' | 'version' | 'model'>) {
    this.covarianceType = parts.covarianceType;
    this.nComponents = parts.nComponents;
    this.nFeatures = parts.nFeatures;
    if (parts.featureNames) this.featureNames = parts.featureNames;
    this.weights = [...parts.weights];
    this.means = parts.means.map((mean) => [...mean]);
    this.covariances = structuredClone(parts.covariances);
  }

  /** A model from what {@link toJSON} gave, or from one written by hand. Throws `invalid-model`. */
  static fromJSON(json: unknown): MixtureModel {
    const checked = checkModelJSON(json);
    if (checked.model !== 'gaussian-mixture') {
      throw new EmgpuError(
        'invalid-model',
        `A Gaussian mixture was expected, got ${checked.model}.`,
        'Use KMeansModel.fromJSON or modelFromJSON.',
      );
    }
    return new MixtureModel(checked);
  }

  /** The model file. */
  toJSON(): GaussianMixtureJSON {
    const { covarianceType, nFeatures, nComponents, featureNames, weights, means, covariances } = this;
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
    };
  }

  /** Free parameters: weights, means and covariances. */
  get nParameters(): number {
    return gaussianFamily({ covarianceType: this.covarianceType, regCovar: 0 }).countParameters(
      this.nComponents,
      this.nFeatures,
    );
  }

  /**
   * Draws `n` points: `data` is n × D, row-major; `labels` tells the component of each. The same seed gives the same points.
   */
  sample(n: number, seed = 0): { data: Float64Array; labels: Uint32Array } {
    return sampleMixture(this.toJSON(), n, seed);
  }

  /** N labels: the component with the largest responsibility, the lowest index among equals. */
  predict(points: Points, options: ScoreOptions = {}): Promise<Uint32Array> {
    return this.read('labels', points, options);
  }

  /** N × K responsibilities, row-major; rows sum to 1. */
  predictProba(points: Points, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return this.read('responsibilities', points, options);
  }

  /** N log-densities, natural logarithm, in data units. */
  scoreSamples(points: Points, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return this.read('logDensities', points, options);
  }

  /** Mean log-likelihood per point. */
  async score(points: Points, options: ScoreOptions = {}): Promise<number> {
    return (await this.evaluate(points, options)).lowerBound;
  }

  /** Log-likelihood, BIC and AIC of these points under the model. */
  async evaluate(points: Points, options: ScoreOptions = {}): Promise<MixtureScore> {
    checkFits(points, this.nFeatures);
    const logLikelihood = await withDataset(points, this.family, options, async (dataset) => {
      const statistics = await dataset.expectation(this.packFor(dataset), { signal: options.signal });
      return statistics.objective;
    });
    return scoreOf(logLikelihood, countSamples(points), this.nParameters);
  }

  /** @internal */
  protected get family() {
    return gaussianFamily({ covarianceType: this.covarianceType, regCovar: 0 });
  }

  /** @internal Kernel parameters in a dataset's frame. */
  protected packFor(dataset: Dataset) {
    return this.family.pack(this.family.toFrame(toParameters(this), dataset.frame), dataset.frame);
  }

  /** @internal */
  protected async read<Kind extends ReadoutKind>(
    what: Kind,
    points: Points,
    options: ScoreOptions,
  ): Promise<Readout[Kind]> {
    checkFits(points, this.nFeatures);
    return withDataset(points, this.family, options, (dataset) =>
      dataset.read(what, this.packFor(dataset), { signal: options.signal }),
    );
  }
}

/** Log-likelihood and the criteria that follow from it. */
export function scoreOf(logLikelihood: number, nSamples: number, nParameters: number): MixtureScore {
  return {
    nSamples,
    logLikelihood,
    lowerBound: logLikelihood / nSamples,
    bic: nParameters * Math.log(nSamples) - 2 * logLikelihood,
    aic: 2 * nParameters - 2 * logLikelihood,
  };
}

/** Flat parameters in data units, for the family. */
export function toParameters(model: Pick<GaussianMixtureJSON, 'weights' | 'means' | 'covariances'>): MixtureParameters {
  return {
    weights: Float64Array.from(model.weights),
    means: flatten(model.means),
    covariances: flatten(model.covariances),
  };
}

/** The public form of a family's parameters in data units. */
export function fromParameters(
  { weights, means, covariances }: MixtureParameters,
  covarianceType: CovarianceType,
  featureNames: readonly string[] | undefined,
): Omit<GaussianMixtureJSON, 'format' | 'version' | 'model'> {
  const K = weights.length;
  const D = means.length / K;
  return {
    covarianceType,
    nFeatures: D,
    nComponents: K,
    ...(featureNames && { featureNames }),
    weights: [...weights],
    means: nest(means, [K, D]) as number[][],
    covariances: nest(covariances, covarianceDimensions(covarianceType, K, D)) as Covariances,
  };
}
