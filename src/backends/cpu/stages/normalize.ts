import { TILE } from '../tile.ts';
import { expNegative } from './shared/exp.ts';

/** Stands for the log-density of a point at an infinite distance. */
const LOWEST = -1e300;

/**
 * Log-sum-exp over the components: turns log-densities into responsibilities, in place.
 *
 *     peak[p]  = max_k l[k][p]
 *     total[p] = Σ_k exp(l[k][p] − peak[p])
 *     r[k][p]  = exp(l[k][p] − peak[p]) / total[p]
 *
 * A component without weight has log-density −∞ and gets exactly 0. Where every distance overflows, the point is shared
 * evenly by the components with weight, so that responsibilities always sum to 1.
 * @param values K × TILE: log-densities in, responsibilities out
 * @param logNormalizers K, as from `liveLogNormalizers`: −∞ for components without weight
 * @param count points in the tile, at most TILE
 * @param peak TILE, written
 * @param total TILE, written; the log-density of a point is `peak + log(total)`
 */
export function normalize(
  values: Float64Array,
  logNormalizers: Float64Array,
  count: number,
  peak: Float64Array,
  total: Float64Array,
): void {
  findPeaks(values, count, peak);
  total.fill(0);
  for (let o = 0; o < values.length; o += TILE) exponentiate(values, o, count, peak, total);
  for (let p = 0; p < count; p++) if (total[p] === 0) shareEvenly(values, logNormalizers, p, total);
  divide(values, count, total);
}

/** peak[p] = max_k l[k][p], the largest log-density of each point. */
export function findPeaks(values: Float64Array, count: number, peak: Float64Array): void {
  peak.fill(LOWEST);
  const last = values.length - TILE;
  // Two rows at a time halve the traffic; with an odd number, the last row is looked at twice.
  for (let o = 0; o <= last; o += 2 * TILE) raisePeaks(values, o, Math.min(o + TILE, last), count, peak);
}

function raisePeaks(values: Float64Array, row0: number, row1: number, count: number, peak: Float64Array): void {
  for (let p = 0; p < count; p++) {
    // Comparisons that pass over a NaN, which an overflow can leave, unlike Math.max.
    let top = peak[p]!;
    const a = values[row0 + p]!;
    if (a > top) top = a;
    const b = values[row1 + p]!;
    if (b > top) top = b;
    peak[p] = top;
  }
}

/** The sum over the tile of `peak + log(total)`: its log-likelihood. */
export function sumLogDensities(count: number, peak: Float64Array, total: Float64Array): number {
  let sum = 0;
  // One logarithm for 32 points: each total is in [1, 1024], so the product stays below 2^320.
  let product = 1;
  for (let p = 0; p < count; p++) {
    sum += peak[p]!;
    product *= total[p]!;
    if ((p & 31) === 31) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return sum + Math.log(product);
}

function exponentiate(values: Float64Array, o: number, count: number, peak: Float64Array, total: Float64Array): void {
  for (let p = 0; p < count; p++) {
    const e = expNegative(values[o + p]! - peak[p]!);
    values[o + p] = e;
    total[p]! += e;
  }
}

/** values[k][p] /= total[p], four rows at a time. */
function divide(values: Float64Array, count: number, total: Float64Array): void {
  let o = 0;
  for (; o + 4 * TILE <= values.length; o += 4 * TILE) divide4(values, o, count, total);
  for (; o < values.length; o += TILE) for (let p = 0; p < count; p++) values[o + p]! /= total[p]!;
}

function divide4(values: Float64Array, row0: number, count: number, total: Float64Array): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  for (let p = 0; p < count; p++) {
    const inverse = 1 / total[p]!;
    values[row0 + p]! *= inverse;
    values[row1 + p]! *= inverse;
    values[row2 + p]! *= inverse;
    values[row3 + p]! *= inverse;
  }
}

function shareEvenly(values: Float64Array, logNormalizers: Float64Array, p: number, total: Float64Array): void {
  let shares = 0;
  for (let k = 0; k < logNormalizers.length; k++) {
    const share = logNormalizers[k]! > LOWEST ? 1 : 0;
    values[k * TILE + p] = share;
    shares += share;
  }
  total[p] = shares;
}
