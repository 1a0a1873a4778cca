import { ROW, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/** 1.5 · 2^52 and its bits: a whole number near 0 that is added to the bits is added to the number. */
const ROUNDER: f64 = 6755399441055744;
const ROUNDER_BITS: i64 = 0x4338000000000000;
const HALF_LOG_2_PI: f64 = 0.9189385332046728;
/** Counts from here on take the Stirling series, smaller ones the factorial itself, which is exact. */
const SERIES_FROM: f64 = 16;
/** The largest count. A number that is no count is treated as the nearest count. */
const LARGEST: f64 = 16777216;

/**
 * Poisson, features independent: l[k][p] = logNormalizer_k + Σ_d (base(x_pd) − reference_d − deviance(x_pd, rate_kd)), where
 * log p(x | rate) = base(x) − deviance(x, rate), deviance = x log(x / rate) − x + rate ≥ 0 (Loader 2000), and
 * base(x) = x log x − x − log x! is the same for all components.
 * @param x D × TILE, counts
 * @param means K × D, μ of rate = μ (1 + e): the rate rounded to float32
 * @param rests K × D, e
 * @param references K × D, all components the same; part of the log-normalizers
 * @param logNormalizers K
 * @param out K × TILE, written
 */
export function logDensityPoisson(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  means: usize,
  rests: usize,
  references: usize,
  logNormalizers: usize,
  out: usize,
): void {
  const bytes = stripBytes(count);
  // What all components share waits in the row that is written last.
  const common = out + (nComponents - 1) * ROW;
  for (let p: usize = 0; p < bytes; p += 16) {
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < d; i++) sum = add(sum, sub(base(v128.load(x + i * ROW + p)), splat(references + i * 8)));
    v128.store(common + p, sum);
  }
  for (let k: usize = 0; k < nComponents; k++) {
    const logNormalizer = splat(logNormalizers + k * 8);
    for (let p: usize = 0; p < bytes; p += 16) {
      let sum = f64x2.splat(0);
      let at = x + p;
      for (let i = k * d * 8; i < (k + 1) * d * 8; i += 8) {
        sum = add(sum, deviance(v128.load(at), splat(means + i), splat(rests + i)));
        at += ROW;
      }
      v128.store(out + k * ROW + p, add(logNormalizer, sub(v128.load(common + p), sum)));
    }
  }
}

/**
 * Exactly 0 where x is the rate. Where the two are not within a factor of 2, the rate is brought near x by a power of two, l = rate · 2^s:
 * deviance(x, rate) = deviance(x, l) + x s log 2 + rate (1 − 2^s); and with v = (x − l) / (x + l), log(x / l) = 2 atanh v.
 */
function deviance(x: v128, mu: v128, e: v128): v128 {
  const rate = add(mu, mul(mu, e));
  const at = clamp(x);
  const two = f64x2.splat(2);
  const near = v128.and(f64x2.le(at, mul(two, rate)), f64x2.le(rate, mul(two, at)));
  const s = v128.andnot(i64x2.sub(i64x2.shr_u(at, 52), i64x2.shr_u(rate, 52)), near);
  const power = i64x2.shl(i64x2.add(s, i64x2.splat(1023)), 52);
  const l = mul(rate, power);
  const z = sub(at, l);
  const v = f64x2.div(z, add(at, l));
  const u = square(v);
  const close = add(mul(z, v), mul(mul(two, mul(at, v)), mul(u, tail(u))));
  const apart = mul(rate, sub(f64x2.splat(1), power));
  const whole = add(close, add(mul(mul(at, toNumber(s)), f64x2.splat(Math.LN2)), apart));
  return v128.bitselect(rate, whole, f64x2.eq(x, f64x2.splat(0)));
}

function base(x: v128): v128 {
  const at = clamp(x);
  const logAt = log(at);
  const series = sub(f64x2.splat(-HALF_LOG_2_PI), add(mul(f64x2.splat(0.5), logAt), stirling(at)));
  const product = sub(sub(mul(at, logAt), at), log(factorials(at)));
  const any = v128.bitselect(series, product, f64x2.ge(at, f64x2.splat(SERIES_FROM)));
  return v128.andnot(any, f64x2.eq(x, f64x2.splat(0)));
}

/** log x! − (x log x − x + ½ log 2πx), for x ≥ 16 to 1e-16. */
function stirling(x: v128): v128 {
  const r = f64x2.div(f64x2.splat(1), x);
  const u = square(r);
  let s = f64x2.splat(1 / 1188.0);
  s = add(mul(s, u), f64x2.splat(-1 / 1680.0));
  s = add(mul(s, u), f64x2.splat(1 / 1260.0));
  s = add(mul(s, u), f64x2.splat(-1 / 360.0));
  return mul(r, add(mul(s, u), f64x2.splat(1 / 12.0)));
}

/** x!, or `SERIES_FROM`! for larger x. */
function factorials(x: v128): v128 {
  const first = f64x2.splat(factorial(f64x2.extract_lane(x, 0)));
  return f64x2.replace_lane(first, 1, factorial(f64x2.extract_lane(x, 1)));
}

function factorial(x: f64): f64 {
  let product: f64 = 1;
  for (let i: f64 = 2; i <= x && i <= SERIES_FROM; i++) product *= i;
  return product;
}

/** log x for x ≥ 1: x = 2^s · mantissa, with the mantissa from 1 to 2, and v = (mantissa − 1) / (mantissa + 1). */
function log(x: v128): v128 {
  const s = i64x2.sub(i64x2.shr_u(x, 52), i64x2.splat(1023));
  const mantissa = i64x2.sub(x, i64x2.shl(s, 52));
  const one = f64x2.splat(1);
  const v = f64x2.div(sub(mantissa, one), add(mantissa, one));
  const u = square(v);
  const twice = add(v, mul(v, mul(u, tail(u))));
  return add(add(twice, twice), mul(toNumber(s), f64x2.splat(Math.LN2)));
}

/** (atanh v / v − 1) / v² for u = v² ≤ 1/9, to 4e-17. */
function tail(u: v128): v128 {
  let s = f64x2.splat(1 / 33.0);
  s = add(mul(s, u), f64x2.splat(1 / 31.0));
  s = add(mul(s, u), f64x2.splat(1 / 29.0));
  s = add(mul(s, u), f64x2.splat(1 / 27.0));
  s = add(mul(s, u), f64x2.splat(1 / 25.0));
  s = add(mul(s, u), f64x2.splat(1 / 23.0));
  s = add(mul(s, u), f64x2.splat(1 / 21.0));
  s = add(mul(s, u), f64x2.splat(1 / 19.0));
  s = add(mul(s, u), f64x2.splat(1 / 17.0));
  s = add(mul(s, u), f64x2.splat(1 / 15.0));
  s = add(mul(s, u), f64x2.splat(1 / 13.0));
  s = add(mul(s, u), f64x2.splat(1 / 11.0));
  s = add(mul(s, u), f64x2.splat(1 / 9.0));
  s = add(mul(s, u), f64x2.splat(1 / 7.0));
  s = add(mul(s, u), f64x2.splat(1 / 5.0));
  return add(mul(s, u), f64x2.splat(1 / 3.0));
}

/** Whole numbers as floating-point numbers. */
function toNumber(s: v128): v128 {
  return sub(i64x2.add(s, i64x2.splat(ROUNDER_BITS)), f64x2.splat(ROUNDER));
}

function clamp(x: v128): v128 {
  return f64x2.pmin(f64x2.pmax(f64x2.splat(1), x), f64x2.splat(LARGEST));
}
