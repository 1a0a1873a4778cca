import { TILE } from './tile.ts';

/** Weighted squared distances of points to the nearest of the centers added so far. */
export class Seeding {
  readonly tiles: readonly Float64Array[];
  readonly nSamples: number;
  /** One per point; ∞ before the first center. */
  readonly nearest: Float64Array;
  readonly #weights: Float64Array;
  readonly #distance = new Float64Array(TILE);

  /** @param weights D, what a squared difference counts for in each feature */
  constructor(tiles: readonly Float64Array[], nSamples: number, weights: Float64Array) {
    this.tiles = tiles;
    this.nSamples = nSamples;
    this.nearest = new Float64Array(nSamples).fill(Infinity);
    this.#weights = weights;
  }

  /** Takes a center into account for one tile, whose first point is point `from`. */
  add(center: Float64Array, tile: Float64Array, count: number, from: number): void {
    seedDistance(tile, count, this.#weights, center, this.#distance, this.nearest, from);
  }
}

/** Row-major points as tiles of their own. */
export function gatherTiles(rows: Float64Array, nFeatures: number): Float64Array[] {
  const n = rows.length / nFeatures;
  const tiles: Float64Array[] = [];
  for (let p = 0; p < n; p++) {
    if (p % TILE === 0) tiles.push(new Float64Array(nFeatures * TILE));
    const tile = tiles.at(-1)!;
    for (let i = 0; i < nFeatures; i++) tile[i * TILE + (p % TILE)] = rows[p * nFeatures + i]!;
  }
  return tiles;
}

/**
 * nearest[p] = min(nearest[p], Σ_d weights_d (x_pd − center_d)²).
 * @param x D × TILE
 * @param distance TILE, scratch
 * @param nearest updated at `nearest[from .. from + count)`
 */
function seedDistance(
  x: Float64Array,
  count: number,
  weights: Float64Array,
  center: Float64Array,
  distance: Float64Array,
  nearest: Float64Array,
  from: number,
): void {
  distance.fill(0);
  for (let i = 0; i < center.length; i++) addSquares(x, i * TILE, count, weights[i]!, center[i]!, distance);
  for (let p = 0; p < count; p++) if (distance[p]! < nearest[from + p]!) nearest[from + p] = distance[p]!;
}

function addSquares(
  x: Float64Array,
  row: number,
  count: number,
  weight: number,
  c: number,
  distance: Float64Array,
): void {
  for (let p = 0; p < count; p++) {
    const z = x[row + p]! - c;
    distance[p]! += weight * (z * z);
  }
}
