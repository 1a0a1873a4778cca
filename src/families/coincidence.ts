import { blockSize, type CovarianceShape } from './covariance.ts';

/** Components coincide if, in every feature, their means differ by at most this share of a standard deviation, and their covariances by this share. */
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
  for (let k = 0; k < K; k++) {
    for (let l = k + 1; l < K; l++) if (haveOneMean(k, l) && (shape.shared || haveOneCovariance(k, l))) return [k, l];
  }
  return undefined;
}
