import type { CovarianceShape, Factors } from './covariance.ts';
import { blockSize } from './covariance.ts';
import { entriesOf } from './entries.ts';

/**
 * A conjugate prior of a Gaussian mixture, as mclust has it (Fraley & Raftery 2007, Journal of Classification 24, 155–181): means
 * are normal about `mean` with covariance `Σ_k / shrinkage`, covariances inverse Wishart (variances inverse gamma) with
 * `degreesOfFreedom` and `scale`. The prior of the weights is flat. All numbers are in data units, or all in a frame.
 */
export interface ConjugatePrior {
  /** D */
  readonly mean: Float64Array;
  /** κ: what the prior mean counts for, in points. */
  readonly shrinkage: number;
  /** ν */
  readonly degreesOfFreedom: number;
  /** Λ, D × D; covariance types of variances use its diagonal, or the mean of that. */
  readonly scale: Float64Array;
}

/** What the prior of each mean adds to the count of a covariance: its normal density has the factor `|Σ|^{−½}`. */
function perMean({ form }: CovarianceShape, D: number): number {
  return form === 'scalar' ? D : 1;
}

/** What the prior adds to the denominator of a block that `components` share: N + this is the mode's denominator (·D for one variance). */
export function priorCount(shape: CovarianceShape, prior: ConjugatePrior, D: number, components: number): number {
  const own = prior.degreesOfFreedom + (shape.form === 'matrix' ? D + 1 : 2);
  return own + components * perMean(shape, D);
}

/** Λ in the form of a moment: its triangle, its diagonal, or the mean of that. */
export function priorMoment({ form }: CovarianceShape, { scale }: ConjugatePrior, D: number): Float64Array {
  const { size, slot, row, column } = entriesOf(form, D);
  const moment = new Float64Array(size);
  const share = form === 'scalar' ? 1 / D : 1;
  for (let e = 0; e < slot.length; e++) moment[slot[e]!]! += share * scale[row[e]! * D + column[e]!]!;
  return moment;
}

/**
 * Log-density of means and covariances under the prior, up to a constant.
 * @param factors the factors of the covariances, block by block
 */
export function logPriorOf(
  shape: CovarianceShape,
  prior: ConjugatePrior,
  means: Float64Array,
  { precisionsCholesky, halfLogDets }: Factors,
): number {
  const D = prior.mean.length;
  const K = means.length / D;
  const size = blockSize(shape, D);
  const lambda = priorMoment(shape, prior, D);
  let sum = 0;
  for (let b = 0; b < halfLogDets.length; b++) {
    const sharing = shape.shared ? K : 1;
    // Where there is one variance, `halfLogDets` counts it D times, and the inverse gamma once.
    const logDet = shape.form === 'scalar' ? halfLogDets[b]! / D : halfLogDets[b]!;
    const u = precisionsCholesky.subarray(b * size, (b + 1) * size);
    sum += priorCount(shape, prior, D, sharing) * logDet - 0.5 * traceWith(shape, u, lambda, D);
  }
  for (let k = 0; k < K; k++) {
    const u = precisionsCholesky.subarray(shape.shared ? 0 : k * size, (shape.shared ? 1 : k + 1) * size);
    const z = prior.mean.map((m, d) => means[k * D + d]! - m);
    sum -= 0.5 * prior.shrinkage * traceWith(shape, u, squareOf(shape, z), D);
  }
  return sum;
}

/** z zᵀ in the form of a moment. */
export function squareOf({ form }: CovarianceShape, z: Float64Array): Float64Array {
  const { size, slot, row, column } = entriesOf(form, z.length);
  const moment = new Float64Array(size);
  for (let e = 0; e < slot.length; e++) moment[slot[e]!]! += z[row[e]!]! * z[column[e]!]!;
  return moment;
}

/** `tr(Σ⁻¹ M)` of a block's factor U and a moment M. */
export function traceWith({ form }: CovarianceShape, u: Float64Array, moment: Float64Array, D: number): number {
  if (form !== 'matrix') return moment.reduce((sum, m, i) => sum + m * u[i]! ** 2, 0);
  const { row, column } = entriesOf(form, D);
  let sum = 0;
  for (let e = 0; e < moment.length; e++) {
    const [i, j] = [row[e]!, column[e]!];
    // Σ⁻¹ = U Uᵀ with U upper triangular: entry (i, j ≤ i) adds columns from i on.
    let p = 0;
    for (let c = i; c < D; c++) p += u[i * D + c]! * u[j * D + c]!;
    sum += (i === j ? 1 : 2) * p * moment[e]!;
  }
  return sum;
}
