import { TILE } from '../tile.ts';
import { squaredDistances } from './shared/squared-distances.ts';

/** Distances to this many centers are computed before the nearest is sought: 8 × TILE stay in the first cache level. */
export const CENTERS_AT_ONCE = 8;

/**
 * The nearest center of every point; ties go to the lowest index.
 * @param x D × TILE
 * @param centers K × D
 * @param distances CENTERS_AT_ONCE × TILE, scratch
 * @param labels TILE, written
 * @param nearest TILE, written: squared distance to the nearest center
 */
export function assign(
  x: Float64Array,
  count: number,
  d: number,
  centers: Float64Array,
  distances: Float64Array,
  labels: Uint32Array,
  nearest: Float64Array,
): void {
  const nComponents = centers.length / d;
  labels.fill(0);
  nearest.fill(Infinity);
  for (let first = 0; first < nComponents; first += CENTERS_AT_ONCE) {
    const n = Math.min(CENTERS_AT_ONCE, nComponents - first);
    squaredDistances(x, count, d, centers, first, n, distances);
    for (let k = 0; k < n; k++) takeNearer(distances, k * TILE, count, first + k, labels, nearest);
  }
}

function takeNearer(
  distances: Float64Array,
  o: number,
  count: number,
  k: number,
  labels: Uint32Array,
  nearest: Float64Array,
): void {
  for (let p = 0; p < count; p++) {
    const distance = distances[o + p]!;
    if (distance < nearest[p]!) {
      nearest[p] = distance;
      labels[p] = k;
    }
  }
}
