import { EmgpuError } from '../errors.ts';
import { cholesky } from '../math/cholesky.ts';

/** A normal distribution whose covariance is positive definite. */
export interface Gaussian {
  /** D. */
  readonly mean: Float64Array;
  /** D × D, row-major, symmetric. */
  readonly covariance: Float64Array;
  /** `½ log det Σ`. */
  readonly halfLogDet: number;
}

/** A normal distribution; undefined where the covariance is not positive definite to working precision. */
export function gaussian(mean: Float64Array, covariance: Float64Array): Gaussian | undefined {
  const factor = cholesky(covariance, mean.length);
  return factor && { mean, covariance, halfLogDet: logDiagonal(factor, mean.length) };
}

/** `Σ log L_ii`: half the log-determinant of `L Lᵀ`. */
function logDiagonal(l: Float64Array, D: number): number {
  let sum = 0;
  for (let d = 0; d < D; d++) sum += Math.log(l[d * D + d]!);
  return sum;
}

/**
 * The Bhattacharyya distance of two normal distributions (Bhattacharyya 1943; Kailath 1967), from 0 on:
 * `⅛ δᵀ S⁻¹ δ + ½ log(det S / √(det Σ₁ det Σ₂))` with δ the difference of the means and `S = (Σ₁ + Σ₂) / 2`.
 * `exp(−distance)` is the Bhattacharyya coefficient `∫ √(f₁ f₂)`.
 */
export function bhattacharyyaDistance(a: Gaussian, b: Gaussian): number {
  const D = a.mean.length;
  const average = a.covariance.map((value, i) => (value + b.covariance[i]!) / 2);
  const l = cholesky(average, D);
  if (!l) refuseSingular();
  // ‖L⁻¹ δ‖², by forward substitution.
  const y = new Float64Array(D);
  let square = 0;
  for (let i = 0; i < D; i++) {
    let rest = a.mean[i]! - b.mean[i]!;
    for (let j = 0; j < i; j++) rest -= l[i * D + j]! * y[j]!;
    y[i] = rest / l[i * D + i]!;
    square += y[i]! ** 2;
  }
  return Math.max(0, square / 8 + logDiagonal(l, D) - (a.halfLogDet + b.halfLogDet) / 2);
}

/** The average of positive definite matrices is positive definite; only where both are on the verge can rounding spoil that. */
function refuseSingular(): never {
  throw new EmgpuError(
    'singular-covariance',
    'Two covariances are so close to singular that their average cannot be factorised.',
    'Fit with a larger regCovar or fewer components.',
  );
}

/**
 * A lower bound of {@link bhattacharyyaDistance} in O(D): the largest distance in any single feature. It is a bound because two distributions can only
 * become more alike where features are left out.
 */
function marginalDistance(a: Gaussian, b: Gaussian): number {
  const D = a.mean.length;
  let largest = 0;
  for (let d = 0; d < D; d++) {
    const u = a.covariance[d * D + d]!;
    const v = b.covariance[d * D + d]!;
    const mean = (u + v) / 2;
    const delta = a.mean[d]! - b.mean[d]!;
    largest = Math.max(largest, (delta * delta) / (8 * mean) + Math.log(mean / Math.sqrt(u) / Math.sqrt(v)) / 2);
  }
  return largest;
}

/** The other distribution that is closest to one. */
export interface Neighbor {
  /** Index of that distribution; −1 where there is no other. */
  readonly index: number;
  /** The Bhattacharyya distance. */
  readonly distance: number;
}

/** For each distribution the one closest to it, the lowest index among equals. */
export function closest(gaussians: readonly Gaussian[]): Neighbor[] {
  const found = gaussians.map((): Neighbor => ({ index: -1, distance: Number.POSITIVE_INFINITY }));
  const offer = (i: number, index: number, distance: number) => {
    if (found[i]!.index < 0 || distance < found[i]!.distance) found[i] = { index, distance };
  };
  gaussians.forEach((a, i) => {
    for (let j = 0; j < i; j++) {
      const b = gaussians[j]!;
      // With many components, most pairs are far apart in some feature, and the bound saves the factorisation.
      if (marginalDistance(a, b) > Math.max(found[i]!.distance, found[j]!.distance)) continue;
      const distance = bhattacharyyaDistance(a, b);
      offer(i, j, distance);
      offer(j, i, distance);
    }
  });
  return found;
}
