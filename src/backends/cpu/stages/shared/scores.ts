import { ROW, STRIP } from './tile';

/*
 * Which center is the nearest is told, almost always, by scores in float32: s_k = ½|c_k|² − x·c_k = ½ (|x − c_k|² − |x|²), one
 * product per number where a distance takes a difference and a square, in twice the bits. Where the two best scores lie
 * closer together than rounding allows to tell, distances decide.
 *
 * How close that is: let u = 2⁻²⁴ and r_k = |x|² + s_k. n roundings are off by γ_n = n u / (1 − n u) at most (Higham, Accuracy and
 * Stability of Numerical Algorithms, §3.1). x and c are rounded, so are their D products, and each passes up to D subtractions:
 * D + 3. ½|c|² is rounded and passes D: D + 1. As |x||c| ≤ ½|x|² + ½|c|², a score is off by up to
 *
 *   (D + 3) u ½|x|² + (2D + 4) u ½|c|²  ≤  (5D + 11) u r_k,
 *
 * since ½|x|² ≤ r_k and, with x·c ≤ |x|² + ¼|c|², |c|² ≤ 4 r_k. Distances are off by up to (D + 2) u of themselves, which are
 * |x|² + 2 s_k ≤ 2 r_k: they name b if r_b is the smallest by (2D + 4) u of itself. So they do where the second best score
 * is larger than the best by (12D + 26) u (|x|² + s_b). 16 (D + 2) u leaves room for squares of u and for rounding here.
 */
const ROUNDOFF: f32 = 5.9604644775390625e-8;
/** Numbers below 2⁻¹²⁶ are off by more than u of themselves. */
const TINY: f32 = 1e-30;

/**
 * Centers for `scores`: in float32, and ½|c|², NaN where it overflows: nothing is sure then.
 * @param centers K × D
 * @param narrow K × D float32, written
 * @param halfNorms K float32, written
 */
export function narrowCenters(d: usize, nComponents: usize, centers: usize, narrow: usize, halfNorms: usize): void {
  for (let k: usize = 0; k < nComponents; k++) {
    let norm: f64 = 0;
    for (let i: usize = 0; i < d; i++) {
      const c = load<f64>(centers + i * 8);
      store<f32>(narrow + i * 4, c as f32);
      norm += c * c;
    }
    const half = (0.5 * norm) as f32;
    store<f32>(halfNorms + k * 4, half < Infinity ? half : NaN);
    centers += d * 8;
    narrow += d * 4;
  }
}

/**
 * 16 points of a tile in float32.
 * @param z D × 16 float32, written
 * @param norms 16 float32, written: |x|²
 */
export function narrowPoints(x: usize, d: usize, z: usize, norms: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = z + d * STRIP;
  for (; z < end; z += STRIP) {
    const x0 = narrow(x);
    const x1 = narrow(x + 32);
    const x2 = narrow(x + 64);
    const x3 = narrow(x + 96);
    storeFour(z, x0, x1, x2, x3);
    s0 = f32x4.add(s0, f32x4.mul(x0, x0));
    s1 = f32x4.add(s1, f32x4.mul(x1, x1));
    s2 = f32x4.add(s2, f32x4.mul(x2, x2));
    s3 = f32x4.add(s3, f32x4.mul(x3, x3));
    x += ROW;
  }
  storeFour(norms, s0, s1, s2, s3);
}

/**
 * The scores of 16 points, of two centers at a time: after an odd K one more is read and written, whatever it is.
 * @param z D × 16 float32
 * @param centers K × D float32
 * @param halfNorms K float32
 * @param out K × 16 float32, written
 */
export function scores(z: usize, d: usize, nComponents: usize, centers: usize, halfNorms: usize, out: usize): void {
  const last = z + d * STRIP;
  for (let k: usize = 0; k < nComponents; k += 2) {
    let s0 = v128.load32_splat(halfNorms + k * 4, 0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let t0 = v128.load32_splat(halfNorms + k * 4, 4);
    let t1 = t0;
    let t2 = t0;
    let t3 = t0;
    let other = centers + d * 4;
    for (let row = z; row < last; row += STRIP) {
      const c = v128.load32_splat(centers);
      const e = v128.load32_splat(other);
      const x0 = v128.load(row, 0);
      const x1 = v128.load(row, 16);
      const x2 = v128.load(row, 32);
      const x3 = v128.load(row, 48);
      s0 = f32x4.sub(s0, f32x4.mul(x0, c));
      s1 = f32x4.sub(s1, f32x4.mul(x1, c));
      s2 = f32x4.sub(s2, f32x4.mul(x2, c));
      s3 = f32x4.sub(s3, f32x4.mul(x3, c));
      t0 = f32x4.sub(t0, f32x4.mul(x0, e));
      t1 = f32x4.sub(t1, f32x4.mul(x1, e));
      t2 = f32x4.sub(t2, f32x4.mul(x2, e));
      t3 = f32x4.sub(t3, f32x4.mul(x3, e));
      centers += 4;
      other += 4;
    }
    centers = other;
    storeFour(out, s0, s1, s2, s3);
    storeFour(out + STRIP, t0, t1, t2, t3);
    out += 2 * STRIP;
  }
}

/**
 * Of 16 points the best score, the second best, and whose the best is.
 * @param values K × 16 float32; one that is NaN leaves the second as good as the best
 * @param best 16 float32, written
 * @param second 16 float32, written
 * @param labels 16 integers, written
 */
export function pick(values: usize, nComponents: usize, best: usize, second: usize, labels: usize): void {
  let b0 = f32x4.splat(Infinity);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let n0 = b0;
  let n1 = b0;
  let n2 = b0;
  let n3 = b0;
  let l0 = i32x4.splat(0);
  let l1 = l0;
  let l2 = l0;
  let l3 = l0;
  for (let k: usize = 0; k < nComponents; k++) {
    const label = i32x4.splat(k as i32);
    const s0 = v128.load(values, 0);
    const s1 = v128.load(values, 16);
    const s2 = v128.load(values, 32);
    const s3 = v128.load(values, 48);
    // Labels grow.
    l0 = i32x4.max_s(l0, v128.and(label, f32x4.lt(s0, b0)));
    l1 = i32x4.max_s(l1, v128.and(label, f32x4.lt(s1, b1)));
    l2 = i32x4.max_s(l2, v128.and(label, f32x4.lt(s2, b2)));
    l3 = i32x4.max_s(l3, v128.and(label, f32x4.lt(s3, b3)));
    n0 = f32x4.pmin(n0, f32x4.pmax(b0, s0));
    n1 = f32x4.pmin(n1, f32x4.pmax(b1, s1));
    n2 = f32x4.pmin(n2, f32x4.pmax(b2, s2));
    n3 = f32x4.pmin(n3, f32x4.pmax(b3, s3));
    b0 = f32x4.pmin(b0, s0);
    b1 = f32x4.pmin(b1, s1);
    b2 = f32x4.pmin(b2, s2);
    b3 = f32x4.pmin(b3, s3);
    values += STRIP;
  }
  storeFour(labels, l0, l1, l2, l3);
  storeFour(best, b0, b1, b2, b3);
  storeFour(second, n0, n1, n2, n3);
}

/** Whether distances would name the same centers for all of 16 points. */
export function areSure(d: usize, norms: usize, best: usize, second: usize): bool {
  const bound = f32x4.splat(((d as f32) + 2) * (16 * ROUNDOFF));
  let sure = i32x4.splat(-1);
  for (let p: usize = 0; p < STRIP; p += 16) {
    const b = v128.load(best + p);
    const close = f32x4.add(f32x4.mul(bound, f32x4.add(v128.load(norms + p), b)), f32x4.splat(TINY));
    // A best score of −∞ makes nothing sure.
    sure = v128.and(sure, f32x4.gt(f32x4.sub(v128.load(second + p), b), f32x4.abs(close)));
  }
  return i32x4.all_true(sure);
}

/** Four numbers in float32. */
function narrow(at: usize): v128 {
  const low = f32x4.demote_f64x2_zero(v128.load(at, 0));
  const high = f32x4.demote_f64x2_zero(v128.load(at, 16));
  return v128.shuffle<i64>(low, high, 0, 2);
}

function storeFour(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(at, a, 0);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  v128.store(at, d, 48);
}
