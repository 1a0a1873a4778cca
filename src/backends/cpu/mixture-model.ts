import type { KernelParameters, Readout } from '../../em/types.ts';
import {
  type BindLogDensity,
  type BindMoments,
  type LogDensity,
  liveLogNormalizers,
  type Moments,
  type Places,
} from './mixture-stages.ts';
import { TILE } from './tile.ts';
import type { TileModel } from './tile-model.ts';
import { type Address, LONG, Workspace } from './workspace.ts';

/** `LOWEST` of `stages/normalize.ts`. */
const LOWEST = -1e300;
/** `GROUP` of `stages/log-likelihood.ts`. */
const POINTS_PER_PRODUCT = 32;

/** A mixture of any kind as the chain log-density → normalize (→ weigh) → moments. Kinds differ in the first and the last stage. */
export class MixtureModel implements TileModel {
  readonly #space = Workspace.borrow();
  readonly #nComponents: number;
  readonly #places: Places;
  readonly #logDensity: LogDensity;
  readonly #moments: Moments;
  /** TILE */
  readonly #peak: Address;
  /** TILE */
  readonly #total: Address;
  /** TILE / 32: a product for every 32 points. */
  readonly #products: Address;
  /** TILE */
  readonly #weights: Address;
  /** Views of memory that is written and read for every tile, made once: making a view takes as long as 20 points. */
  readonly #views: { readonly [place in 'x' | 'peak' | 'total' | 'products' | 'weights']: Float64Array };
  /** Long sums: the objective, then the sums of `#places`. */
  readonly #sums: Address;
  readonly #nSums: number;
  /** The component of points that are infinitely far from all: the first one that has weight. */
  readonly #fallbackLabel: number;

  /** @param secondLength how many sums of second moments there are */
  constructor(parameters: KernelParameters, logDensity: BindLogDensity, moments: BindMoments, secondLength: number) {
    const { nComponents, nFeatures, means } = parameters;
    const space = this.#space;
    const logNormalizers = liveLogNormalizers(parameters);
    this.#nComponents = nComponents;
    this.#fallbackLabel = logNormalizers.findIndex((l) => l > -Infinity);
    this.#nSums = 1 + nComponents * (1 + nFeatures) + secondLength;
    this.#sums = space.reserveSums(this.#nSums);
    const counts = this.#sums + LONG;
    const first = counts + nComponents * LONG;
    const second = first + nComponents * nFeatures * LONG;
    this.#places = {
      ...{ space, counts, first, second },
      x: space.reserve(nFeatures * TILE),
      means: space.place(means),
      logNormalizers: space.place(logNormalizers),
      values: space.reserve(nComponents * TILE),
    };
    this.#peak = space.reserve(TILE);
    this.#total = space.reserve(TILE);
    this.#products = space.reserve(TILE / POINTS_PER_PRODUCT);
    this.#weights = space.reserve(TILE);
    this.#logDensity = logDensity(parameters, this.#places);
    this.#moments = moments(parameters, this.#places);
    // Made last, as reserving more memory may void them.
    this.#views = {
      x: space.numbers(this.#places.x, nFeatures * TILE),
      peak: space.numbers(this.#peak, TILE),
      total: space.numbers(this.#total, TILE),
      products: space.numbers(this.#products, TILE / POINTS_PER_PRODUCT),
      weights: space.numbers(this.#weights, TILE),
    };
  }

  expectation(x: Float64Array, count: number, from: number, weights: Float64Array | undefined): void {
    this.#normalize(x, count, from);
    const sum = weights ? this.#weigh(count, weights) : this.#sumLogDensities(count);
    this.#space.stages.addLong(this.#sums, sum);
    this.#moments(count);
  }

  takeSums(): Float64Array {
    return this.#space.takeSums(this.#sums, this.#nSums);
  }

  labels(x: Float64Array, count: number, out: Readout['labels'], from: number): void {
    this.#place(x);
    this.#logDensity(count, from);
    const values = this.#values();
    for (let p = 0; p < count; p++) {
      let label = this.#fallbackLabel;
      // As `normalize` finds it: anything lower counts as infinitely far, and comparisons pass over NaN.
      let peak = LOWEST;
      for (let k = 0; k < this.#nComponents; k++) {
        const value = values[k * TILE + p]!;
        if (value > peak) {
          peak = value;
          label = k;
        }
      }
      out[from + p] = label;
    }
  }

  responsibilities(x: Float64Array, count: number, out: Readout['responsibilities'], from: number): void {
    this.#normalize(x, count, from);
    const K = this.#nComponents;
    const values = this.#values();
    for (let p = 0; p < count; p++) for (let k = 0; k < K; k++) out[(from + p) * K + k] = values[k * TILE + p]!;
  }

  logDensities(x: Float64Array, count: number, out: Readout['logDensities'], from: number): void {
    this.#normalize(x, count, from);
    const { peak, total } = this.#views;
    for (let p = 0; p < count; p++) out[from + p] = peak[p]! + Math.log(total[p]!);
  }

  free(): void {
    this.#space.giveBack();
  }

  #place(x: Float64Array): void {
    this.#views.x.set(x);
  }

  #values(): Float64Array {
    return this.#space.numbers(this.#places.values, this.#nComponents * TILE);
  }

  #normalize(x: Float64Array, count: number, from: number): void {
    this.#place(x);
    this.#logDensity(count, from);
    const { logNormalizers, values } = this.#places;
    this.#space.stages.normalize(values, count, this.#nComponents, logNormalizers, this.#peak, this.#total);
  }

  /** Multiplies responsibilities by the weights w. Returns the sum over the tile of `w (peak + log(total))`. */
  #weigh(count: number, weights: Float64Array): number {
    const { peak, total } = this.#views;
    this.#views.weights.set(weights);
    this.#space.stages.weigh(this.#places.values, count, this.#nComponents, this.#weights);
    let sum = 0;
    for (let p = 0; p < count; p++) sum += weights[p]! * (peak[p]! + Math.log(total[p]!));
    return sum;
  }

  /** The sum over the tile of `peak + log(total)`: its log-likelihood. */
  #sumLogDensities(count: number): number {
    let sum = this.#space.stages.logLikelihood(this.#peak, this.#total, count, this.#products);
    for (let i = 0; i < count / POINTS_PER_PRODUCT; i++) sum += Math.log(this.#views.products[i]!);
    return sum;
  }
}
