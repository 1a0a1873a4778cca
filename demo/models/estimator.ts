import {
  GaussianMixture,
  type HostPoints,
  KMeans,
  type KMeansFit,
  type KMeansRun,
  type MixtureFit,
  type MixtureRun,
  SoftKMeans,
} from 'emgpu';
import type { ModelChoice } from './choices.ts';

export type Run = MixtureRun | KMeansRun;
export type Fit = MixtureFit | KMeansFit;

/** Both kinds of estimators, as the workbench calls them. */
export interface AnyEstimator {
  start(...call: Parameters<GaussianMixture['start']>): Promise<Run>;
  fit(...call: Parameters<GaussianMixture['fit']>): Promise<Fit>;
}

/** Rows that the spread of points is told from. */
const SPREAD_ROWS = 50_000;

/** Of soft k-means: σ as a share of the points' standard deviation. */
export const DEFAULT_SOFTNESS = 0.25;

/** The estimator that a choice names. `nInit`: 1 to step it. */
export function estimatorOf(choice: ModelChoice, points: HostPoints, nInit: number): AnyEstimator {
  const { kind, k, seed, tol, backend } = choice;
  const common = { seed, tol, backend, nInit };
  if (kind === 'k-means') {
    return new KMeans({ ...common, nClusters: k, init: choice.init === 'random' ? 'random' : 'k-means++' });
  }
  if (kind === 'soft-k-means') {
    const init = choice.init === 'random' ? 'random-from-data' : choice.init;
    return new SoftKMeans({ ...common, nClusters: k, init, stiffness: stiffnessOf(choice, points) });
  }
  return new GaussianMixture({ ...common, nComponents: k, covarianceType: kind, init: choice.init });
}

/** β = 1 / (2 σ²), per squared unit of the points. */
export function stiffnessOf({ softness = DEFAULT_SOFTNESS }: ModelChoice, points: HostPoints): number {
  return 1 / (2 * softness ** 2 * (meanVariance(points) || 1));
}

/** Of the columns, from at most {@link SPREAD_ROWS} rows spread over all. */
function meanVariance({ data, nFeatures: D }: HostPoints): number {
  const N = data.length / D;
  const rows = Math.min(N, SPREAD_ROWS);
  let sum = 0;
  for (let d = 0; d < D; d++) {
    const values = Float64Array.from({ length: rows }, (_, i) => data[Math.floor((i * N) / rows) * D + d]!);
    const mean = values.reduce((a, b) => a + b, 0) / rows;
    sum += values.reduce((a, x) => a + (x - mean) ** 2, 0) / rows;
  }
  return sum / D;
}
