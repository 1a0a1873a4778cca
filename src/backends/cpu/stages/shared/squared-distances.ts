import { TILE } from '../../tile.ts';

/**
 * ‖x − c‖² of every point of a tile to n centers. Two centers at a time share the loads of x.
 * @param x D × TILE
 * @param centers row-major; rows `first .. first + n)` are used
 * @param out n × TILE, written
 */
export function squaredDistances(
  x: Float64Array,
  count: number,
  d: number,
  centers: Float64Array,
  first: number,
  n: number,
  out: Float64Array,
): void {
  out.fill(0, 0, n * TILE);
  for (let k = 0; k < n; k++) {
    const c = (first + k) * d;
    const o = k * TILE;
    const paired = k + 1 < n;
    let i = 0;
    for (; i + 4 <= d; i += 4) {
      if (paired) addPair(x, i * TILE, count, centers, c + i, c + d + i, out, o);
      else addGroup(x, i * TILE, count, centers, c + i, out, o);
    }
    for (; i < d; i++) {
      addSingle(x, i * TILE, count, centers[c + i]!, out, o);
      if (paired) addSingle(x, i * TILE, count, centers[c + d + i]!, out, o + TILE);
    }
    if (paired) k++;
  }
}

/** One feature, one center. */
function addSingle(x: Float64Array, row: number, count: number, c: number, out: Float64Array, o: number): void {
  for (let p = 0; p < count; p++) {
    const z = x[row + p]! - c;
    out[o + p]! += z * z;
  }
}

/** Four features, one center. */
function addGroup(
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

/** Four features, two centers, whose distances are in neighbouring rows. */
function addPair(
  x: Float64Array,
  row0: number,
  count: number,
  centers: Float64Array,
  a: number,
  b: number,
  out: Float64Array,
  o: number,
): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  const other = o + TILE;
  const a0 = centers[a]!;
  const a1 = centers[a + 1]!;
  const a2 = centers[a + 2]!;
  const a3 = centers[a + 3]!;
  const b0 = centers[b]!;
  const b1 = centers[b + 1]!;
  const b2 = centers[b + 2]!;
  const b3 = centers[b + 3]!;
  for (let p = 0; p < count; p++) {
    const x0 = x[row0 + p]!;
    const x1 = x[row1 + p]!;
    const x2 = x[row2 + p]!;
    const x3 = x[row3 + p]!;
    const y0 = x0 - a0;
    const y1 = x1 - a1;
    const y2 = x2 - a2;
    const y3 = x3 - a3;
    out[o + p]! += y0 * y0 + y1 * y1 + (y2 * y2 + y3 * y3);
    const z0 = x0 - b0;
    const z1 = x1 - b1;
    const z2 = x2 - b2;
    const z3 = x3 - b3;
    out[other + p]! += z0 * z0 + z1 * z1 + (z2 * z2 + z3 * z3);
  }
}
