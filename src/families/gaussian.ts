import type { Frame } from '../data/frame.ts';
import { type Degeneracy, type Family, type KernelParameters, MIN_LOG_WEIGHT, type Statistics } from '../em/types.ts';
import { type CovarianceType, covarianceShapes } from './covariance.ts';

/** Parameters of a Gaussian mixture with K components in D dimensions, flat and float64. */
export interface MixtureParameters {
  /** K, summing to 1. */
  readonly weights: Float64Array;
  /** K × D */
  readonly means: Float64Array;
  /** full K × D × D, tied D × D, diag K × D, spherical K. */
  readonly covariances: Float64Array;
}

export interface GaussianFamilyOptions {
  readonly covarianceType: CovarianceType;
  /** Added to variances at every M-step, in squared data units. */
  readonly regCovar: number;
}

/** Below this many points a component has none: its mean and covariance cannot be told from rounding. */
const NO_POINTS = 10 * Number.EPSILON;

/**
 * The Gaussian mixture as a family: the M-step of Dempster, Laird & Rubin (1977) with the moments taken about the old means,
 * `μ = c + δ`, `Σ = s₂ / N_k − δ δᵀ + reg`, `δ = s₁ / N_k`, which loses nothing where `E[xxᵀ] − μμᵀ` cancels.
 */
export function gaussianFamily({ covarianceType, regCovar }: GaussianFamilyOptions): Family<MixtureParameters> {
  const shape = covarianceShapes[covarianceType];
  const regularizer = (frame: Frame) => frame.scale.map((s) => regCovar / (s * s));
  return {
    kind: covarianceType,
    hard: false,
    scaling: covarianceType === 'spherical' ? 'isotropic' : 'per-feature',

    pack({ weights, means, covariances }, frame): KernelParameters {
      const K = weights.length;
      const D = means.length / K;
      const { precisionsCholesky, halfLogDets } = shape.factorize(covariances, K, D);
      const jacobian = frame.scale.reduce((sum, s) => sum + Math.log(s), 0);
      const logNormalizers = weights.map((weight, k) => {
        const logWeight = weight > 0 ? Math.log(weight) : MIN_LOG_WEIGHT;
        return logWeight + halfLogDets[k]! - 0.5 * D * Math.log(2 * Math.PI) - jacobian;
      });
      return { kind: covarianceType, nComponents: K, nFeatures: D, means, precisionsCholesky, logNormalizers };
    },

    regularizer,

    maximization(statistics, previous, frame) {
      const { nComponents: K, nFeatures: D, counts, centers, first } = statistics;
      const total = counts.reduce((a, b) => a + b, 0);
      const added = regularizer(frame);
      const degeneracies: Degeneracy[] = [];
      const weights = counts.map((count) => count / total);
      const means = Float64Array.from(previous.means);
      const deltas = new Float64Array(K * D);
      for (let k = 0; k < K; k++) {
        if (counts[k]! < NO_POINTS) {
          degeneracies.push(emptyComponent(k));
          continue;
        }
        for (let i = k * D; i < (k + 1) * D; i++) {
          deltas[i] = first[i]! / counts[k]!;
          means[i] = centers[i]! + deltas[i]!;
        }
      }
      const empty = new Set(degeneracies.map((d) => d.component));
      const covariances = shape.maximize(statistics, deltas, added, previous.covariances, empty);
      return { parameters: { weights, means, covariances }, degeneracies };
    },

    countParameters: (K, D) => K - 1 + K * D + shape.countParameters(K, D),

    toFrame: ({ weights, means, covariances }, frame) => ({
      weights,
      means: means.map((m, i) => (m - frame.shift[i % frame.shift.length]!) / frame.scale[i % frame.shift.length]!),
      covariances: shape.rescale(
        covariances,
        frame.scale.map((s) => 1 / s),
      ),
    }),

    toData: ({ weights, means, covariances }, frame) => ({
      weights,
      means: means.map((m, i) => m * frame.scale[i % frame.shift.length]! + frame.shift[i % frame.shift.length]!),
      covariances: shape.rescale(covariances, frame.scale),
    }),

    report: (objective) => objective,
  };
}

function emptyComponent(component: number): Degeneracy {
  return {
    component,
    code: 'empty-component',
    message: `Component ${component} has no points left; its weight is 0, its mean and covariance stay where they were.`,
  };
}

/** Statistics about a frame's origin of a mixture's one and only component: the population mean and variances. */
export function populationMoments(statistics: Statistics): { mean: Float64Array; variance: Float64Array } {
  const { counts, first, second, centers } = statistics;
  const n = counts[0]!;
  const delta = first.map((s) => s / n);
  return {
    mean: delta.map((d, i) => d + centers[i]!),
    variance: second.map((s, i) => Math.max(0, s / n - delta[i]! ** 2)),
  };
}

/** Parameters of the single standard normal whose expectation gives {@link populationMoments}. */
export function standardNormal(frame: Frame): KernelParameters {
  const D = frame.shift.length;
  return {
    kind: 'diag',
    nComponents: 1,
    nFeatures: D,
    means: new Float64Array(D),
    precisionsCholesky: new Float64Array(D).fill(1),
    logNormalizers: new Float64Array(1),
  };
}
