import { EmgpuError } from '../errors.ts';
import { cholesky, invertTransposed } from '../math/cholesky.ts';
import { entriesOf, type MomentForm } from './entries.ts';

/**
 * Which covariances a mixture's components have: matrices (`full`), variances per feature (`diag`) or one variance (`spherical`), each
 * component its own, or one that all share (`tied`, `tied-diag`, `tied-spherical`). In mclust's words VVV, VVI, VII, EEE, EEI, EII.
 */
export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical' | 'tied-diag' | 'tied-spherical';

/** What a covariance type is made of. A covariance lies in a flat array as one block per component, or as one block. */
export interface CovarianceShape {
  readonly form: MomentForm;
  /** All components have the same one. */
  readonly shared: boolean;
  /** The kernels that compute its densities and moments. */
  readonly kernel: 'full' | 'tied' | 'diag' | 'spherical';
}

export const covarianceShapes: Record<CovarianceType, CovarianceShape> = {
  full: { form: 'matrix', shared: false, kernel: 'full' },
  tied: { form: 'matrix', shared: true, kernel: 'tied' },
  diag: { form: 'diagonal', shared: false, kernel: 'diag' },
  spherical: { form: 'scalar', shared: false, kernel: 'spherical' },
  'tied-diag': { form: 'diagonal', shared: true, kernel: 'diag' },
  'tied-spherical': { form: 'scalar', shared: true, kernel: 'spherical' },
};

/** Numbers in one block: D × D, D or 1. */
export function blockSize({ form }: CovarianceShape, D: number): number {
  return form === 'matrix' ? D * D : form === 'diagonal' ? D : 1;
}

/** Blocks: K, or 1 that all share. */
export function countBlocks({ shared }: CovarianceShape, K: number): number {
  return shared ? 1 : K;
}

/** Free parameters of the covariances of K components. */
export function countCovarianceParameters(shape: CovarianceShape, K: number, D: number): number {
  return countBlocks(shape, K) * entriesOf(shape.form, D).size;
}

/** The factor U of each block's precision (`Σ⁻¹ = U Uᵀ`, or 1 / σ), and its `log det U`. */
export interface Factors {
  readonly precisionsCholesky: Float64Array;
  readonly halfLogDets: Float64Array;
}

/** Factorises every block; throws `singular-covariance`, naming the component. */
export function factorize(shape: CovarianceShape, covariances: Float64Array, D: number): Factors {
  const size = blockSize(shape, D);
  const blocks = covariances.length / size;
  const precisionsCholesky = new Float64Array(covariances.length);
  const halfLogDets = new Float64Array(blocks);
  for (let b = 0; b < blocks; b++) {
    const component = shape.shared ? undefined : b;
    halfLogDets[b] =
      shape.form === 'matrix'
        ? factorizeInto(precisionsCholesky, covariances, D, b * size, component)
        : invertInto(precisionsCholesky, covariances, D, b * size, size, component);
  }
  return { precisionsCholesky, halfLogDets };
}

/** Factorises one D × D covariance into `u` at `at`; returns log det U. */
function factorizeInto(u: Float64Array, covariances: Float64Array, D: number, at: number, component?: number): number {
  const l = cholesky(covariances, D, at) ?? refuseSingular(component);
  u.set(invertTransposed(l, D), at);
  let logDet = 0;
  for (let d = 0; d < D; d++) logDet -= Math.log(l[d * D + d]!);
  return logDet;
}

/** Writes 1 / σ of D variances, or of one that serves D features; returns log det U. */
function invertInto(u: Float64Array, variances: Float64Array, D: number, at: number, size: number, component?: number) {
  let logDet = 0;
  for (let i = at; i < at + size; i++) {
    const variance = variances[i]!;
    if (!(variance > 0)) refuseSingular(component);
    u[i] = 1 / Math.sqrt(variance);
    logDet -= 0.5 * (D / size) * Math.log(variance);
  }
  return logDet;
}

function refuseSingular(component?: number): never {
  throw new EmgpuError(
    'singular-covariance',
    `The covariance${component === undefined ? '' : ` of component ${component}`} is not positive definite.`,
    'Raise regCovar (--reg-covar), use fewer components or a simpler covarianceType, remove columns that are constant or copies of others, or try another seed.',
  );
}

/** The covariances after feature d was multiplied by `factors[d]`. Where there is one variance for all features, factors must be equal. */
export function rescale(shape: CovarianceShape, covariances: Float64Array, factors: Float64Array): Float64Array {
  const D = factors.length;
  switch (shape.form) {
    case 'matrix':
      return covariances.map((c, i) => c * factors[Math.floor(i / D) % D]! * factors[i % D]!);
    case 'diagonal':
      return covariances.map((v, i) => v * factors[i % D]! ** 2);
    case 'scalar':
      return covariances.map((v) => v * factors[0]! ** 2);
  }
}

/** Writes a block from a moment divided by its denominator, plus the regulariser on the diagonal. */
export function writeBlock(
  { form }: CovarianceShape,
  to: Float64Array,
  at: number,
  moment: Float64Array,
  denominator: number,
  regularizer: Float64Array,
): void {
  const D = regularizer.length;
  if (form !== 'matrix') {
    // Rounding may leave a variance a little below zero.
    moment.forEach((m, i) => {
      to[at + i] = Math.max(0, m / denominator) + regularizer[i]!;
    });
    return;
  }
  const { row, column } = entriesOf(form, D);
  moment.forEach((m, e) => {
    const [i, j] = [row[e]!, column[e]!];
    const value = m / denominator + (i === j ? regularizer[i]! : 0);
    to[at + i * D + j] = value;
    to[at + j * D + i] = value;
  });
}
