import type { KernelParameters, Readout } from '../../em/types.ts';
import { LongSums } from './long-sums.ts';
import { assign, CENTERS_AT_ONCE } from './stages/assign.ts';
import { update } from './stages/update.ts';
import { TILE } from './tile.ts';
import type { Sums, TileModel } from './tile-model.ts';

/** Sums of this many tiles are added up before they go to the long sums: K × D numbers are much to flush per tile. */
const TILES_PER_FLUSH = 16;

/** k-means: assign → update. */
export class KMeansModel implements TileModel {
  readonly #nComponents: number;
  readonly #nFeatures: number;
  readonly #centers: Float64Array;
  readonly #objective = new LongSums(1);
  readonly #first: LongSums;
  /** Whole numbers, hence exact. */
  readonly #counts: Float64Array;
  /** K × D, what has not been flushed yet. */
  readonly #recent: Float64Array;
  #recentTiles = 0;
  readonly #distances = new Float64Array(CENTERS_AT_ONCE * TILE);
  readonly #nearest = new Float64Array(TILE);
  readonly #labels = new Uint32Array(TILE);

  constructor(parameters: KernelParameters) {
    this.#nComponents = parameters.nComponents;
    this.#nFeatures = parameters.nFeatures;
    this.#centers = parameters.means;
    this.#first = new LongSums(this.#centers.length);
    this.#counts = new Float64Array(this.#nComponents);
    this.#recent = new Float64Array(this.#centers.length);
  }

  expectation(x: Float64Array, count: number): void {
    this.#assign(x, count);
    let inertia = 0;
    for (let p = 0; p < count; p++) inertia += this.#nearest[p]!;
    this.#objective.add(0, -inertia);
    update(x, count, this.#nFeatures, this.#centers, this.#labels, this.#counts, this.#recent);
    if (++this.#recentTiles === TILES_PER_FLUSH) this.#flush();
  }

  sums(): Sums {
    this.#flush();
    return {
      objective: this.#objective.totals()[0]!,
      counts: this.#counts.slice(),
      first: this.#first.totals(),
      second: new Float64Array(0),
    };
  }

  labels(x: Float64Array, count: number, out: Readout['labels'], from: number): void {
    this.#assign(x, count);
    out.set(this.#labels.subarray(0, count), from);
  }

  responsibilities(x: Float64Array, count: number, out: Readout['responsibilities'], from: number): void {
    this.#assign(x, count);
    const k = this.#nComponents;
    out.fill(0, from * k, (from + count) * k);
    for (let p = 0; p < count; p++) out[(from + p) * k + this.#labels[p]!] = 1;
  }

  logDensities(x: Float64Array, count: number, out: Readout['logDensities'], from: number): void {
    this.#assign(x, count);
    for (let p = 0; p < count; p++) out[from + p] = -this.#nearest[p]!;
  }

  #assign(x: Float64Array, count: number): void {
    assign(x, count, this.#nFeatures, this.#centers, this.#distances, this.#labels, this.#nearest);
  }

  #flush(): void {
    for (let i = 0; i < this.#recent.length; i++) this.#first.add(i, this.#recent[i]!);
    this.#recent.fill(0);
    this.#recentTiles = 0;
  }
}
