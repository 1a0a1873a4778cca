import type { Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { cholesky, invertTransposed } from '../math/cholesky.ts';

/** Which covariance a mixture's components have: own full matrices, one shared matrix, own diagonals, own variances. */
export type CovarianceType = 'full' | 'tied' | 'diag' | 'spherical';

/** Factors U of the precisions (`Σ⁻¹ = U Uᵀ`) and `log det U` of each component. */
interface Factors {
  readonly precisionsCholesky: Float64Array;
  /** K. */
  readonly halfLogDets: Float64Array;
}

/** What differs between the covariance types: a few pure functions each. */
interface CovarianceShape {
  /** Free parameters of the covariances. */
  countParameters(K: number, D: number): number;
  /** Throws `singular-covariance` naming the component. */
  factorize(covariances: Float64Array, K: number, D: number): Factors;
  /**
   * `Σ = s₂ / N_k − δ δᵀ + reg` in this type's form.
   * @param deltas K × D, new mean minus centre
   * @param regularizer D, added to variances
   * @param empty components that keep their previous covariance
   */
  maximize(
    statistics: Statistics,
    deltas: Float64Array,
    regularizer: Float64Array,
    previous: Float64Array,
    empty: ReadonlySet<number>,
  ): Float64Array;
  /** Multiplies feature d by `factors[d]`. Spherical needs equal factors. */
  rescale(covariances: Float64Array, factors: Float64Array): Float64Array;
}

/** Throws `singular-covariance`, naming the component where there is one. */
function refuseSingular(component?: number): never {
  throw new EmgpuError(
    'singular-covariance',
    `The covariance${component === undefined ? '' : ` of component ${component}`} is not positive definite.`,
    'Raise regCovar (--reg-covar), use fewer components or a simpler covarianceType, remove columns that are constant or copies of others, or try another seed.',
  );
}

/** Factorises one D × D covariance into `u` at `at`; returns log det U. */
function factorizeInto(u: Float64Array, covariances: Float64Array, D: number, at: number, component?: number): number {
  const l = cholesky(covariances, D, at) ?? refuseSingular(component);
  u.set(invertTransposed(l, D), at);
  let logDet = 0;
  for (let d = 0; d < D; d++) logDet -= Math.log(l[d * D + d]!);
  return logDet;
}

function rescaleMatrices(covariances: Float64Array, factors: Float64Array): Float64Array {
  const D = factors.length;
  return covariances.map((c, i) => c * factors[Math.floor(i / D) % D]! * factors[i % D]!);
}

const full: CovarianceShape = {
  countParameters: (K, D) => (K * D * (D + 1)) / 2,
  factorize(covariances, K, D) {
    const precisionsCholesky = new Float64Array(K * D * D);
    const halfLogDets = Float64Array.from({ length: K }, (_, k) =>
      factorizeInto(precisionsCholesky, covariances, D, k * D * D, k),
    );
    return { precisionsCholesky, halfLogDets };
  },
  maximize({ nComponents: K, nFeatures: D, counts, second }, deltas, regularizer, previous, empty) {
    const covariances = Float64Array.from(previous);
    for (let k = 0, at = 0; k < K; k++) {
      for (let i = 0; i < D; i++) {
        for (let j = 0; j <= i; j++, at++) {
          if (empty.has(k)) continue;
          let value = second[at]! / counts[k]! - deltas[k * D + i]! * deltas[k * D + j]!;
          if (i === j) value += regularizer[i]!;
          covariances[(k * D + i) * D + j] = value;
          covariances[(k * D + j) * D + i] = value;
        }
      }
    }
    return covariances;
  },
  rescale: rescaleMatrices,
};

const tied: CovarianceShape = {
  countParameters: (_, D) => (D * (D + 1)) / 2,
  factorize(covariances, K, D) {
    const precisionsCholesky = new Float64Array(D * D);
    const logDet = factorizeInto(precisionsCholesky, covariances, D, 0);
    return { precisionsCholesky, halfLogDets: new Float64Array(K).fill(logDet) };
  },
  maximize({ nComponents: K, nFeatures: D, counts, second }, deltas, regularizer) {
    const total = counts.reduce((a, b) => a + b, 0);
    const covariance = new Float64Array(D * D);
    for (let i = 0, at = 0; i < D; i++) {
      for (let j = 0; j <= i; j++, at++) {
        let sum = second[at]!;
        for (let k = 0; k < K; k++) sum -= counts[k]! * deltas[k * D + i]! * deltas[k * D + j]!;
        covariance[i * D + j] = sum / total + (i === j ? regularizer[i]! : 0);
        covariance[j * D + i] = covariance[i * D + j]!;
      }
    }
    return covariance;
  },
  rescale: rescaleMatrices,
};

/** 1 / σ and the sum of its logarithms over the D features of each component; `repeat`: D where one σ serves them all. */
function factorizeVariances(variances: Float64Array, K: number, repeat: number): Factors {
  const perComponent = variances.length / K;
  const halfLogDets = new Float64Array(K);
  const precisionsCholesky = variances.map((variance, i) => {
    const k = Math.floor(i / perComponent);
    if (!(variance > 0)) refuseSingular(k);
    halfLogDets[k]! -= 0.5 * repeat * Math.log(variance);
    return 1 / Math.sqrt(variance);
  });
  return { precisionsCholesky, halfLogDets };
}

const diag: CovarianceShape = {
  countParameters: (K, D) => K * D,
  factorize: (variances, K) => factorizeVariances(variances, K, 1),
  maximize({ nFeatures: D, counts, second }, deltas, regularizer, previous, empty) {
    return previous.map((old, i) => {
      const k = Math.floor(i / D);
      return empty.has(k) ? old : positivePart(second[i]! / counts[k]! - deltas[i]! ** 2) + regularizer[i % D]!;
    });
  },
  rescale: (variances, factors) => variances.map((v, i) => v * factors[i % factors.length]! ** 2),
};

const spherical: CovarianceShape = {
  countParameters: (K) => K,
  factorize: (variances, K, D) => factorizeVariances(variances, K, D),
  maximize({ nFeatures: D, counts, second }, deltas, regularizer, previous, empty) {
    return previous.map((old, k) => {
      if (empty.has(k)) return old;
      let square = 0;
      for (let d = 0; d < D; d++) square += deltas[k * D + d]! ** 2;
      return positivePart((second[k]! / counts[k]! - square) / D) + regularizer[0]!;
    });
  },
  rescale: (variances, factors) => variances.map((v) => v * factors[0]! ** 2),
};

/** A variance that rounding left a little below zero is zero. */
function positivePart(variance: number): number {
  return Math.max(0, variance);
}

export const covarianceShapes: Record<CovarianceType, CovarianceShape> = { full, tied, diag, spherical };
