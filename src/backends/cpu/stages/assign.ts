import { squaredDistance } from './shared/squared-distance.ts';

/**
 * The nearest center of every point; ties go to the lowest index.
 * @param x D × TILE
 * @param centers K × D
 * @param distance TILE, scratch
 * @param labels TILE, written
 * @param nearest TILE, written: squared distance to the nearest center
 */
export function assign(
  x: Float64Array,
  count: number,
  d: number,
  centers: Float64Array,
  distance: Float64Array,
  labels: Uint32Array,
  nearest: Float64Array,
): void {
  const k = centers.length / d;
  labels.fill(0);
  squaredDistance(x, count, d, centers, 0, nearest, 0);
  for (let c = 1; c < k; c++) {
    squaredDistance(x, count, d, centers, c * d, distance, 0);
    takeNearer(distance, count, c, labels, nearest);
  }
}

function takeNearer(
  distance: Float64Array,
  count: number,
  c: number,
  labels: Uint32Array,
  nearest: Float64Array,
): void {
  for (let p = 0; p < count; p++) {
    if (distance[p]! < nearest[p]!) {
      nearest[p] = distance[p]!;
      labels[p] = c;
    }
  }
}
