import type { HostPoints } from '../../src/data/points.ts';
import type { Covariances, CovarianceType, Freezable, GaussianMixtureJSON } from '../../src/index.ts';

// EM for Gaussian mixtures by the textbook: one point and one component at a time, in data units, with matrices for every type.

export interface NaiveMixture {
  /** `[K]`; with noise `[K + 1]`, its weight last. */
  readonly weights: readonly number[];
  /** `[K][D]` */
  readonly means: readonly (readonly number[])[];
  /** `[K][D][D]`, whatever the type. */
  readonly covariances: readonly (readonly (readonly number[])[])[];
}

export interface NaivePrior {
  readonly mean: readonly number[];
  readonly shrinkage: number;
  readonly degreesOfFreedom: number;
  readonly scale: readonly (readonly number[])[];
}

export interface NaiveOptions {
  readonly type: CovarianceType;
  readonly regCovar?: number;
  readonly freeze?: readonly Freezable[];
  readonly prior?: NaivePrior;
  /** Of the noise component, where there is one. */
  readonly logVolume?: number;
}

/** A model file with matrices. */
export function naiveFrom({ weights, means, noise, ...json }: GaussianMixtureJSON): NaiveMixture {
  const [K, D] = [means.length, means[0]!.length];
  return {
    weights: noise ? [...weights, noise.weight] : weights,
    means,
    covariances: Array.from({ length: K }, (_, k) => matrixOf(json.covarianceType, json.covariances, k, D)),
  };
}

function matrixOf(type: CovarianceType, covariances: Covariances, k: number, D: number): number[][] {
  const block = type.startsWith('tied') ? covariances : (covariances as unknown[])[k];
  if (type === 'full' || type === 'tied') return block as number[][];
  const variances = [block].flat() as number[];
  return square(D, (i, j) => (i === j ? (variances[i] ?? variances[0]!) : 0));
}

/** Matrices in the form that a model has them. */
export function inFormOf(type: CovarianceType, matrices: NaiveMixture['covariances']): unknown {
  const diagonals = matrices.map((m) => m.map((row, i) => row[i]!));
  return {
    full: matrices,
    tied: matrices[0],
    diag: diagonals,
    spherical: diagonals.map(([v]) => v),
    'tied-diag': diagonals[0],
    'tied-spherical': [diagonals[0]![0]],
  }[type];
}

export interface NaiveExpectation {
  readonly logLikelihood: number;
  /** `[N][K]`, with noise `[N][K + 1]` */
  readonly responsibilities: readonly (readonly number[])[];
}

export function expectation(points: HostPoints, mixture: NaiveMixture, { logVolume }: NaiveOptions): NaiveExpectation {
  const { weights, means, covariances } = mixture;
  let logLikelihood = 0;
  const responsibilities = rowsOf(points).map((x, n) => {
    const densities = weights.map((w, k) =>
      k < means.length ? w * Math.exp(logNormal(x, means[k]!, covariances[k]!)) : w * Math.exp(-logVolume!),
    );
    const total = sum(densities);
    logLikelihood += weightOf(points, n) * Math.log(total);
    return densities.map((density) => density / total);
  });
  return { logLikelihood, responsibilities };
}

export function maximization(
  points: HostPoints,
  responsibilities: NaiveExpectation['responsibilities'],
  before: NaiveMixture,
  { type, regCovar = 0, freeze = [], prior }: NaiveOptions,
): NaiveMixture {
  const rows = rowsOf(points);
  const D = points.nFeatures;
  const r = (n: number, k: number) => weightOf(points, n) * responsibilities[n]![k]!;
  const counts = before.weights.map((_, k) => sum(rows.map((_, n) => r(n, k))));
  const means = before.means.map((old, k) => {
    if (freeze.includes('means')) return old;
    return old.map((_, d) => {
      const first = sum(rows.map((x, n) => r(n, k) * x[d]!));
      if (!prior) return first / counts[k]!;
      return (first + prior.shrinkage * prior.mean[d]!) / (counts[k]! + prior.shrinkage);
    });
  });
  const scatter = means.map((mean, k) =>
    square(D, (i, j) => {
      const own = sum(rows.map((x, n) => r(n, k) * (x[i]! - mean[i]!) * (x[j]! - mean[j]!)));
      if (!prior) return own;
      // Means at their mode make this what Fraley & Raftery write as κ n / (κ + n) about the points' own mean.
      return own + prior.shrinkage * (mean[i]! - prior.mean[i]!) * (mean[j]! - prior.mean[j]!);
    }),
  );
  return {
    weights: freeze.includes('weights') ? before.weights : counts.map((count) => count / sum(counts)),
    means,
    covariances: freeze.includes('covariances')
      ? before.covariances
      : constrained(type, scatter, counts.slice(0, means.length), prior).map((m) =>
          m.map((row, i) => row.map((v, j) => (i === j ? v + regCovar : v))),
        ),
  };
}

/** The covariances of a type that maximise, given scatter matrices and counts; with a prior by the table of Fraley & Raftery (2007). */
function constrained(type: CovarianceType, scatter: number[][][], counts: number[], prior?: NaivePrior): number[][][] {
  const [G, d] = [scatter.length, scatter[0]!.length];
  const shared = type.startsWith('tied');
  const pooled = square(d, (i, j) => sum(scatter.map((w) => w[i]![j]!)));
  return scatter.map((own, k) => {
    const w = shared ? pooled : own;
    const n = shared ? sum(counts) : counts[k]!;
    const g = shared ? G : 1;
    const nu = prior?.degreesOfFreedom ?? 0;
    const lambda = (i: number, j: number) => (prior ? prior.scale[i]![j]! : 0);
    const trace = (entry: (i: number) => number) => sum(Array.from({ length: d }, (_, i) => entry(i)));
    switch (type) {
      case 'full':
      case 'tied':
        return square(d, (i, j) => (w[i]![j]! + lambda(i, j)) / (n + (prior ? nu + d + 1 + g : 0)));
      case 'diag':
      case 'tied-diag':
        return square(d, (i, j) => (i === j ? (w[i]![i]! + lambda(i, i)) / (n + (prior ? nu + 2 + g : 0)) : 0));
      default: {
        const total = trace((i) => w[i]![i]!) + trace((i) => lambda(i, i)) / d;
        const variance = total / (n * d + (prior ? nu + g * d + 2 : 0));
        return square(d, (i, j) => (i === j ? variance : 0));
      }
    }
  });
}

/** So many M-steps; log-likelihoods of the start and after each of them. */
export function iterate(points: HostPoints, start: NaiveMixture, options: NaiveOptions, steps: number) {
  let mixture = start;
  const history: number[] = [];
  for (let i = 0; ; i++) {
    const { logLikelihood, responsibilities } = expectation(points, mixture, options);
    history.push(logLikelihood);
    if (i === steps) return { mixture, history, responsibilities };
    mixture = maximization(points, responsibilities, mixture, options);
  }
}

/** Logarithm of the normal density. */
export function logNormal(
  x: readonly number[],
  mean: readonly number[],
  covariance: NaiveMixture['covariances'][0],
): number {
  const z = x.map((v, d) => v - mean[d]!);
  const { logDet, solution } = solve(covariance, z);
  return -0.5 * (sum(z.map((v, i) => v * solution[i]!)) + logDet + x.length * Math.log(2 * Math.PI));
}

/** `A⁻¹ b` and `log det A` by Gaussian elimination of a positive definite matrix. */
export function solve(matrix: NaiveMixture['covariances'][0], b: readonly number[]) {
  const a = matrix.map((row, i) => [...row, b[i]!]);
  let logDet = 0;
  a.forEach((pivot, i) => {
    logDet += Math.log(pivot[i]!);
    for (const row of a.slice(i + 1)) {
      const factor = row[i]! / pivot[i]!;
      for (let c = i; c < row.length; c++) row[c]! -= factor * pivot[c]!;
    }
  });
  const solution: number[] = Array(b.length).fill(0);
  for (let i = b.length - 1; i >= 0; i--) {
    const known = sum(solution.map((s, j) => (j > i ? a[i]![j]! * s : 0)));
    solution[i] = (a[i]!.at(-1)! - known) / a[i]![i]!;
  }
  return { logDet, solution };
}

export function rowsOf({ data, nFeatures: D }: HostPoints): number[][] {
  return Array.from({ length: data.length / D }, (_, n) => [...data.subarray(n * D, (n + 1) * D)]);
}

function weightOf({ sampleWeight }: HostPoints, n: number): number {
  return sampleWeight ? sampleWeight[n]! : 1;
}

export function square(D: number, entry: (i: number, j: number) => number): number[][] {
  return Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, j) => entry(i, j)));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
