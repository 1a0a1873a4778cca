import { add, mul, square, sub } from './vector';

/** Powers of two that the caller writes at `EXP_TABLE`: entry j holds the bits of 2^(j / 512), less j · 2^43. */
export const EXP_TABLE: usize = 1024;
export const EXP_TABLE_SIZE: usize = 512;

/** exp of anything below is 0 here: it would be subnormal, and a responsibility of 1e-308 moves no sum. */
const UNDERFLOW: f64 = -708;
const STEPS_PER_UNIT: f64 = 738.6598609351493; // 512 / ln 2
/** ln 2 / 512 in two parts, the first with 33 bits: its product with n, at most 2^19, is exact. */
const STEP_HIGH: f64 = 6.9314718036912382e-1 / 512;
const STEP_LOW: f64 = 1.9082149292705877e-10 / 512;
/** 1.5 · 2^52: a number near 0 that is added to it is rounded to a whole one, found in the lowest bits. */
const ROUNDER: f64 = 6755399441055744;

/**
 * exp(x) for x ≤ 0, the form in which a mixture needs it: 16 million times for 1M points and 16 components.
 *
 * x = n · ln 2 / 512 + r with whole n and |r| ≤ ln 2 / 1024, so exp(x) = 2^⌊n / 512⌋ · 2^((n & 511) / 512) · exp(r).
 * exp(r) is a Taylor polynomial whose first omitted term is r⁵ / 120 < 2e-18. The power comes from the table: adding
 * n · 2^43 to the bits of an entry adds ⌊n / 512⌋ to its exponent, and its own index, which was subtracted from it
 * beforehand. Relative error below 4e-16. NaN gives 0.
 */
export function expNegative(x: v128): v128 {
  const rounded = add(mul(x, f64x2.splat(STEPS_PER_UNIT)), f64x2.splat(ROUNDER));
  const n = sub(rounded, f64x2.splat(ROUNDER));
  const r = sub(sub(x, mul(n, f64x2.splat(STEP_HIGH))), mul(n, f64x2.splat(STEP_LOW)));
  const j0 = (i32x4.extract_lane(rounded, 0) & 511) as usize;
  const j1 = (i32x4.extract_lane(rounded, 2) & 511) as usize;
  const entries = v128.load64_lane(EXP_TABLE + j1 * 8, v128.load64_zero(EXP_TABLE + j0 * 8), 1);
  const power = i64x2.add(entries, i64x2.shl(rounded, 43));
  const cubic = add(f64x2.splat(1 / 6.0), mul(r, f64x2.splat(1 / 24.0)));
  const tail = add(r, mul(square(r), add(f64x2.splat(0.5), mul(r, cubic))));
  return v128.and(add(power, mul(power, tail)), f64x2.ge(x, f64x2.splat(UNDERFLOW)));
}

/** exp of the numbers in `bytes` from an address on, in place: for tests. */
export function expRow(row: usize, bytes: usize): void {
  const end = row + bytes;
  for (; row < end; row += 16) v128.store(row, expNegative(v128.load(row)));
}
