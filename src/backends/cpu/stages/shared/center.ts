import { TILE } from '../../tile.ts';

/**
 * z = x − c for one component and all features.
 * @param x D × TILE
 * @param means center c is at `means[c .. c + D)`
 * @param z at least D × TILE, written; rows from D on are left alone
 */
export function center(
  x: Float64Array,
  count: number,
  d: number,
  means: Float64Array,
  c: number,
  z: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= d; i += 4) {
    center4(x, i * TILE, count, means[c + i]!, means[c + i + 1]!, means[c + i + 2]!, means[c + i + 3]!, z);
  }
  for (; i < d; i++) center1(x, i * TILE, count, means[c + i]!, z);
}

function center1(x: Float64Array, row: number, count: number, c: number, z: Float64Array): void {
  for (let p = row; p < row + count; p++) z[p] = x[p]! - c;
}

function center4(
  x: Float64Array,
  row0: number,
  count: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  z: Float64Array,
): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  for (let p = 0; p < count; p++) {
    z[row0 + p] = x[row0 + p]! - c0;
    z[row1 + p] = x[row1 + p]! - c1;
    z[row2 + p] = x[row2 + p]! - c2;
    z[row3 + p] = x[row3 + p]! - c3;
  }
}
