import { addLong, LONG } from './shared/long-sums';
import { sumRow } from './shared/sum-row';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, sub, sumLanes } from './shared/vector';

/**
 * Adds Σ r, Σ r z and the lower triangle of Σ r z zᵀ per component, z = x − μ_k, to long sums.
 *
 * Per component z and w = r z are written out once; the products w_i z_j are then taken 2 × 2 features at a time. So
 * `size` is D rounded up to an even number; the row that this may add is zeros.
 * @param x D × TILE
 * @param means K × D
 * @param responsibilities K × TILE
 * @param z size × TILE, scratch; the last row 0 where D is odd
 * @param w size × TILE, the same
 * @param counts K
 * @param first K × D
 * @param second packed triangles, D (D + 1) / 2 numbers each: K (full), or one for all components (`tied`)
 */
export function momentsFull(
  x: usize,
  count: usize,
  d: usize,
  size: usize,
  nComponents: usize,
  means: usize,
  responsibilities: usize,
  z: usize,
  w: usize,
  counts: usize,
  first: usize,
  second: usize,
  tied: bool,
): void {
  const bytes = stripBytes(count);
  const packed = (d * (d + 1)) / 2;
  for (let k: usize = 0; k < nComponents; k++) {
    const r = responsibilities + k * ROW;
    const weight = sumRow(r, bytes);
    if (weight === 0) continue;
    addLong(counts + k * LONG, weight);
    for (let i: usize = 0; i < d; i++) {
      const row = i * ROW;
      const at = k * d + i;
      addLong(first + at * LONG, centerAndWeigh(x + row, bytes, means + at * 8, r, z + row, w + row));
    }
    const triangle = tied ? second : second + k * packed * LONG;
    for (let i: usize = 0; i < size; i += 2) {
      for (let j: usize = 0; j <= i; j += 2) addProducts(w, z, bytes, i, j, d, triangle);
    }
  }
}

/** z = x − μ and w = r z for one feature; returns Σ w. */
function centerAndWeigh(x: usize, bytes: usize, mean: usize, r: usize, z: usize, w: usize): f64 {
  const mu = splat(mean);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let p: usize = 0; p < bytes; p += STRIP) {
    const z0 = sub(v128.load(x + p, 0), mu);
    const z1 = sub(v128.load(x + p, 16), mu);
    const z2 = sub(v128.load(x + p, 32), mu);
    const z3 = sub(v128.load(x + p, 48), mu);
    v128.store(z + p, z0, 0);
    v128.store(z + p, z1, 16);
    v128.store(z + p, z2, 32);
    v128.store(z + p, z3, 48);
    const w0 = mul(v128.load(r + p, 0), z0);
    const w1 = mul(v128.load(r + p, 16), z1);
    const w2 = mul(v128.load(r + p, 32), z2);
    const w3 = mul(v128.load(r + p, 48), z3);
    v128.store(w + p, w0, 0);
    v128.store(w + p, w1, 16);
    v128.store(w + p, w2, 32);
    v128.store(w + p, w3, 48);
    s0 = add(s0, w0);
    s1 = add(s1, w1);
    s2 = add(s2, w2);
    s3 = add(s3, w3);
  }
  return sumLanes(add(add(s0, s1), add(s2, s3)));
}

/** Σ w z of features i, i + 1 and j, j + 1 ≤ i + 1 to their places in a packed triangle; sums s and t take turns. */
function addProducts(w: usize, z: usize, bytes: usize, i: usize, j: usize, d: usize, triangle: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let t00 = s00;
  let t01 = s00;
  let t10 = s00;
  let t11 = s00;
  let left = w + i * ROW;
  let right = z + j * ROW;
  const end = left + bytes;
  for (; left < end; left += 32) {
    const wi = v128.load(left, 0);
    const wj = v128.load(left, ROW);
    const zi = v128.load(right, 0);
    const zj = v128.load(right, ROW);
    s00 = add(s00, mul(wi, zi));
    s01 = add(s01, mul(wi, zj));
    s10 = add(s10, mul(wj, zi));
    s11 = add(s11, mul(wj, zj));
    const wk = v128.load(left, 16);
    const wl = v128.load(left, ROW + 16);
    const zk = v128.load(right, 16);
    const zl = v128.load(right, ROW + 16);
    t00 = add(t00, mul(wk, zk));
    t01 = add(t01, mul(wk, zl));
    t10 = add(t10, mul(wl, zk));
    t11 = add(t11, mul(wl, zl));
    right += 32;
  }
  const row0 = triangle + ((i * (i + 1)) / 2 + j) * LONG;
  addLong(row0, sumLanes(add(s00, t00)));
  if (j < i) addLong(row0 + LONG, sumLanes(add(s01, t01)));
  if (i + 1 === d) return;
  const row1 = row0 + (i + 1) * LONG;
  addLong(row1, sumLanes(add(s10, t10)));
  addLong(row1 + LONG, sumLanes(add(s11, t11)));
}
