import { cholesky, invertTransposed } from '../math/cholesky.ts';
import type { KernelParameters, Statistics } from './types.ts';

/** A pass over the points: the sums of each of their windows, in order. */
export type Pass = (parameters: KernelParameters) => Promise<readonly Statistics[]>;

/** This share of the total scatter's diagonal is added to that of the within-scatter, so that columns without scatter can be factorised. */
const RIDGE = 1e-9;

/**
 * Computes the sums of tied mixtures without a triangle of second moments per component. Responsibilities add up to the points' weights, so the
 * scatter of all points about the frame's origin never changes, and the components' scatter follows from it, their counts and first moments:
 *
 *     Σ_k Σ_n r z zᵀ = Σ_n w x xᵀ − Σ_k (c F_kᵀ + F_k cᵀ + N_k c cᵀ),     z = x − c_k,   F_k = Σ_n r z
 *
 * So a pass costs K D per point instead of K D² / 2 (and for a stream, whose chunks are new each time, D² / 2 more). Where components are far from
 * the origin in units of their spread, the difference cancels: precision is lost by about the square of that distance. There the triangles are
 * summed.
 */
export class SharedScatter {
  readonly #reach: number;
  /** `Σ w x xᵀ` of each window, packed lower triangles, once they are known. */
  #scatters: readonly Float64Array[] | undefined;

  /**
   * @param reach how far means may be from the frame's origin in standard deviations (root of the mean square over points). The rounding of the sums
   *   grows by up to its square
   */
  constructor(reach: number) {
    this.#reach = reach;
  }

  /** Whether these are parameters of a tied model whose sums can probably be computed in this way, and more cheaply. */
  suits(parameters: KernelParameters): boolean {
    const { kind, nComponents: K, nFeatures: D } = parameters;
    // The cost of a triangle per component against that of first moments and one triangle for all.
    const isWorth = (K * D * D) / 2 > K * D + D * D;
    return kind === 'tied' && isWorth && squareDistance(parameters) <= this.#reach ** 2;
  }

  /**
   * The sums of each window for these parameters, of whatever kind.
   * @param pass for the kinds `tied`, and `tied-first`: the densities of `tied` and the sums of `diag`
   */
  async expectation(parameters: KernelParameters, pass: Pass): Promise<readonly Statistics[]> {
    if (!this.suits(parameters)) return pass(parameters);
    this.#scatters ??= (await pass(wholeOf(parameters.nFeatures))).map(({ second }) => second);
    const sums = await pass({ ...parameters, kind: 'tied-first' });
    const completed = sums.map((sum, i) => complete(sum, this.#scatters![i]!, this.#reach));
    if (completed.every((sum) => sum !== undefined)) return completed;
    const apart = await pass(parameters);
    return completed.map((sum, i) => sum ?? apart[i]!);
  }
}

/** One standard normal component, which every point belongs to: its second moments about the origin are the scatter. */
function wholeOf(D: number): KernelParameters {
  return {
    ...{ kind: 'tied', nComponents: 1, nFeatures: D, means: new Float64Array(D) },
    precisionsCholesky: new Float64Array(D * D).map((_, i) => (i % (D + 1) === 0 ? 1 : 0)),
    logNormalizers: new Float64Array(1),
  };
}

/** `Σ_k w_k ‖Uᵀ μ_k‖²` of a tied model. The weights come from the normalizers, which differ by nothing else. */
function squareDistance(parameters: KernelParameters): number {
  const { logNormalizers, nComponents: K } = parameters;
  const largest = logNormalizers.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logNormalizers.map((l) => Math.exp(l - largest));
  let sum = 0;
  for (let k = 0; k < K; k++) sum += weights[k]! * transformedSquare(parameters, k);
  return sum / weights.reduce((a, b) => a + b, 0);
}

/** max_k ‖Uᵀ μ_k‖ of a tied model. */
export function largestTransformedMean(parameters: KernelParameters): number {
  let largest = 0;
  for (let k = 0; k < parameters.nComponents; k++) largest = Math.max(largest, transformedSquare(parameters, k));
  return Math.sqrt(largest);
}

/** ‖Uᵀ μ_k‖² */
function transformedSquare({ means, precisionsCholesky: u, nFeatures: D }: KernelParameters, k: number): number {
  let square = 0;
  for (let j = 0; j < D; j++) {
    let y = 0;
    for (let i = 0; i <= j; i++) y += u[i * D + j]! * means[k * D + i]!;
    square += y * y;
  }
  return square;
}

/**
 * The sums of a tied model, from those of `tied-first` and the points' scatter; undefined where too much would cancel. `suits` could not see that:
 * it knows the old covariance, and the new one may be much smaller.
 */
function complete(sums: Statistics, scatter: Float64Array, reach: number): Statistics | undefined {
  const { nComponents: K, nFeatures: D, counts, first, centers, totalWeight } = sums;
  // Rounded responsibilities add up to a little more or less than the weights.
  const share = totalWeight > 0 ? counts.reduce((a, b) => a + b, 0) / totalWeight : 1;
  const second = new Float64Array(scatter.length);
  for (let i = 0, at = 0; i < D; i++) {
    for (let j = 0; j < i; j++, at++) {
      let between = 0;
      for (let k = 0; k < K; k++) {
        const [ci, cj] = [centers[k * D + i]!, centers[k * D + j]!];
        between += ci * first[k * D + j]! + cj * first[k * D + i]! + counts[k]! * ci * cj;
      }
      second[at] = share * scatter[at]! - between;
    }
    // The diagonal was summed about the centres.
    for (let k = 0; k < K; k++) second[at]! += sums.second[k * D + i]!;
    at++;
  }
  return betweenShare(second, scatter, D) <= reach * reach ? { ...sums, kind: 'tied', second } : undefined;
}

/** `tr(W⁻¹ S) − D`: the mean square of the components' distances from the origin, in units of the within-scatter W; S is all of it. */
function betweenShare(within: Float64Array, scatter: Float64Array, D: number): number {
  const at = (i: number, j: number) => (i * (i + 1)) / 2 + j;
  const square = new Float64Array(D * D);
  for (let i = 0; i < D; i++) {
    for (let j = 0; j <= i; j++) square[i * D + j] = within[at(i, j)]!;
    square[i * D + i]! += RIDGE * scatter[at(i, i)]! || 1;
  }
  const l = cholesky(square, D);
  if (!l) return Number.POSITIVE_INFINITY;
  const u = invertTransposed(l, D);
  let trace = 0;
  for (let c = 0; c < D; c++) {
    for (let i = 0; i <= c; i++) {
      for (let j = 0; j <= i; j++) trace += (i === j ? 1 : 2) * u[i * D + c]! * scatter[at(i, j)]! * u[j * D + c]!;
    }
  }
  return trace - D;
}
