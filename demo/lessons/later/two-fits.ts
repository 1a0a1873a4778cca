import { adjustedRandIndex, GaussianMixture, KMeans } from 'emgpu';
import { ON_CPU } from '../kit/index.ts';
import type { Drawn } from './points.ts';

/** How one algorithm groups two clouds, and what it made of them. */
export interface Grouping {
  /** 0 or 1 per point; named so that they match the clouds where they can. */
  readonly labels: ArrayLike<number>;
  /** `[2][2]` centres or means in the order of the labels. */
  readonly centers: readonly (readonly number[])[];
  /** `[2][2][2]`, of the mixture. */
  readonly covariances?: readonly number[][][];
  /** Adjusted Rand index with the clouds that the points came from. */
  readonly agreement: number;
}

export interface TwoFits {
  readonly kMeans: Grouping;
  readonly mixture: Grouping;
  /** Adjusted Rand index of one with the other. */
  readonly agreement: number;
}

/** Enough that the best of them is the optimum. */
const STARTS = { nInit: 5, seed: 1 };

/** k-means and a mixture of full covariances on the same points. */
export async function fitBoth({ points, labels }: Drawn): Promise<TwoFits> {
  using kMeans = await new KMeans({ nClusters: 2, tol: 0, ...STARTS, ...ON_CPU }).fit(points);
  using mixture = await new GaussianMixture({ nComponents: 2, ...STARTS, ...ON_CPU }).fit(points);
  const ofKMeans = await kMeans.predict();
  const ofMixture = await mixture.predict();
  return {
    kMeans: grouping(ofKMeans, labels, kMeans.centers),
    mixture: grouping(ofMixture, labels, mixture.means, mixture.fullCovariances),
    agreement: adjustedRandIndex(ofKMeans, ofMixture),
  };
}

function grouping(
  found: Uint32Array,
  truth: Uint32Array,
  centers: readonly number[][],
  covariances?: readonly number[][][],
): Grouping {
  const alike = found.reduce((count, label, i) => count + (label === truth[i] ? 1 : 0), 0);
  const swap = 2 * alike < found.length;
  return {
    labels: swap ? found.map((label) => 1 - label) : found,
    centers: swap ? centers.toReversed() : centers,
    ...(covariances && { covariances: swap ? covariances.toReversed() : covariances }),
    agreement: adjustedRandIndex(truth, found),
  };
}
