import { EmgpuError } from '../../errors.ts';
import { cholesky, invertTransposed } from '../../math/cholesky.ts';
import type { Pattern } from './patterns.ts';

/** A Gaussian split into the features that a row has and those that it lacks. */
export interface SplitGaussian {
  /** O × O: the factor U of the observed features' precision, `Σ_oo⁻¹ = U Uᵀ`, upper triangular. */
  readonly precisionCholesky: Float64Array;
  /** `log det U`. */
  readonly halfLogDet: number;
  /** M × O: `B = Σ_mo Σ_oo⁻¹`, so that `E[x_m | x_o] = μ_m + B (x_o − μ_o)`. */
  readonly regression: Float64Array;
  /** M × M: `C = Cov[x_m | x_o] = Σ_mm − B Σ_om`. */
  readonly residual: Float64Array;
}

/**
 * Splits a covariance. With U of the observed features and `W = Σ_mo U`: `B = W Uᵀ`, `C = Σ_mm − W Wᵀ`. Takes O³ / 2 + M O D
 * operations. Throws `singular-covariance`, naming the component where there is one.
 * @param covariances D × D matrices, of which one begins at `at`
 */
export function splitGaussian(
  covariances: Float64Array,
  at: number,
  { observed, missing }: Pick<Pattern, 'observed' | 'missing'>,
  component?: number,
): SplitGaussian {
  const [O, M] = [observed.length, missing.length];
  const D = O + M;
  const block = new Float64Array(O * O);
  for (let i = 0; i < O; i++)
    for (let j = 0; j < O; j++) block[i * O + j] = covariances[at + observed[i]! * D + observed[j]!]!;
  const l = cholesky(block, O) ?? refuseSingular(component);
  const u = invertTransposed(l, O);
  let halfLogDet = 0;
  for (let i = 0; i < O; i++) halfLogDet -= Math.log(l[i * O + i]!);

  const w = new Float64Array(M * O);
  const regression = new Float64Array(M * O);
  const residual = new Float64Array(M * M);
  for (let a = 0; a < M; a++) {
    const row = at + missing[a]! * D;
    for (let j = 0; j < O; j++) {
      let sum = 0;
      for (let i = 0; i <= j; i++) sum += covariances[row + observed[i]!]! * u[i * O + j]!;
      w[a * O + j] = sum;
    }
    for (let i = 0; i < O; i++) {
      let sum = 0;
      for (let j = i; j < O; j++) sum += w[a * O + j]! * u[i * O + j]!;
      regression[a * O + i] = sum;
    }
    for (let b = 0; b <= a; b++) {
      let sum = covariances[row + missing[b]!]!;
      for (let j = 0; j < O; j++) sum -= w[a * O + j]! * w[b * O + j]!;
      residual[a * M + b] = sum;
      residual[b * M + a] = sum;
    }
  }
  return { precisionCholesky: u, halfLogDet, regression, residual };
}

function refuseSingular(component?: number): never {
  throw new EmgpuError(
    'singular-covariance',
    `The covariance${component === undefined ? '' : ` of component ${component}`} is not positive definite in some of the features.`,
    'Raise regCovar (--reg-covar), use fewer components or a simpler covarianceType, or remove columns that are copies of others.',
  );
}
