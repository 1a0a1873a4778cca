/** What users of a tensor library without a Cholesky factorisation do on the host between two iterations. */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';
import type { Outcome } from '../../contender.ts';
import type { Task } from './serve.ts';

/** What emgpu and scikit-learn add to variances. */
export const REG_COVAR = 1e-6;
export const LOG_2PI = Math.log(2 * Math.PI);

/** A mixture on the host, in float64. */
export interface HostMixture {
  /** K. */
  weights: number[];
  /** K × D. */
  means: number[][];
  /** One matrix per component, or a single one that all share. */
  covariances: Matrix[];
}

/** Equal weights, the given centres and unit covariances. */
export function startMixture({ kind, nFeatures, centers }: Task): HostMixture {
  const K = centers.length;
  const covariances = Array.from({ length: kind === 'tied' ? 1 : K }, () => Matrix.eye(nFeatures));
  return { weights: Array(K).fill(1 / K), means: centers, covariances };
}

export function hostOutcome({ weights, means, covariances }: HostMixture): Required<Outcome> {
  return { weights, means: means.flat(), covariances: covariances.flatMap((matrix) => matrix.to1DArray()) };
}

/** Sums over all points, each point weighted by its responsibilities. */
export interface Sums {
  /** K. */
  readonly counts: ArrayLike<number>;
  /** K × D. */
  readonly sums: ArrayLike<number>;
  /** K × D × D about the means before, or D × D about the origin without responsibilities. */
  readonly squares: ArrayLike<number>;
}

/** y = factor' x has unit variance; `logDeterminant` is that of the factor. */
export function whitening(covariance: Matrix): { factor: Matrix; logDeterminant: number } {
  const lower = new CholeskyDecomposition(covariance).lowerTriangularMatrix;
  const logDeterminant = -lower.diagonal().reduce((sum, value) => sum + Math.log(value), 0);
  return { factor: inverse(lower).transpose(), logDeterminant };
}

function rows(values: ArrayLike<number>, width: number, first = 0, count = values.length / width): Matrix {
  const row = (i: number) => Array.from({ length: width }, (_, j) => values[(first + i) * width + j]!);
  return new Matrix(Array.from({ length: count }, (_, i) => row(i)));
}

/** From Σ r x xᵀ: the covariance about the new mean, plus the regularisation. */
function aboutMean(squares: Matrix, count: number, shift: Matrix): Matrix {
  const symmetric = Matrix.add(squares, squares.transpose()).div(2 * count); // rounding differs in the two halves
  const covariance = symmetric.sub(shift.transpose().mmul(shift));
  return covariance.add(Matrix.eye(covariance.rows).mul(REG_COVAR));
}

/** The M-step of full covariances. */
export function updateFull(before: HostMixture, { counts, sums, squares }: Sums, nSamples: number): HostMixture {
  const D = before.means[0]!.length;
  const means = before.means.map((mean, k) => mean.map((_, d) => sums[k * D + d]! / counts[k]!));
  return {
    weights: Array.from(counts, (count) => count / nSamples),
    means,
    covariances: means.map((mean, k) => {
      const shift = Matrix.rowVector(mean.map((value, d) => value - before.means[k]![d]!));
      return aboutMean(rows(squares, D, k * D, D), counts[k]!, shift);
    }),
  };
}

/** The M-step of a tied covariance; `squares` is the same in every iteration. */
export function updateTied(before: HostMixture, { counts, sums, squares }: Sums, nSamples: number): HostMixture {
  const D = before.means[0]!.length;
  const means = before.means.map((mean, k) => mean.map((_, d) => sums[k * D + d]! / counts[k]!));
  const scaled = new Matrix(means.map((mean, k) => mean.map((value) => value * Math.sqrt(counts[k]! / nSamples))));
  return {
    weights: Array.from(counts, (count) => count / nSamples),
    means,
    covariances: [aboutMean(rows(squares, D), nSamples, scaled)],
  };
}
