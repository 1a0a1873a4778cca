import { GROUP, TILE } from '../../tile.ts';

/**
 * Output rows j … j + 3 of y = Uᵀ z for upper triangular U: y_j = Σ_{i ≤ j} U_ij z_i, without the 4 × 4 triangle on the
 * diagonal: the part from inputs i < j.
 * @param z rows × TILE
 * @param factors U, row-major with `size` columns, starts at `u`
 * @param y 4 × TILE, written
 */
export function multiplyAboveDiagonal(
  z: Float64Array,
  count: number,
  j: number,
  factors: Float64Array,
  u: number,
  size: number,
  y: Float64Array,
): void {
  y.fill(0);
  for (let i = 0; i < j; i += GROUP) {
    const at = u + i * size + j;
    multiply4by2(z, i * TILE, count, factors, at, size, y, 0);
    multiply4by2(z, i * TILE, count, factors, at + 2, size, y, 2 * TILE);
  }
}

/** Adds 4 inputs to 2 outputs; 8 coefficients and 6 rows are as much as the registers hold. */
function multiply4by2(
  z: Float64Array,
  in0: number,
  count: number,
  factors: Float64Array,
  u: number,
  size: number,
  y: Float64Array,
  out0: number,
): void {
  const in1 = in0 + TILE;
  const in2 = in1 + TILE;
  const in3 = in2 + TILE;
  const out1 = out0 + TILE;
  const u00 = factors[u]!;
  const u01 = factors[u + 1]!;
  const u10 = factors[u + size]!;
  const u11 = factors[u + size + 1]!;
  const u20 = factors[u + 2 * size]!;
  const u21 = factors[u + 2 * size + 1]!;
  const u30 = factors[u + 3 * size]!;
  const u31 = factors[u + 3 * size + 1]!;
  for (let p = 0; p < count; p++) {
    const z0 = z[in0 + p]!;
    const z1 = z[in1 + p]!;
    const z2 = z[in2 + p]!;
    const z3 = z[in3 + p]!;
    y[out0 + p]! += u00 * z0 + u10 * z1 + (u20 * z2 + u30 * z3);
    y[out1 + p]! += u01 * z0 + u11 * z1 + (u21 * z2 + u31 * z3);
  }
}
