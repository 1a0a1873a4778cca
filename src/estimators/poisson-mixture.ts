import { randomPoisson } from 'd3-random';
import { CountStream, checkCounts } from '../data/counts.ts';
import { sampleNumbers } from '../data/frame-sample.ts';
import type { OptionNames } from '../data/option-names.ts';
import { checkPoints, isDevicePoints } from '../data/points.ts';
import type { Dataset, Family, RunOptions } from '../em/types.ts';
import { meanRates, type PoissonParameters, poissonFamily } from '../families/poisson.ts';
import { checkSeed } from '../judging/checks.ts';
import { seededRandom } from '../math/random.ts';
import { Estimator, type Recipe } from './estimator.ts';
import type { FitRun } from './fit-run.ts';
import { fittedMixture, mixtureRecord } from './fitted-mixture.ts';
import { MixtureBase } from './mixture-base.ts';
import { checkArray, checkKind, checkNames, checkSizes, checkWeights, flatten, nest, refuse } from './model-json.ts';
import {
  type CheckedIteration,
  checkChoice,
  checkInit,
  checkIteration,
  checkMixture,
  checkStart,
  defined,
  ITERATION_DEFAULTS,
  MIXTURE_OPTIONS,
} from './options.ts';
import type { ScoreOptions } from './point-model.ts';
import { populationOf } from './population.ts';
import { drawComponent, roomForDraws } from './sampling.ts';
import { isStream, type PointSource, type Session } from './session.ts';
import { drawCenters } from './start.ts';
import type { CallOptions, MixtureOptions, MixtureStart } from './types.ts';

/** The model file of a Poisson mixture. */
export interface PoissonMixtureJSON {
  readonly format: 'emgpu-model';
  readonly version: 1;
  readonly model: 'poisson-mixture';
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly featureNames?: readonly string[];
  /** `[K]`, summing to 1. */
  readonly weights: readonly number[];
  /** `[K][D]`: expected counts. */
  readonly rates: readonly (readonly number[])[];
}

export interface PoissonMixtureOptions extends MixtureOptions {
  /**
   * The start: rates near rows drawn greedily by `k-means++` (default), near the centres of a short `k-means` run from there, or near rows
   * drawn at random (`random-from-data`); one M-step from `random` responsibilities; or parameters, as a model or its JSON.
   */
  readonly init?: MixtureStart | PoissonMixtureJSON | { toJSON(): PoissonMixtureJSON } | undefined;
  /** Rows with cells that are NaN: `error` (default) or `drop`. */
  readonly missing?: 'error' | 'drop' | undefined;
}

/** A Poisson mixture fit that the caller steps. */
export type PoissonRun = FitRun<PoissonParameters, PoissonModel, PoissonFit>;

export type PoissonParts = Omit<PoissonMixtureJSON, 'format' | 'version' | 'model'>;

/** A mixture of Poisson distributions with known parameters, features independent within a component. It holds no device memory. */
export class PoissonModel extends MixtureBase<PoissonParameters> {
  readonly nComponents: number;
  readonly nFeatures: number;
  readonly weights: number[];
  /** `[K][D]`: expected counts. */
  readonly rates: number[][];

  /** Takes the parts unchecked; for parts that emgpu did not compute use {@link fromJSON}, which checks them. */
  constructor({ nComponents, nFeatures, featureNames, weights, rates }: PoissonParts) {
    super(featureNames);
    this.nComponents = nComponents;
    this.nFeatures = nFeatures;
    this.weights = [...weights];
    this.rates = rates.map((rate) => [...rate]);
  }

  /** A model from what {@link toJSON} gave, or from one written by hand. Throws `invalid-model`. */
  static fromJSON(json: unknown): PoissonModel {
    return new PoissonModel(checkPoisson(json));
  }

  /** The model file. */
  toJSON(): PoissonMixtureJSON {
    const { nFeatures, nComponents, featureNames, weights, rates } = this;
    return {
      ...({ format: 'emgpu-model', version: 1, model: 'poisson-mixture' } as const),
      ...{ nFeatures, nComponents, ...(featureNames && { featureNames }), weights, rates },
    };
  }

  /** Draws `n` rows of counts: `data` is n × D, row-major; `labels` tells the component of each. The same seed gives the same rows. */
  sample(n: number, seed = 0): { data: Float64Array; labels: Uint32Array } {
    const { data, labels } = roomForDraws(n, this.nFeatures);
    checkSeed(seed);
    const random = seededRandom(seed);
    const draws = this.rates.map((rates) => rates.map((rate) => randomPoisson.source(random.uniform)(rate)));
    for (let i = 0; i < n; i++) {
      labels[i] = drawComponent(this.weights, random.uniform());
      data.set(
        draws[labels[i]!]!.map((draw) => draw()),
        i * this.nFeatures,
      );
    }
    return { data, labels };
  }

  /** @internal */
  protected override get family(): Family<PoissonParameters> {
    return poissonFamily();
  }

  /** @internal */
  protected override familyOf(dataset: Dataset, run: RunOptions): Promise<Family<PoissonParameters>> {
    return familyWithBounds(dataset, meanRates(this.flatten()), run);
  }

  /** @internal */
  protected override flatten(): PoissonParameters {
    return toParameters(this);
  }

  /** @internal */
  protected override async over<T>(
    points: PointSource | undefined,
    options: ScoreOptions,
    pass: (dataset: Dataset, run: RunOptions) => Promise<T>,
  ): Promise<T> {
    return super.over(points && countsOf(points), options, pass);
  }
}

/**
 * A fitted Poisson mixture. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which parameters and scores remain.
 */
export class PoissonFit extends fittedMixture(PoissonModel) {}

const OPTIONS = { ...MIXTURE_OPTIONS, init: true, missing: true } satisfies OptionNames<PoissonMixtureOptions>;

/**
 * Fits mixtures of Poisson distributions to counts by expectation–maximization.
 *
 * ```ts
 * const fit = await new PoissonMixture({ nComponents: 2 }).fit({ data, nFeatures: 1 });
 * console.log(fit.rates, fit.bic);
 * fit.destroy();
 * ```
 */
export class PoissonMixture extends Estimator<PoissonParameters, PoissonModel, PoissonFit> {
  readonly options: PoissonMixtureOptions & CheckedIteration;

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: PoissonMixtureOptions) {
    super();
    this.options = { ...ITERATION_DEFAULTS, ...defined(options, OPTIONS) };
    const { init, missing } = this.options;
    checkIteration(this.options);
    checkMixture(this.options);
    checkInit(init, ['k-means++', 'k-means', 'random-from-data', 'random']);
    checkChoice('missing', missing ?? 'error', ['error', 'drop']);
  }

  /** @internal */
  protected override get count() {
    return this.options.nComponents;
  }

  /** @internal */
  protected override readonly what = 'components';
  /** @internal */
  override readonly scaling = 'none';
  /** @internal */
  protected override readonly kind = 'poisson';

  /** @internal */
  override checkFor(nFeatures: number): void {
    this.#givenModel(nFeatures);
  }

  /** @internal */
  override check(points: PointSource): PointSource {
    const counts = countsOf(points);
    this.checkFor(counts.nFeatures);
    return counts;
  }

  /** @internal */
  protected override async prepare(session: Session, points: PointSource, call: CallOptions) {
    const { nComponents: K, tol } = this.options;
    const { dataset } = session;
    const D = dataset.nFeatures;
    if (!isStream(points) && isDevicePoints(points)) await checkSome(dataset);
    const given = this.#givenModel(D);
    const { mean } = await populationOf(dataset, call);
    const family = await familyWithBounds(dataset, mean, call);
    const publish = ({ weights, rates }: PoissonParameters): PoissonParts => ({
      ...{ nFeatures: D, nComponents: K, ...(points.featureNames && { featureNames: points.featureNames }) },
      ...{ weights: [...weights], rates: nest(rates, [K, D]) as number[][] },
    });
    const recipe: Recipe<PoissonParameters, PoissonModel, PoissonFit> = {
      ...{ family, tol },
      start: async (seed, onProgress) =>
        given ? toParameters(given) : this.#draw(session, family, mean, seed, { ...call, onSeed: onProgress }),
      toModel: (parameters) => new PoissonModel(publish(parameters)),
      toFit: (parameters, run, last, record) =>
        new PoissonFit(publish(parameters), mixtureRecord(run, K, last, record), dataset),
      toProgress: (logLikelihood) => ({ logLikelihood }),
    };
    return recipe;
  }

  /** The start that `init` gives. Throws `invalid-model` or `model-mismatch`. */
  #givenModel(nFeatures: number): PoissonModel | undefined {
    const { init, nComponents } = this.options;
    if (typeof init !== 'object' || init === null) return undefined;
    const model = PoissonModel.fromJSON('toJSON' in init ? init.toJSON() : init);
    checkStart(
      `components × features ${model.nComponents} × ${model.nFeatures}`,
      `components × features ${nComponents} × ${nFeatures}`,
      'Choose the same nComponents and columns.',
    );
    return model;
  }

  /**
   * Draws a start: equal weights, and rates near the rows drawn. The rate for a single count x is its expectation under an exponential prior with the
   * mean m of all rows, (x + 1) m / (m + 1): never 0, so that a drawn 0 does not rule out all other rows. Distances count every feature in units of
   * its Poisson variance. With `random`, the start is one M-step from random responsibilities.
   */
  async #draw(
    { backend, dataset }: Session,
    family: Family<PoissonParameters>,
    mean: Float64Array,
    seed: number,
    { signal, onSeed }: CallOptions & { readonly onSeed: (fraction: number) => void },
  ): Promise<PoissonParameters> {
    const { init, nComponents: K } = this.options;
    const D = mean.length;
    const weights = new Float64Array(K).fill(1 / K);
    if (init === 'random') {
      const start = { weights, rates: new Float64Array(K * D).map((_, i) => mean[i % D]!) };
      const assignment = { kind: 'random', seed } as const;
      const statistics = await dataset.expectation(family.pack(start, dataset.frame), { signal, assignment });
      return family.maximization(statistics, start, dataset.frame).parameters;
    }
    const method = typeof init === 'string' ? init : 'k-means++';
    const scales = mean.map((m) => (m > 0 ? 1 / m : 0));
    const options = { signal, method, count: K, seed, backend, onProgress: onSeed };
    const { centers } = await drawCenters(dataset, scales, options);
    return { weights, rates: centers.map((x, i) => ((x + 1) * mean[i % D]!) / (mean[i % D]! + 1)) };
  }
}

/** Flat parameters, for the family. */
function toParameters({ weights, rates }: Pick<PoissonMixtureJSON, 'weights' | 'rates'>): PoissonParameters {
  return { weights: Float64Array.from(weights), rates: flatten(rates) };
}

/** The points, checked to be counts; a stream is checked chunk by chunk, and points in a GPUBuffer are not checked here. */
function countsOf(points: PointSource): PointSource {
  if (isStream(points)) return new CountStream(points);
  checkPoints(points);
  if (!isDevicePoints(points)) checkCounts(points);
  return points;
}

/** Throws `not-counts` unless rows from all over the dataset hold counts: a check for points in a GPUBuffer. */
async function checkSome(dataset: Dataset): Promise<void> {
  const numbers = sampleNumbers(dataset.nSamples);
  const D = dataset.nFeatures;
  const rows = await dataset.rows(Uint32Array.from(numbers));
  numbers.forEach((row, i) => {
    checkCounts({ data: rows.subarray(i * D, (i + 1) * D), nFeatures: D }, row);
  });
}

/**
 * The family for points on a backend. It needs their factorials, `Σ w Σ_d log x_d!`: the log-likelihood of a single component is smaller by these than
 * what follows from the sums. One pass.
 * @param mean D rates near the mean of the points: the nearer, the smaller the rounding
 */
async function familyWithBounds(dataset: Dataset, mean: Float64Array, { signal }: RunOptions) {
  const plain = poissonFamily(0);
  const single = { weights: Float64Array.of(1), rates: mean };
  const statistics = await dataset.expectation(plain.pack(single, dataset.frame), { signal });
  return poissonFamily(plain.expectedLogLikelihood!(statistics, single, dataset.frame) - statistics.objective);
}

function checkPoisson(json: unknown): PoissonMixtureJSON {
  const file = checkKind(json, 'poisson-mixture');
  const { K, D } = checkSizes(file, 'nComponents');
  checkNames(file.featureNames, D);
  checkArray('weights', file.weights, [K]);
  checkArray('rates', file.rates, [K, D]);
  checkWeights(file.weights as number[]);
  if (flatten(file.rates).some((rate) => rate < 0)) refuse('rates must be from 0 on');
  return file as unknown as PoissonMixtureJSON;
}
