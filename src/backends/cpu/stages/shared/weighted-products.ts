import { TILE } from '../../tile.ts';

/** w = r z for rows i … i + 3, and Σ w of each row to `rowSums[i .. i + 4)`. */
export function weightRows4(
  z: Float64Array,
  i: number,
  count: number,
  responsibilities: Float64Array,
  r: number,
  w: Float64Array,
  rowSums: Float64Array,
): void {
  const row0 = i * TILE;
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let p = 0; p < count; p++) {
    const weight = responsibilities[r + p]!;
    const w0 = weight * z[row0 + p]!;
    w[row0 + p] = w0;
    sum0 += w0;
    const w1 = weight * z[row1 + p]!;
    w[row1 + p] = w1;
    sum1 += w1;
    const w2 = weight * z[row2 + p]!;
    w[row2 + p] = w2;
    sum2 += w2;
    const w3 = weight * z[row3 + p]!;
    w[row3 + p] = w3;
    sum3 += w3;
  }
  rowSums[i] = sum0;
  rowSums[i + 1] = sum1;
  rowSums[i + 2] = sum2;
  rowSums[i + 3] = sum3;
}

/** products[i .. i + 2)[j .. j + 4) = Σ_p w_i z_j: 8 sums and 6 numbers, what 16 registers hold. */
export function multiplyRows2by4(
  w: Float64Array,
  i: number,
  z: Float64Array,
  j: number,
  count: number,
  products: Float64Array,
  size: number,
): void {
  const w0 = i * TILE;
  const w1 = w0 + TILE;
  const z0 = j * TILE;
  const z1 = z0 + TILE;
  const z2 = z1 + TILE;
  const z3 = z2 + TILE;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let p = 0; p < count; p++) {
    const b0 = z[z0 + p]!;
    const b1 = z[z1 + p]!;
    const b2 = z[z2 + p]!;
    const b3 = z[z3 + p]!;
    const a0 = w[w0 + p]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = w[w1 + p]!;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
  }
  const out0 = i * size + j;
  const out1 = out0 + size;
  products[out0] = s00;
  products[out0 + 1] = s01;
  products[out0 + 2] = s02;
  products[out0 + 3] = s03;
  products[out1] = s10;
  products[out1 + 1] = s11;
  products[out1 + 2] = s12;
  products[out1 + 3] = s13;
}

/** The lower triangle of the 4 × 4 products on the diagonal: rows and columns i … i + 3. */
export function multiplyTriangle(
  w: Float64Array,
  z: Float64Array,
  i: number,
  count: number,
  products: Float64Array,
  size: number,
): void {
  const row0 = i * TILE;
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  let s00 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let p = 0; p < count; p++) {
    const z0 = z[row0 + p]!;
    const z1 = z[row1 + p]!;
    const z2 = z[row2 + p]!;
    const z3 = z[row3 + p]!;
    s00 += w[row0 + p]! * z0;
    const w1 = w[row1 + p]!;
    s10 += w1 * z0;
    s11 += w1 * z1;
    const w2 = w[row2 + p]!;
    s20 += w2 * z0;
    s21 += w2 * z1;
    s22 += w2 * z2;
    const w3 = w[row3 + p]!;
    s30 += w3 * z0;
    s31 += w3 * z1;
    s32 += w3 * z2;
    s33 += w3 * z3;
  }
  const out0 = i * size + i;
  const out1 = out0 + size;
  const out2 = out1 + size;
  const out3 = out2 + size;
  products[out0] = s00;
  products[out1] = s10;
  products[out1 + 1] = s11;
  products[out2] = s20;
  products[out2 + 1] = s21;
  products[out2 + 2] = s22;
  products[out3] = s30;
  products[out3 + 1] = s31;
  products[out3 + 2] = s32;
  products[out3 + 3] = s33;
}
