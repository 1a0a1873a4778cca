import { TILE } from '../../tile.ts';

/**
 * ‖x − c‖² of every point of a tile to one center.
 * @param x D × TILE
 * @param centers the center is at `centers[c .. c + D)`
 * @param out written at `out[o .. o + count)`
 */
export function squaredDistance(
  x: Float64Array,
  count: number,
  d: number,
  centers: Float64Array,
  c: number,
  out: Float64Array,
  o: number,
): void {
  out.fill(0, o, o + count);
  let i = 0;
  for (; i + 4 <= d; i += 4) add4(x, i * TILE, count, centers, c + i, out, o);
  for (; i < d; i++) add1(x, i * TILE, count, centers[c + i]!, out, o);
}

function add1(x: Float64Array, row: number, count: number, c: number, out: Float64Array, o: number): void {
  for (let p = 0; p < count; p++) {
    const z = x[row + p]! - c;
    out[o + p]! += z * z;
  }
}

function add4(
  x: Float64Array,
  row0: number,
  count: number,
  centers: Float64Array,
  c: number,
  out: Float64Array,
  o: number,
): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  const c0 = centers[c]!;
  const c1 = centers[c + 1]!;
  const c2 = centers[c + 2]!;
  const c3 = centers[c + 3]!;
  for (let p = 0; p < count; p++) {
    const z0 = x[row0 + p]! - c0;
    const z1 = x[row1 + p]! - c1;
    const z2 = x[row2 + p]! - c2;
    const z3 = x[row3 + p]! - c3;
    out[o + p]! += z0 * z0 + z1 * z1 + (z2 * z2 + z3 * z3);
  }
}
