import type { Pass } from './passes.ts';
import { TILE } from './tile.ts';
import { type Address, Workspace } from './workspace.ts';

/** A shard's part of `SeedingDistances`: `w · min_c Σ_d weights_d (x_d − c_d)²` of every point. */
export class Seeding {
  /** One value per point, and 0 up to the end of the last tile. Before the first center a point's value is its weight w. */
  readonly #values: Float64Array;
  /** D: what a squared difference counts for in each feature. */
  readonly #weights: Float64Array;
  #hasCenter = false;

  /**
   * @param weights D
   * @param sampleWeights TILE per tile, 0 after the last point; undefined: every point counts once
   */
  constructor(nSamples: number, weights: Float64Array, sampleWeights: readonly Float64Array[] | undefined) {
    this.#values = new Float64Array(Math.ceil(nSamples / TILE) * TILE);
    if (!sampleWeights) this.#values.fill(1, 0, nSamples);
    sampleWeights?.forEach((tile, t) => {
      this.#values.set(tile, t * TILE);
    });
    this.#weights = weights;
  }

  /** The values in these tiles, TILE each. */
  valuesOf(tiles: Uint32Array): Float64Array {
    const out = new Float64Array(tiles.length * TILE);
    tiles.forEach((tile, at) => {
      out.set(this.#values.subarray(tile * TILE, (tile + 1) * TILE), at * TILE);
    });
    return out;
  }

  /** Computes T sums of the values per tile, then, for each candidate (M × D), T sums as they would be if it were added. */
  sumsPass(candidates: Float64Array): Pass {
    const distances = new Distances(this.#weights, candidates);
    const nTiles = this.#values.length / TILE;
    const out = new Float64Array((distances.nCenters + 1) * nTiles);
    return {
      step: (x, count, from, weights) => {
        const tile = from / TILE;
        for (let p = 0; p < count; p++) out[tile]! += this.#values[from + p]!;
        distances.place(x);
        for (let m = 0; m < distances.nCenters; m++) {
          const distance = distances.to(m, count);
          let sum = 0;
          for (let p = 0; p < count; p++) sum += this.#valueWith(from + p, distance[p]!, weights ? weights[p]! : 1);
          out[(m + 1) * nTiles + tile] = sum;
        }
      },
      result: () => out,
      end: () => distances.free(),
    };
  }

  /** Adds a center (D). */
  addPass(center: Float64Array): Pass {
    const distances = new Distances(this.#weights, center);
    return {
      step: (x, count, from, weights) => {
        distances.place(x);
        const distance = distances.to(0, count);
        for (let p = 0; p < count; p++) {
          this.#values[from + p] = this.#valueWith(from + p, distance[p]!, weights ? weights[p]! : 1);
        }
      },
      result: () => {
        this.#hasCenter = true;
        return undefined;
      },
      end: () => distances.free(),
    };
  }

  /** The value of a point of weight w with one more center at this distance. */
  #valueWith(point: number, distance: number, w: number): number {
    // The distance may overflow, and 0 · ∞ is NaN.
    const value = w === 0 ? 0 : w * distance;
    const before = this.#values[point]!;
    return this.#hasCenter && before < value ? before : value;
  }
}

/** Distances of a tile's points to given centers, in a workspace. */
class Distances {
  readonly nCenters: number;
  readonly #space = Workspace.borrow();
  readonly #nFeatures: number;
  /** D × TILE */
  readonly #x: Address;
  /** D */
  readonly #weights: Address;
  /** M × D */
  readonly #centers: Address;
  /** TILE */
  readonly #distance: Address;

  constructor(weights: Float64Array, centers: Float64Array) {
    const space = this.#space;
    this.#nFeatures = weights.length;
    this.nCenters = centers.length / weights.length;
    this.#x = space.reserve(weights.length * TILE);
    this.#weights = space.place(weights);
    this.#centers = space.place(centers);
    this.#distance = space.reserve(TILE);
  }

  /** @param x D × TILE: the points that distances are taken from, from now on */
  place(x: Float64Array): void {
    this.#space.numbers(this.#x, x.length).set(x);
  }

  /** Distances to center m, valid until the next call. */
  to(m: number, count: number): Float64Array {
    const d = this.#nFeatures;
    const center = this.#centers + m * d * Float64Array.BYTES_PER_ELEMENT;
    this.#space.stages.seedDistance(this.#x, count, d, this.#weights, center, this.#distance);
    return this.#space.numbers(this.#distance, count);
  }

  free(): void {
    this.#space.giveBack();
  }
}
