import { TILE } from '../tile.ts';

/**
 * k-means sums: counts[label] += 1 and first[label] += x − c_label.
 * @param x D × TILE
 * @param centers K × D
 * @param labels TILE
 * @param counts K, added to
 * @param first K × D, added to
 */
export function update(
  x: Float64Array,
  count: number,
  d: number,
  centers: Float64Array,
  labels: Uint32Array,
  counts: Float64Array,
  first: Float64Array,
): void {
  for (let p = 0; p < count; p++) counts[labels[p]!]! += 1;
  for (let i = 0; i < d; i++) {
    const row = i * TILE;
    for (let p = 0; p < count; p++) {
      const at = labels[p]! * d + i;
      first[at]! += x[row + p]! - centers[at]!;
    }
  }
}
