import type { BackendChoice } from '../backends/select.ts';
import { checkPoints, countSamples, type Points } from '../data/points.ts';
import { EmRun } from '../em/run.ts';
import type { Dataset, Family } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { type KMeansParameters, kMeansFamily } from '../families/k-means.ts';
import { FitRun, runToEnd } from './fit-run.ts';
import { fromCenters, KMeansFit, KMeansModel, toCenters } from './k-means-model.ts';
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
import type { CallOptions, KMeansOptions } from './types.ts';

/** A k-means fit that the caller steps. */
export type KMeansRun = FitRun<KMeansParameters, KMeansModel, KMeansFit>;

/**
 * Fits k-means by Lloyd's algorithm: the EM loop with hard responsibilities.
 *
 * ```ts
 * const fit = await new KMeans({ nClusters: 5 }).fit({ data, nFeatures: 2 });
 * console.log(fit.centers, fit.inertia);
 * fit.destroy();
 * ```
 */
export class KMeans {
  readonly options: KMeansOptions & {
    readonly backend: BackendChoice;
    readonly tol: number;
    readonly maxIter: number;
    readonly seed: number;
  };

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: KMeansOptions) {
    this.options = { backend: 'auto', tol: 1e-6, maxIter: 500, seed: 0, ...defined(options) };
    const { nClusters, backend, tol, maxIter, seed, init } = this.options;
    checkCount('nClusters', nClusters);
    checkChoice('backend', backend);
    checkNumber('tol', tol);
    checkWhole('maxIter', maxIter, 1);
    checkSeed(seed);
    checkInit(init);
  }

  /**
   * Fits to N × D points: host arrays, or a GPUBuffer on the shared device. The points stay on the backend until the fit is
   * destroyed. Rejects with an {@link EmgpuError}, `aborted` among them, leaving nothing behind.
   */
  async fit(points: Points, options: CallOptions = {}): Promise<KMeansFit> {
    return runToEnd(await this.start(points, options));
  }

  /** Brings the points home, draws the start and hands over the loop. */
  async start(points: Points, call: CallOptions = {}): Promise<KMeansRun> {
    const { nClusters: K, tol, maxIter } = this.options;
    checkPoints(points);
    checkEnoughPoints(countSamples(points), K, 'clusters');
    const given = this.#givenStart(points.nFeatures);
    const session = await openSession(points, kMeansFamily as Family<unknown>, this.options, call);
    const { backend, dataset } = session;
    try {
      const begun = performance.now();
      const start = given ? kMeansFamily.toFrame(given, dataset.frame) : await this.#drawnStart(dataset, call);
      // `tol` is a share of the total variance per point, in the frame as the objective is; without variance any `tol` will do.
      const variance = (await populationVariance(dataset, call)).reduce((a, b) => a + b, 0);
      const settings = { tol: tol * (variance || 1), maxIter, precision: backend.precision, signal: call.signal };
      const run = new EmRun(kMeansFamily, dataset, start, settings);
      const publish = (parameters: KMeansParameters) =>
        fromCenters(kMeansFamily.toData(parameters, dataset.frame), points.featureNames);
      return new FitRun({
        run,
        backend,
        seconds: { load: session.seconds, seed: (performance.now() - begun) / 1000 },
        toModel: ({ parameters }) => new KMeansModel(publish(parameters)),
        toFit: ({ parameters, history }, record) => new KMeansFit(publish(parameters), history, record, dataset),
        toProgress: ({ history }) => ({ inertia: history.at(-1)! }),
        onProgress: call.onProgress,
      });
    } catch (error) {
      dataset.destroy();
      throw error;
    }
  }

  async #drawnStart(dataset: Dataset, call: CallOptions): Promise<KMeansParameters> {
    const { nClusters: count, init, seed } = this.options;
    const method = init === 'random' ? 'random' : 'k-means++';
    const alike = new Float64Array(dataset.nFeatures).fill(1);
    const { centers } = await drawStart(dataset, alike, { ...call, method, count, seed });
    return { nClusters: count, centers };
  }

  /** The start that `init` gives, in data units. Throws `invalid-model` or `model-mismatch`. */
  #givenStart(nFeatures: number): KMeansParameters | undefined {
    const { init, nClusters } = this.options;
    if (typeof init !== 'object' || init === null) return undefined;
    const model = KMeansModel.fromJSON('toJSON' in init ? init.toJSON() : init);
    if (model.nClusters !== nClusters || model.nFeatures !== nFeatures) {
      throw new EmgpuError(
        'model-mismatch',
        `The initial model must have ${nClusters} × ${nFeatures} (clusters × features), got ${model.nClusters} × ${model.nFeatures}.`,
        'Choose the same nClusters (--clusters) and columns (--columns).',
      );
    }
    return toCenters(model);
  }
}
