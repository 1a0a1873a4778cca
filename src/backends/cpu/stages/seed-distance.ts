import { TILE } from '../tile.ts';

/**
 * nearest[p] = min(nearest[p], Σ_d weights_d (x_pd − center_d)²).
 * @param x D × TILE
 * @param distance TILE, scratch
 * @param nearest updated at `nearest[from .. from + count)`
 */
export function seedDistance(
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
