import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Statistics } from '../em/types.ts';
import { blockSize, type CovarianceShape, countBlocks } from './covariance.ts';
import { entriesOf } from './entries.ts';
import type { MixtureParameters } from './parameters.ts';
import { pool, scatterAbout } from './scatter.ts';

/** Sums over points about chosen means. Everything in this file is in the frame of the statistics. */
export interface CenteredSums {
  /** D */
  readonly nFeatures: number;
  /** K, noise not counted. */
  readonly nComponents: number;
  /** `N_k = Σ r`, one per weight. */
  readonly counts: Float64Array;
  /** K × D: `Σ r (x − μ_k)` */
  readonly first: Float64Array;
  /** `W = Σ r (x − μ_k)(x − μ_k)ᵀ`, one moment per covariance. */
  readonly scatter: Float64Array;
  /** Points per covariance. */
  readonly blockCounts: Float64Array;
}

/** Sums about these means, computed in float64 from the sums about the statistics' centres. */
export function sumsAbout(shape: CovarianceShape, statistics: Statistics, means: Float64Array): CenteredSums {
  const { nFeatures: D, counts, centers, first } = statistics;
  const nComponents = means.length / D;
  const own = scatterAbout(statistics, shape.form, means, nComponents);
  const inComponents = counts.subarray(0, nComponents);
  return {
    ...{ nFeatures: D, nComponents, counts },
    first: means.map((m, i) => first[i]! + counts[Math.floor(i / D)]! * (centers[i]! - m)),
    scatter: shape.shared ? pool(own, entriesOf(shape.form, D).size) : own,
    blockCounts: shape.shared ? pool(inComponents, 1) : inComponents,
  };
}

/** A covariance and what belongs to it as D × D matrices, whatever its form. */
export interface BlockMatrices {
  readonly covariance: Matrix;
  /** `P = Σ⁻¹` */
  readonly precision: Matrix;
  /** W. Where only its diagonal is known, the rest is 0; where only its trace is, that is spread evenly over the diagonal. */
  readonly scatter: Matrix;
}

/** The matrices of covariance b, which must be positive definite: an E-step has factorised it before. */
export function matricesOf(
  shape: CovarianceShape,
  { nFeatures: D, scatter }: CenteredSums,
  covariances: Float64Array,
  b: number,
): BlockMatrices {
  const size = blockSize(shape, D);
  const { size: moments, slot, row, column } = entriesOf(shape.form, D);
  const covariance = Matrix.zeros(D, D);
  const w = Matrix.zeros(D, D);
  const share = shape.form === 'scalar' ? 1 / D : 1;
  for (let e = 0; e < slot.length; e++) {
    const [i, j] = [row[e]!, column[e]!];
    const c = covariances[b * size + (shape.form === 'matrix' ? i * D + j : slot[e]!)]!;
    const s = share * scatter[b * moments + slot[e]!]!;
    covariance.set(i, j, c).set(j, i, c);
    w.set(i, j, s).set(j, i, s);
  }
  return { covariance, precision: new CholeskyDecomposition(covariance).solve(Matrix.eye(D)), scatter: w };
}

/** `½ (P W P − N P)`: the gradient by a covariance, each of the D × D entries taken by itself. */
export function covarianceGradient({ precision, scatter }: BlockMatrices, count: number): Matrix {
  return precision.mmul(scatter).mmul(precision).sub(Matrix.mul(precision, count)).mul(0.5);
}

/**
 * The gradient of the expected complete-data log-likelihood by the parameters, under the responsibilities that the statistics were
 * summed with: `N_k / w_k`, `P s₁` and `½ (P W P − N P)`. If these responsibilities are those of the parameters, it is the gradient of
 * the log-likelihood (Fisher's identity). Weights are taken as free; matrices are symmetric, so that `dL = Σ_ij G_ij dΣ_ij`.
 */
export function gradientAt(
  shape: CovarianceShape,
  statistics: Statistics,
  { weights, means, covariances }: MixtureParameters,
): MixtureParameters {
  const sums = sumsAbout(shape, statistics, means);
  const { nFeatures: D, nComponents: K, counts, first, scatter, blockCounts } = sums;
  const size = blockSize(shape, D);
  const byMeans = new Float64Array(means.length);
  const byCovariances = new Float64Array(covariances.length);
  for (let b = 0; b < countBlocks(shape, K); b++) {
    const components = shape.shared ? [0, K] : [b, b + 1];
    const at = b * size;
    if (shape.form === 'matrix') {
      const matrices = matricesOf(shape, sums, covariances, b);
      byCovariances.set(covarianceGradient(matrices, blockCounts[b]!).to1DArray(), at);
      for (let k = components[0]!; k < components[1]!; k++) {
        const s = Matrix.columnVector(first.subarray(k * D, (k + 1) * D));
        byMeans.set(matrices.precision.mmul(s).to1DArray(), k * D);
      }
      continue;
    }
    const features = D / size;
    for (let i = at; i < at + size; i++) {
      const v = covariances[i]!;
      byCovariances[i] = (scatter[i]! / v - blockCounts[b]! * features) / (2 * v);
    }
    for (let i = components[0]! * D; i < components[1]! * D; i++)
      byMeans[i] = first[i]! / covariances[at + (i % size)]!;
  }
  return { weights: counts.map((count, k) => count / weights[k]!), means: byMeans, covariances: byCovariances };
}

/**
 * A gradient times the inverse of the complete-data information at the parameters (Xu & Jordan 1996): `(diag w − w wᵀ) / N`, `Σ / N_k`,
 * `2 / N_k Σ G Σ` (diagonal `2 σ⁴ / N_k`, one variance `2 σ⁴ / (N_k D)`). Nothing moves where there are no points.
 */
export function naturalStep(
  shape: CovarianceShape,
  { nFeatures: D, nComponents: K, counts, blockCounts }: CenteredSums,
  { weights, means, covariances }: MixtureParameters,
  gradient: MixtureParameters,
): MixtureParameters {
  const total = counts.reduce((a, b) => a + b, 0);
  const along = weights.reduce((sum, w, k) => sum + w * gradient.weights[k]!, 0);
  const size = blockSize(shape, D);
  const byMeans = new Float64Array(means.length);
  for (let k = 0; k < K; k++) {
    if (counts[k] === 0) continue;
    const at = shape.shared ? 0 : k * size;
    const g = gradient.means.subarray(k * D, (k + 1) * D);
    byMeans.set(
      times(shape, covariances.subarray(at, at + size), g).map((x) => x / counts[k]!),
      k * D,
    );
  }
  const byCovariances = new Float64Array(covariances.length);
  for (let b = 0; b < blockCounts.length; b++) {
    if (blockCounts[b] === 0) continue;
    const block = covariances.subarray(b * size, (b + 1) * size);
    const g = gradient.covariances.subarray(b * size, (b + 1) * size);
    byCovariances.set(
      sandwich(shape, block, g, D).map((x) => (2 * x) / blockCounts[b]!),
      b * size,
    );
  }
  return {
    weights: weights.map((w, k) => (w * (gradient.weights[k]! - along)) / total),
    means: byMeans,
    covariances: byCovariances,
  };
}

/** Σ g */
function times({ form }: CovarianceShape, block: Float64Array, g: Float64Array): Float64Array {
  const D = g.length;
  if (form !== 'matrix') return g.map((x, d) => x * block[d % block.length]!);
  return Float64Array.from(Matrix.from1DArray(D, D, block).mmul(Matrix.columnVector(g)).to1DArray());
}

/** Σ G Σ; for one variance σ⁴ G / D, as all D features inform it. */
function sandwich({ form }: CovarianceShape, block: Float64Array, g: Float64Array, D: number): Float64Array {
  if (form !== 'matrix') return g.map((x, i) => (x * block[i]! ** 2 * block.length) / D);
  const sigma = Matrix.from1DArray(D, D, block);
  return Float64Array.from(
    sigma
      .mmul(Matrix.from1DArray(D, D, g))
      .mmul(sigma)
      .to1DArray(),
  );
}
