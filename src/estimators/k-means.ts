import type { Frame } from '../data/frame.ts';
import type { OptionNames } from '../data/option-names.ts';
import type { Statistics } from '../em/types.ts';
import { type KMeansParameters, kMeansFamily, lengthOf, sphericalKMeansFamily } from '../families/k-means.ts';
import { normalizeRows } from './directions.ts';
import { Estimator, type Recipe } from './estimator.ts';
import type { FitRun } from './fit-run.ts';
import { fromCenters, KMeansFit, KMeansModel, toCenters } from './k-means-model.ts';
import {
  type CheckedIteration,
  checkChoice,
  checkCount,
  checkInit,
  checkIteration,
  checkStart,
  defined,
  ESTIMATOR_OPTIONS,
  ITERATION_DEFAULTS,
} from './options.ts';
import { populationOf } from './population.ts';
import type { PointSource, Session } from './session.ts';
import { drawCenters } from './start.ts';
import type { CallOptions, FitRecord, FitWarning, KMeansOptions } from './types.ts';

/** A k-means fit that the caller steps. */
export type KMeansRun = FitRun<KMeansParameters, KMeansModel, KMeansFit>;

const OPTIONS = {
  ...ESTIMATOR_OPTIONS,
  ...{ nClusters: true, init: true, metric: true, missing: true },
} satisfies OptionNames<KMeansOptions>;

/** Directions cancel one another if their mean is no longer than this many times the backend's rounding. */
const CANCELLED = 16;

/**
 * Fits k-means by Lloyd's algorithm: the EM loop with hard responsibilities. A cluster that loses all its points gets the point
 * farthest from all centres.
 *
 * ```ts
 * const fit = await new KMeans({ nClusters: 5 }).fit({ data, nFeatures: 2 });
 * console.log(fit.centers, fit.inertia);
 * fit.destroy();
 * ```
 */
export class KMeans extends Estimator<KMeansParameters, KMeansModel, KMeansFit> {
  readonly options: KMeansOptions & CheckedIteration;

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: KMeansOptions) {
    super();
    this.options = { ...ITERATION_DEFAULTS, ...defined(options, OPTIONS) };
    const { nClusters, init, metric, missing } = this.options;
    checkCount('nClusters', nClusters);
    checkIteration(this.options);
    checkInit(init, ['k-means++', 'random']);
    checkChoice('metric', metric ?? 'euclidean', ['euclidean', 'cosine']);
    checkChoice('missing', missing ?? 'error', ['error', 'drop']);
  }

  /** @internal */
  protected override get count() {
    return this.options.nClusters;
  }

  /** @internal */
  protected override readonly what = 'clusters';

  /** @internal */
  override readonly scaling = kMeansFamily.scaling;

  /** @internal */
  protected override readonly kind = kMeansFamily.kind;

  /** @internal */
  override checkFor(nFeatures: number): void {
    this.#givenCenters(nFeatures);
  }

  /** @internal */
  override check(points: PointSource): PointSource {
    this.checkFor(points.nFeatures);
    return this.options.metric === 'cosine' ? normalizeRows(points) : points;
  }

  /** @internal */
  protected override async prepare(session: Session, points: PointSource, call: CallOptions) {
    const { nClusters: count, tol, init, metric = 'euclidean' } = this.options;
    const { backend, dataset } = session;
    const { signal } = call;
    const shortest = CANCELLED * backend.precision;
    const family = metric === 'cosine' ? sphericalKMeansFamily(shortest) : kMeansFamily;
    const given = this.#givenCenters(dataset.nFeatures);
    const alike = new Float64Array(dataset.nFeatures).fill(1);
    // The loop's `tol` is in units of the objective, in the frame: the option's share times the total variance. Without variance any `tol` will do.
    const variance = (await populationOf(dataset, call)).variance.reduce((a, b) => a + b, 0);
    const publish = (parameters: KMeansParameters) => fromCenters(parameters, points.featureNames, metric);
    const tell = (last: Statistics, record: FitRecord) =>
      metric === 'cosine' ? [...record.warnings, ...cancelled(last, dataset.frame, shortest, record)] : record.warnings;
    const recipe: Recipe<KMeansParameters, KMeansModel, KMeansFit> = {
      family,
      tol: tol * (variance || 1),
      start: async (seed, onProgress) => {
        if (given) return family.toFrame(given, dataset.frame);
        const method = init === 'random' ? 'random-from-data' : 'k-means++';
        const { centers } = await drawCenters(dataset, alike, { signal, method, count, seed, backend, onProgress });
        return { nClusters: count, centers };
      },
      toModel: (parameters) => new KMeansModel(publish(parameters)),
      toFit: (parameters, { history }, last, record) => {
        const told = { warnings: tell(last, record), inertia: history.at(-1)!, history: [...history] };
        return new KMeansFit(publish(parameters), { ...record, ...told }, dataset);
      },
      toProgress: (inertia) => ({ inertia }),
    };
    return recipe;
  }

  /** The start that `init` gives, in data units. Throws `invalid-model` or `model-mismatch`. */
  #givenCenters(nFeatures: number): KMeansParameters | undefined {
    const { init, nClusters, metric = 'euclidean' } = this.options;
    if (typeof init !== 'object' || init === null) return undefined;
    const model = KMeansModel.fromJSON('toJSON' in init ? init.toJSON() : init);
    checkStart(
      `metric ${model.metric}, clusters × features ${model.nClusters} × ${model.nFeatures}`,
      `metric ${metric}, clusters × features ${nClusters} × ${nFeatures}`,
      'Choose the same nClusters (--clusters), metric and columns (--columns).',
    );
    return toCenters(model);
  }
}

/** Warnings for clusters whose directions cancel on average, so that any other centre would do as well. */
function cancelled(
  { nComponents, nFeatures: D, counts, centers, first }: Statistics,
  frame: Frame,
  shortest: number,
  { nIter: iteration }: FitRecord,
): FitWarning[] {
  const clusters = Array.from({ length: nComponents }, (_, k) => k).filter((k) => {
    const mean = first.subarray(k * D, (k + 1) * D).map((s, d) => centers[k * D + d]! + s / counts[k]!);
    return lengthOf(mean, frame) <= shortest;
  });
  return clusters.map((k) => ({
    code: 'collapsed-component',
    iteration,
    message: `The directions of cluster ${k} cancel one another: it has no centre that is better than any other. Use more clusters (--clusters), or metric 'euclidean'.`,
  }));
}
