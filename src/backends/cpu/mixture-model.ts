import type { KernelParameters, Readout } from '../../em/types.ts';
import { LongSums } from './long-sums.ts';
import { findPeaks, normalize, sumLogDensities } from './stages/normalize.ts';
import { type LogDensity, liveLogNormalizers, type Moments } from './stages/types.ts';
import { TILE } from './tile.ts';
import type { Sums, TileModel } from './tile-model.ts';

/** Every mixture is the same chain: log-density → normalize → moments. Kinds differ in the first and the last. */
export class MixtureModel implements TileModel {
  readonly #logDensity: LogDensity;
  readonly #moments: Moments;
  readonly #logNormalizers: Float64Array;
  readonly #objective = new LongSums(1);
  /** K × TILE: log-densities, then responsibilities. */
  readonly #values: Float64Array;
  readonly #peak = new Float64Array(TILE);
  readonly #total = new Float64Array(TILE);

  constructor(parameters: KernelParameters, logDensity: LogDensity, moments: Moments) {
    this.#logDensity = logDensity;
    this.#moments = moments;
    this.#logNormalizers = liveLogNormalizers(parameters);
    this.#values = new Float64Array(parameters.nComponents * TILE);
  }

  expectation(x: Float64Array, count: number): void {
    this.#normalize(x, count);
    this.#objective.add(0, sumLogDensities(count, this.#peak, this.#total));
    this.#moments.add(x, count, this.#values);
  }

  sums(): Sums {
    const { counts, first, second } = this.#moments;
    return {
      objective: this.#objective.totals()[0]!,
      counts: counts.totals(),
      first: first.totals(),
      second: second.totals(),
    };
  }

  labels(x: Float64Array, count: number, out: Readout['labels'], from: number): void {
    this.#logDensity(x, count, this.#values);
    findPeaks(this.#values, count, this.#peak);
    for (let p = 0; p < count; p++) {
      let k = 0;
      while (k * TILE < this.#values.length && this.#values[k * TILE + p] !== this.#peak[p]) k++;
      // No log-density is the peak when every distance overflows: then all components with weight are alike.
      const found = k * TILE < this.#values.length;
      out[from + p] = found ? k : this.#logNormalizers.findIndex((l) => l > -Infinity);
    }
  }

  responsibilities(x: Float64Array, count: number, out: Readout['responsibilities'], from: number): void {
    this.#normalize(x, count);
    const k = this.#logNormalizers.length;
    for (let p = 0; p < count; p++) for (let c = 0; c < k; c++) out[(from + p) * k + c] = this.#values[c * TILE + p]!;
  }

  logDensities(x: Float64Array, count: number, out: Readout['logDensities'], from: number): void {
    this.#normalize(x, count);
    for (let p = 0; p < count; p++) out[from + p] = this.#peak[p]! + Math.log(this.#total[p]!);
  }

  #normalize(x: Float64Array, count: number): void {
    this.#logDensity(x, count, this.#values);
    normalize(this.#values, this.#logNormalizers, count, this.#peak, this.#total);
  }
}
