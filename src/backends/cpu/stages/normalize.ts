import { expNegative } from './shared/exp';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, sub } from './shared/vector';

/** Stands for the log-density of a point at an infinite distance. */
const LOWEST: f64 = -1e300;

/**
 * Log-sum-exp over the components: turns log-densities into responsibilities, in place.
 *
 *     peak[p]  = max_k l[k][p]
 *     total[p] = Σ_k exp(l[k][p] − peak[p])
 *     r[k][p]  = exp(l[k][p] − peak[p]) / total[p]
 *
 * A component without weight has log-density −∞ and gets exactly 0. Where every distance overflows, the point is shared
 * evenly by the components with weight, so that responsibilities always sum to 1.
 * @param values K × TILE: log-densities in, responsibilities out; 0 from point `count` to the end of its strip
 * @param logNormalizers K, −∞ for components without weight
 * @param peak TILE, written; 0 there
 * @param total TILE, written; 1 there; the log-density of a point is `peak + log(total)`
 */
export function normalize(
  values: usize,
  count: usize,
  nComponents: usize,
  logNormalizers: usize,
  peak: usize,
  total: usize,
): void {
  const bytes = stripBytes(count);
  const end = values + nComponents * ROW;
  findPeaks(values, end, bytes, peak);
  memory.fill(total, 0, bytes);
  for (let row = values; row < end; row += ROW) {
    for (let p: usize = 0; p < bytes; p += 16) {
      const e = expNegative(sub(v128.load(row + p), v128.load(peak + p)));
      v128.store(row + p, e);
      v128.store(total + p, add(v128.load(total + p), e));
    }
  }
  for (let p: usize = 0; p < count * 8; p += 8) {
    if (load<f64>(total + p) === 0) store<f64>(total + p, shareEvenly(values + p, end, logNormalizers));
  }
  divide(values, end, bytes, total);
  for (let row = values; row < end; row += ROW) memory.fill(row + count * 8, 0, bytes - count * 8);
  for (let p = count * 8; p < bytes; p += 8) {
    store<f64>(peak + p, 0);
    store<f64>(total + p, 1);
  }
}

/** peak[p] = max_k l[k][p]. `pmax` passes over a NaN, which an overflow can leave. */
function findPeaks(values: usize, end: usize, bytes: usize, peak: usize): void {
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    let p0 = f64x2.splat(LOWEST);
    let p1 = p0;
    let p2 = p0;
    let p3 = p0;
    for (let at = values + strip; at < end; at += ROW) {
      p0 = f64x2.pmax(p0, v128.load(at, 0));
      p1 = f64x2.pmax(p1, v128.load(at, 16));
      p2 = f64x2.pmax(p2, v128.load(at, 32));
      p3 = f64x2.pmax(p3, v128.load(at, 48));
    }
    v128.store(peak + strip, p0, 0);
    v128.store(peak + strip, p1, 16);
    v128.store(peak + strip, p2, 32);
    v128.store(peak + strip, p3, 48);
  }
}

/** A point's responsibilities: 1 for each component with weight. Returns their number. */
function shareEvenly(value: usize, end: usize, logNormalizers: usize): f64 {
  let shares: f64 = 0;
  for (; value < end; value += ROW) {
    const share: f64 = load<f64>(logNormalizers) > LOWEST ? 1 : 0;
    store<f64>(value, share);
    shares += share;
    logNormalizers += 8;
  }
  return shares;
}

/** values[k][p] /= total[p] */
function divide(values: usize, end: usize, bytes: usize, total: usize): void {
  const one = f64x2.splat(1);
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    const i0 = f64x2.div(one, v128.load(total + strip, 0));
    const i1 = f64x2.div(one, v128.load(total + strip, 16));
    const i2 = f64x2.div(one, v128.load(total + strip, 32));
    const i3 = f64x2.div(one, v128.load(total + strip, 48));
    for (let at = values + strip; at < end; at += ROW) {
      v128.store(at, mul(v128.load(at, 0), i0), 0);
      v128.store(at, mul(v128.load(at, 16), i1), 16);
      v128.store(at, mul(v128.load(at, 32), i2), 32);
      v128.store(at, mul(v128.load(at, 48), i3), 48);
    }
  }
}
