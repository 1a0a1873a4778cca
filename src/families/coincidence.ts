import { cholesky, invertTransposed } from '../math/cholesky.ts';
import { blockSize, type CovarianceShape } from './covariance.ts';

/** Components coincide if, in every direction, their means differ by at most this share of a standard deviation, and their variances by this share. */
const ALIKE = 0.05;

/** The first two components that are the same but for their weights; undefined where all differ. */
export function coincidingPair(
  shape: CovarianceShape,
  means: Float64Array,
  covariances: Float64Array,
  K: number,
): readonly [number, number] | undefined {
  const D = means.length / K;
  const size = blockSize(shape, D);
  const blockOf = (k: number) => (shape.shared ? 0 : k * size);
  const deviation = (k: number, d: number) => {
    const at = shape.form === 'matrix' ? d * D + d : shape.form === 'diagonal' ? d : 0;
    return Math.sqrt(covariances[blockOf(k) + at]!);
  };
  const haveOneMean = (k: number, l: number) => {
    for (let d = 0; d < D; d++) {
      if (Math.abs(means[k * D + d]! - means[l * D + d]!) > ALIKE * deviation(k, d)) return false;
    }
    return true;
  };
  const haveOneCovariance = (k: number, l: number) => {
    for (let i = 0; i < size; i++) {
      const [row, column] = shape.form === 'matrix' ? [Math.floor(i / D), i % D] : [i, i];
      const difference = Math.abs(covariances[blockOf(k) + i]! - covariances[blockOf(l) + i]!);
      if (difference > ALIKE * deviation(k, row) * deviation(k, column)) return false;
    }
    return true;
  };
  // Where features are correlated, alike in every one of them need not be alike in every direction.
  const areAlike = (k: number, l: number) =>
    haveOneMean(k, l) &&
    (shape.shared || haveOneCovariance(k, l)) &&
    (shape.form !== 'matrix' || alikeInAllDirections(D, means, covariances, [k, l], [blockOf(k), blockOf(l)]));
  for (let k = 0; k < K; k++) {
    for (let l = k + 1; l < K; l++) if (areAlike(k, l)) return [k, l];
  }
  return undefined;
}

/** In the metric of the first component's covariance, Σ_k⁻¹ = U Uᵀ: `Uᵀ (μ_k − μ_l)` and `Uᵀ Σ_l U − I` are small. */
function alikeInAllDirections(
  D: number,
  means: Float64Array,
  covariances: Float64Array,
  [k, l]: readonly [number, number],
  [blockK, blockL]: readonly [number, number],
): boolean {
  const factor = cholesky(covariances, D, blockK);
  if (!factor) return false;
  const u = invertTransposed(factor, D);
  const apply = (x: Float64Array) =>
    Float64Array.from({ length: D }, (_, i) => x.reduce((sum, value, j) => sum + u[j * D + i]! * value, 0));
  const apart = Float64Array.from({ length: D }, (_, d) => means[k * D + d]! - means[l * D + d]!);
  if (Math.hypot(...apply(apart)) > ALIKE) return false;
  const half = Array.from({ length: D }, (_, d) => apply(covariances.subarray(blockL + d * D, blockL + (d + 1) * D)));
  return half.every((_, i) => {
    const row = apply(Float64Array.from(half, (column) => column[i]!));
    return row.every((x, j) => Math.abs(x - (i === j ? 1 : 0)) <= ALIKE);
  });
}
