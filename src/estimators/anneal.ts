import type { OptionNames } from '../data/option-names.ts';
import type { Bound } from '../em/bound.ts';
import { boundAtPosterior } from '../em/bound.ts';
import { EmRun, type RunSettings } from '../em/run.ts';
import { EmgpuError } from '../errors.ts';
import { gaussianFamily } from '../families/gaussian.ts';
import { kMeansFamily } from '../families/k-means.ts';
import { type Random, seededRandom } from '../math/random.ts';
import { fromCenters, KMeansModel } from './k-means-model.ts';
import { fromParameters, MixtureModel } from './mixture-model.ts';
import { flatten } from './model-json.ts';
import {
  type CheckedIteration,
  checkCall,
  checkCount,
  checkEnoughPoints,
  checkIteration,
  checkPositive,
  DEVICE_OPTIONS,
  defined,
  ITERATION_DEFAULTS,
} from './options.ts';
import { populationOf } from './population.ts';
import { openSession, type PointSource, type Session } from './session.ts';
import { drawCenters } from './start.ts';
import type { CallOptions, DeviceOptions, IterationOptions } from './types.ts';

export interface AnnealOptions extends DeviceOptions, Omit<IterationOptions, 'nInit'> {
  /** K, 1…1024. */
  readonly nClusters: number;
  /**
   * Shared variances σ², falling, in squared data units. Default: from the points' mean variance per column down to a millionth of it, each half
   * of the one before.
   */
  readonly variances?: readonly number[] | undefined;
  /** Tolerance of the run at each variance; default 1e-6. */
  readonly tol?: number | undefined;
  /** The start: greedy k-means++ (default), or centres `[K][D]`. */
  readonly centers?: readonly (readonly number[])[] | undefined;
}

/** Soft k-means at one variance, run to its end. */
export interface AnnealStage {
  /** σ², squared data units; 0: k-means itself. */
  readonly variance: number;
  /** The model of soft k-means; at variance 0 that of k-means. */
  readonly model: MixtureModel | KMeansModel;
  /** M-steps. */
  readonly nIter: number;
  /** The log-likelihood and its parts; absent at variance 0. The entropy goes to 0 with the variance. */
  readonly bound?: Bound;
  /** Inertia; at variance 0 only. */
  readonly inertia?: number;
}

const OPTIONS = {
  ...DEVICE_OPTIONS,
  ...{ nClusters: true, variances: true, centers: true, seed: true, maxIter: true, tol: true },
} satisfies OptionNames<AnnealOptions>;
/** The factor from one variance of the default schedule to the next, and the last one as a share of the first. */
const SCHEDULE = { factor: 0.5, last: 1e-6 };
/** At the start of a stage a centre is moved by at most this many standard deviations (Rose, Gurewitz & Fox). */
const PUSH = 0.05;

/**
 * Follows soft k-means from a wide shared variance down to 0, where it is k-means (deterministic annealing: Rose, Gurewitz & Fox 1990). Each stage
 * starts from the centres of the one before; the last stage is k-means. Ending the loop early frees the points.
 */
export async function* anneal(
  points: PointSource,
  options: AnnealOptions,
  call: CallOptions = {},
): AsyncGenerator<AnnealStage> {
  const checked = { ...ITERATION_DEFAULTS, ...defined(options, OPTIONS) } as AnnealOptions & CheckedIteration;
  check(checked);
  checkCall(call);
  const session = await openSession(points, 'isotropic', checked, call);
  const { dataset } = session;
  try {
    checkEnoughPoints(dataset.nWeighted, checked.nClusters, 'clusters');
    const scale = dataset.frame.scale[0]! ** 2;
    const population = (await populationOf(dataset, call)).variance.reduce((a, b) => a + b, 0) / dataset.nFeatures;
    const settings = { ...checked, precision: session.backend.precision, signal: call.signal };
    const random = seededRandom(checked.seed);
    let centers = await startCenters(session, checked, call);
    for (const variance of checked.variances ?? schedule(population * scale)) {
      const apart = shake(centers, PUSH * Math.sqrt(variance / scale), random);
      const stage = await runStage(session, apart, variance, settings, points.featureNames);
      centers = stage.centers;
      yield stage.result;
    }
    yield await runKMeans(session, centers, settings, points.featureNames);
  } finally {
    dataset.destroy();
  }
}

function check(options: AnnealOptions & CheckedIteration): void {
  const { nClusters, variances, centers } = options;
  checkCount('nClusters', nClusters);
  checkIteration(options);
  checkList('variances', variances, '[4, 2, 1]');
  checkList('centers', centers, '[[0, 0], [1, 1]]');
  variances?.forEach((variance, i, all) => {
    checkPositive(`variances[${i}]`, variance);
    if (i > 0 && !(variance < all[i - 1]!)) {
      throw new EmgpuError(
        'invalid-option',
        `variances must fall; the one at ${i} does not.`,
        'Sort them, the widest first.',
      );
    }
  });
}

/** Throws `invalid-option` unless `value` is a list: callers in plain JavaScript have no compiler to check that. */
function checkList(name: string, value: unknown, example: string): void {
  if (value === undefined || Array.isArray(value)) return;
  throw new EmgpuError(
    'invalid-option',
    `${name} must be a list, got ${value}.`,
    `Pass one such as ${example}, or leave it out.`,
  );
}

function schedule(widest: number): number[] {
  const variances: number[] = [];
  for (let v = widest; v > SCHEDULE.last * widest; v *= SCHEDULE.factor) variances.push(v);
  return variances;
}

/** Moves every centre a little, because centres that coincide would stay together for ever. */
function shake(centers: Float64Array, most: number, random: Random): Float64Array {
  return centers.map((c) => c + most * (2 * random.uniform() - 1));
}

/** K × D, in the frame. */
async function startCenters(
  { backend, dataset }: Session,
  { nClusters: count, centers, seed }: AnnealOptions & CheckedIteration,
  { signal, onProgress }: CallOptions,
): Promise<Float64Array> {
  const D = dataset.nFeatures;
  if (!centers) {
    const tell = (fraction: number) => onProgress?.({ stage: 'seed', fraction, iteration: 0, restart: 0 });
    const alike = new Float64Array(D).fill(1);
    return (await drawCenters(dataset, alike, { signal, method: 'k-means++', count, seed, backend, onProgress: tell }))
      .centers;
  }
  const isCenter = (row: unknown) => Array.isArray(row) && row.length === D && row.every(Number.isFinite);
  if (centers.length !== count || !centers.every(isCenter)) {
    throw new EmgpuError(
      'model-mismatch',
      `centers must be ${count} × ${D} finite numbers.`,
      'Pass one row per cluster.',
    );
  }
  return kMeansFamily.toFrame({ nClusters: count, centers: flatten(centers) }, dataset.frame).centers;
}

async function runStage(
  { dataset }: Session,
  means: Float64Array,
  variance: number,
  settings: RunSettings,
  featureNames: readonly string[] | undefined,
): Promise<{ centers: Float64Array; result: AnnealStage }> {
  const { frame, nFeatures: D } = dataset;
  const K = means.length / D;
  const family = gaussianFamily({ covarianceType: 'tied-spherical', regCovar: 0, freeze: ['weights', 'covariances'] });
  const start = {
    weights: new Float64Array(K).fill(1 / K),
    means,
    covariances: Float64Array.of(variance / frame.scale[0]! ** 2),
  };
  const run = new EmRun(family, dataset, start, settings);
  while (!run.done) await run.advance();
  const bound = boundAtPosterior(family, await run.expectation(), run.parameters, dataset)!;
  const parts = fromParameters(family.toData(run.parameters, frame), 'tied-spherical', D, { featureNames });
  const result = { variance, model: new MixtureModel(parts), nIter: run.iteration, bound };
  return { centers: run.parameters.means, result };
}

async function runKMeans(
  { dataset }: Session,
  centers: Float64Array,
  settings: RunSettings,
  featureNames: readonly string[] | undefined,
): Promise<AnnealStage> {
  const nClusters = centers.length / dataset.nFeatures;
  const run = new EmRun(kMeansFamily, dataset, { nClusters, centers }, { ...settings, tol: 0 });
  while (!run.done) await run.step();
  const model = new KMeansModel(
    fromCenters(kMeansFamily.toData(run.parameters, dataset.frame), featureNames, 'euclidean'),
  );
  return { variance: 0, model, nIter: run.iteration, inertia: run.history.at(-1)! };
}
