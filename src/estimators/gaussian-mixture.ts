import type { BackendChoice } from '../backends/select.ts';
import { checkPoints, countSamples, type Points } from '../data/points.ts';
import { EmRun } from '../em/run.ts';
import type { Dataset, Family } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import type { CovarianceType } from '../families/covariance.ts';
import { gaussianFamily, type MixtureParameters } from '../families/gaussian.ts';
import { FitRun, runToEnd } from './fit-run.ts';
import { MixtureFit } from './mixture-fit.ts';
import { fromParameters, MixtureModel, toParameters } from './mixture-model.ts';
import {
  checkChoice,
  checkCount,
  checkEnoughPoints,
  checkInit,
  checkNumber,
  checkSeed,
  checkWhole,
  defined,
} from './options.ts';
import { openSession } from './session.ts';
import { drawStart, populationVariance } from './start.ts';
import type { CallOptions, GaussianMixtureOptions } from './types.ts';

/** A mixture fit that the caller steps. */
export type MixtureRun = FitRun<MixtureParameters, MixtureModel, MixtureFit>;

/** A start never has less than this share of the population's variance: coinciding points would leave none. */
const LEAST_SHARE = 1e-3;

/**
 * Fits Gaussian mixtures by expectation–maximization (Dempster, Laird & Rubin 1977).
 *
 * ```ts
 * const fit = await new GaussianMixture({ nComponents: 3 }).fit({ data, nFeatures: 2 });
 * console.log(fit.means, fit.bic);
 * fit.destroy();
 * ```
 */
export class GaussianMixture {
  readonly options: GaussianMixtureOptions & {
    readonly covarianceType: CovarianceType;
    readonly backend: BackendChoice;
    readonly tol: number;
    readonly regCovar: number;
    readonly maxIter: number;
    readonly seed: number;
  };

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: GaussianMixtureOptions) {
    this.options = {
      covarianceType: 'full',
      backend: 'auto',
      tol: 1e-6,
      regCovar: 1e-6,
      maxIter: 500,
      seed: 0,
      ...defined(options),
    };
    const { nComponents, covarianceType, backend, tol, regCovar, maxIter, seed, init } = this.options;
    checkCount('nComponents', nComponents);
    checkChoice('covarianceType', covarianceType);
    checkChoice('backend', backend);
    checkNumber('tol', tol);
    checkNumber('regCovar', regCovar);
    checkWhole('maxIter', maxIter, 1);
    checkSeed(seed);
    checkInit(init);
  }

  /**
   * Fits to N × D points: host arrays, or a GPUBuffer on the shared device. The points stay on the backend until the fit is
   * destroyed. Rejects with an {@link EmgpuError}, `aborted` among them, leaving nothing behind.
   */
  async fit(points: Points, options: CallOptions = {}): Promise<MixtureFit> {
    return runToEnd(await this.start(points, options));
  }

  /** Brings the points home, draws the start and hands over the loop. */
  async start(points: Points, call: CallOptions = {}): Promise<MixtureRun> {
    const { covarianceType, nComponents: K, regCovar, maxIter, tol } = this.options;
    checkPoints(points);
    checkEnoughPoints(countSamples(points), K, 'components');
    const given = this.#givenStart(points.nFeatures);
    const family = gaussianFamily({ covarianceType, regCovar });
    const {
      backend,
      dataset,
      seconds: load,
    } = await openSession(points, family as Family<unknown>, this.options, call);
    try {
      const begun = performance.now();
      const start = given ? family.toFrame(given, dataset.frame) : await this.#drawnStart(dataset, call);
      const settings = { tol, maxIter, precision: backend.precision, signal: call.signal };
      const run = new EmRun(family, dataset, start, settings);
      const publish = (parameters: MixtureParameters) =>
        fromParameters(family.toData(parameters, dataset.frame), covarianceType, points.featureNames);
      return new FitRun({
        run,
        backend,
        seconds: { load, seed: (performance.now() - begun) / 1000 },
        toModel: ({ parameters }) => new MixtureModel(publish(parameters)),
        toFit: ({ parameters, history }, record) => new MixtureFit(publish(parameters), history, record, dataset),
        toProgress: ({ history }) => ({ logLikelihood: history.at(-1)! }),
        onProgress: call.onProgress,
      });
    } catch (error) {
      dataset.destroy();
      throw error;
    }
  }

  /** The start that `init` gives, in data units. Throws `invalid-model` or `model-mismatch`. */
  #givenStart(nFeatures: number): MixtureParameters | undefined {
    const { init, covarianceType, nComponents } = this.options;
    if (typeof init !== 'object' || init === null) return undefined;
    const model = MixtureModel.fromJSON('toJSON' in init ? init.toJSON() : init);
    const found = `${model.covarianceType}, ${model.nComponents} × ${model.nFeatures}`;
    const wanted = `${covarianceType}, ${nComponents} × ${nFeatures}`;
    if (found !== wanted) {
      throw new EmgpuError(
        'model-mismatch',
        `The initial model must match (covariance, components × features): expected ${wanted}, got ${found}.`,
        'Choose the same covarianceType (--covariance), nComponents (--components) and columns (--columns).',
      );
    }
    return toParameters(model);
  }

  /**
   * Equal weights, means at the points drawn, and one shared diagonal covariance: the population variances, shrunk to the share
   * that the means leave unexplained. Distances count every feature in units of its standard deviation (constant ones not at
   * all), so that the start does not depend on the columns' units.
   */
  async #drawnStart(dataset: Dataset, call: CallOptions): Promise<MixtureParameters> {
    const { init, nComponents: K, seed, covarianceType, regCovar } = this.options;
    const method = init === 'random' ? 'random' : 'k-means++';
    const variance = await populationVariance(dataset, call);
    const weights = variance.map((v) => (v > 0 ? 1 / v : 0));
    const { centers, meanDistance } = await drawStart(dataset, weights, { ...call, method, count: K, seed });
    return {
      weights: new Float64Array(K).fill(1 / K),
      means: centers,
      covariances: spread(covarianceType, K, startVariances(variance, meanDistance, dataset, regCovar)),
    };
  }
}

/** D variances, in the frame. */
function startVariances(
  variance: Float64Array,
  meanDistance: number,
  { frame }: Dataset,
  regCovar: number,
): Float64Array {
  const varying = variance.reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
  const share = Math.min(1, Math.max(LEAST_SHARE, varying > 0 ? meanDistance / varying : 1));
  return variance.map((v, d) => share * v + regCovar / frame.scale[d]! ** 2);
}

/** The same D variances for every component, in the form of a covariance type (spherical: their mean). */
function spread(type: CovarianceType, K: number, variances: Float64Array): Float64Array {
  const D = variances.length;
  const mean = variances.reduce((a, b) => a + b, 0) / D;
  const one = {
    full: [...diagonal(variances)],
    tied: [...diagonal(variances)],
    diag: [...variances],
    spherical: [mean],
  }[type];
  return Float64Array.from(type === 'tied' ? one : Array.from({ length: K }, () => one).flat());
}

function diagonal(variances: Float64Array): Float64Array {
  const D = variances.length;
  const matrix = new Float64Array(D * D);
  variances.forEach((v, d) => {
    matrix[d * D + d] = v;
  });
  return matrix;
}
