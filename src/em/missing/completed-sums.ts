import type { KernelParameters, Statistics } from '../types.ts';
import type { SplitGaussian } from './conditional.ts';
import type { Marginal, Marginals } from './marginal.ts';
import type { Pattern } from './patterns.ts';

/**
 * Expected sums over complete points, given what is observed of them: the E-step of Ghahramani & Jordan (1994), for Gaussian
 * mixtures, after Little & Rubin (2002, ch. 11).
 *
 * For component k and a row with observed features o and missing ones m, let `z = x − μ_k`. Given x_o, the missing part is
 * Gaussian with mean `B z_o` and covariance C (see `conditional.ts`; B and C depend on k and the pattern, not on the row). With
 * the responsibility r of x_o alone, what the M-step needs sums up to
 *
 *     Σ r E[z_m]        = B f                        f = Σ r z_o,   N = Σ r,
 *     Σ r E[z_m z_oᵀ]   = B S                        S = Σ r z_o z_oᵀ
 *     Σ r E[z_m z_mᵀ]   = B S Bᵀ + N C
 *
 * and what is observed counts as it is. So the sums of a pattern's own mixture are all that a pass has to bring. Where covariances
 * are diagonal, B = 0 and C holds the variances of the missing features. Where the matrix is shared, so are B and C, and S and N
 * are summed over components.
 *
 * Passes sum about centres c that may be the means rounded to float32; with `t = c − μ` they are brought to the means exactly:
 * `Σ r (z + t) = f + N t`, `Σ r (z + t)(z + t)ᵀ = S + f tᵀ + t fᵀ + N t tᵀ`. All patterns add up about the means.
 */
export class CompletedSums {
  readonly #marginals: Marginals;
  readonly #counts: Float64Array;
  /** K × D */
  readonly #first: Float64Array;
  /** Second moments of D features, laid out as {@link Statistics.second}. */
  readonly #second: Float64Array;
  #objective = 0;
  #missingEntropy = 0;

  constructor(marginals: Marginals) {
    const { nComponents: K, nFeatures: D } = marginals.parameters;
    const triangle = (D * (D + 1)) / 2;
    this.#marginals = marginals;
    this.#counts = new Float64Array(K);
    this.#first = new Float64Array(K * D);
    this.#second = new Float64Array({ full: K * triangle, tied: triangle, diag: K * D, spherical: K }[marginals.kind]);
  }

  /** Adds the sums over a pattern's rows of their observed features, `Statistics` of O features. */
  add(statistics: Statistics, pattern: Pattern, { splits, parameters }: Marginal): void {
    this.#objective += statistics.objective;
    statistics.counts.forEach((count, k) => {
      this.#counts[k]! += count;
      if (count > 0) this.#missingEntropy += count * this.#entropyOfMissing(pattern, parameters, k);
    });
    const moved = toMeans(statistics, this.#marginals.parameters.means, pattern);
    switch (this.#marginals.kind) {
      case 'full':
        this.#addMatrices(moved, pattern, splits, statistics.counts);
        break;
      case 'tied':
        this.#addMatrices(moved, pattern, splits, [statistics.counts.reduce((a, b) => a + b, 0)]);
        break;
      case 'diag':
        this.#addDiagonals(moved, pattern, statistics.counts);
        break;
      case 'spherical':
        this.#addTraces(moved, pattern, statistics.counts);
        break;
    }
  }

  /** The statistics of all patterns together, as if points were complete. The objective is the log-likelihood of the observed numbers. */
  total(nSamples: number, totalWeight: number): Statistics {
    const { kind, parameters } = this.#marginals;
    const { nComponents, nFeatures, means } = parameters;
    return {
      ...{ kind, nComponents, nFeatures, nSamples, totalWeight, objective: this.#objective, centers: means.slice() },
      ...{ counts: this.#counts, first: this.#first, second: this.#second, missingEntropy: this.#missingEntropy },
    };
  }

  /** ½ log det(2π e C). The marginal's normalizer less the whole mixture's is the same without the e, which adds ½ per missing feature. */
  #entropyOfMissing({ missing }: Pattern, marginal: KernelParameters, k: number): number {
    const { logNormalizers } = this.#marginals.parameters;
    return marginal.logNormalizers[k]! - logNormalizers[k]! + missing.length / 2;
  }

  /** @param counts N of each matrix: K of them, or one of all components */
  #addMatrices(
    { first, second }: Moments,
    pattern: Pattern,
    splits: readonly SplitGaussian[],
    counts: ArrayLike<number>,
  ): void {
    const { nComponents: K, nFeatures: D } = this.#marginals.parameters;
    const { observed, missing } = pattern;
    const [O, M] = [observed.length, missing.length];
    this.#addFirst(first, pattern);
    for (let k = 0; k < K && M > 0; k++) {
      const { regression } = splits[k % splits.length]!;
      for (let a = 0; a < M; a++) {
        for (let j = 0; j < O; j++) this.#first[k * D + missing[a]!]! += regression[a * O + j]! * first[k * O + j]!;
      }
    }
    const triangle = (D * (D + 1)) / 2;
    for (let k = 0; k < counts.length; k++) {
      const s = symmetric(second, (k * O * (O + 1)) / 2, O);
      const sums = this.#second.subarray(k * triangle, (k + 1) * triangle);
      for (let i = 0; i < O; i++)
        for (let j = 0; j <= i; j++) sums[packed(observed[i]!, observed[j]!)]! += s[i * O + j]!;
      if (M > 0) addMissing(sums, s, pattern, splits[k]!, counts[k]!);
    }
  }

  #addDiagonals({ first, second }: Moments, pattern: Pattern, counts: Float64Array): void {
    const { nFeatures: D, precisionsCholesky } = this.#marginals.parameters;
    const { observed, missing } = pattern;
    this.#addFirst(first, pattern);
    counts.forEach((count, k) => {
      observed.forEach((d, j) => {
        this.#second[k * D + d]! += second[k * observed.length + j]!;
      });
      for (const d of missing) this.#second[k * D + d]! += count / precisionsCholesky[k * D + d]! ** 2;
    });
  }

  #addTraces({ first, second }: Moments, pattern: Pattern, counts: Float64Array): void {
    const { precisionsCholesky } = this.#marginals.parameters;
    this.#addFirst(first, pattern);
    counts.forEach((count, k) => {
      this.#second[k]! += second[k]! + (pattern.missing.length * count) / precisionsCholesky[k]! ** 2;
    });
  }

  #addFirst(first: Float64Array, { observed }: Pattern): void {
    const { nComponents: K, nFeatures: D } = this.#marginals.parameters;
    for (let k = 0, at = 0; k < K; k++) for (const d of observed) this.#first[k * D + d]! += first[at++]!;
  }
}

/** Sums over a pattern's rows, about the means. */
interface Moments {
  /** K × O */
  readonly first: Float64Array;
  /** Second moments of O features, laid out as {@link Statistics.second}. */
  readonly second: Float64Array;
}

/** Sums about the centres of a pass, brought to the means. */
function toMeans(statistics: Statistics, means: Float64Array, { observed, missing }: Pattern): Moments {
  const { kind, nComponents: K, nFeatures: O, centers, counts } = statistics;
  const D = O + missing.length;
  const first = Float64Array.from(statistics.first);
  const second = Float64Array.from(statistics.second);
  const triangle = (O * (O + 1)) / 2;
  for (let k = 0; k < K; k++) {
    const f = statistics.first.subarray(k * O, (k + 1) * O);
    const t = f.map((_, j) => centers[k * O + j]! - means[k * D + observed[j]!]!);
    if (t.every((shift) => shift === 0)) continue;
    /** What is added to entry (i, j) of the second moments. */
    const gain = (i: number, j: number) => f[i]! * t[j]! + t[i]! * f[j]! + counts[k]! * t[i]! * t[j]!;
    const at = kind === 'full' ? k * triangle : 0;
    for (let i = 0; i < O; i++) {
      first[k * O + i]! += counts[k]! * t[i]!;
      if (kind === 'diag') second[k * O + i]! += gain(i, i);
      else if (kind === 'spherical') second[k]! += gain(i, i);
      else for (let j = 0; j <= i; j++) second[at + packed(i, j)]! += gain(i, j);
    }
  }
  return { first, second };
}

/** Adds `B S` and `B S Bᵀ + N C` to the packed triangle of D features. `s`: O × O. */
function addMissing(
  sums: Float64Array,
  s: Float64Array,
  { observed, missing }: Pattern,
  { regression, residual }: SplitGaussian,
  count: number,
): void {
  const [O, M] = [observed.length, missing.length];
  const bs = new Float64Array(M * O);
  for (let a = 0; a < M; a++) {
    for (let j = 0; j < O; j++) {
      let sum = 0;
      for (let i = 0; i < O; i++) sum += regression[a * O + i]! * s[i * O + j]!;
      bs[a * O + j] = sum;
      sums[packed(missing[a]!, observed[j]!)]! += sum;
    }
    for (let b = 0; b <= a; b++) {
      let sum = count * residual[a * M + b]!;
      for (let j = 0; j < O; j++) sum += bs[a * O + j]! * regression[b * O + j]!;
      sums[packed(missing[a]!, missing[b]!)]! += sum;
    }
  }
}

/** Where entry (i, j) of a symmetric matrix lies in its lower triangle, packed by rows. */
function packed(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}

/** A packed lower triangle as a matrix of O × O. */
function symmetric(triangles: Float64Array, at: number, O: number): Float64Array {
  const matrix = new Float64Array(O * O);
  for (let i = 0; i < O; i++) for (let j = 0; j < O; j++) matrix[i * O + j] = triangles[at + packed(i, j)]!;
  return matrix;
}
