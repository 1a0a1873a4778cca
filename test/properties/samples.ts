import fc from 'fast-check';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import type { Covariances, CovarianceType, GaussianMixtureJSON } from '../../src/index.ts';
import { TYPES } from '../api/data.ts';
import { randomRows, uniforms } from '../cpu/samples.ts';

export const backend = createCpuBackend();

export const cpu = { backend: 'cpu' } as const;

/** Fresh random cases in every run; fast-check prints the seed of one that fails. */
export const runs = { numRuns: 30 } as const;

/** How many points, features and components, and a seed for the rest. */
export interface Size {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly seed: number;
}

/** N from K on, and across the border of a tile of 256 points. */
export const sizes: fc.Arbitrary<Size> = fc.record({
  N: fc.oneof(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 250, max: 262 }), fc.integer({ min: 300, max: 700 })),
  D: fc.integer({ min: 1, max: 4 }),
  K: fc.integer({ min: 1, max: 5 }),
  seed: fc.nat(),
});

/** Enough points for every component to be well determined. */
export const ampleSizes: fc.Arbitrary<Size> = fc.record({
  N: fc.integer({ min: 200, max: 400 }),
  D: fc.integer({ min: 1, max: 3 }),
  K: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});

export const covarianceTypes: fc.Arbitrary<CovarianceType> = fc.constantFrom(...TYPES);

/** Points around K places, in overlapping heaps. */
export function heaps({ N, D, K, seed }: Size): HostPoints {
  const places = randomRows(K, D, seed + 1);
  const noise = randomRows(N, D, seed);
  const next = uniforms(seed + 2);
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const k = Math.floor(next() * K);
    for (let d = 0; d < D; d++) data[n * D + d] = 3 * places[k * D + d]! + noise[n * D + d]!;
  }
  return { data, nFeatures: D };
}

/** A start that needs no seeding: means at the first points, one wide covariance for all. */
export function startAt({ data, nFeatures: D }: HostPoints, K: number, type: CovarianceType): GaussianMixtureJSON {
  const variances = Array(D).fill(4);
  const one = {
    full: eye(D),
    tied: eye(D),
    diag: variances,
    spherical: 4,
    'tied-diag': variances,
    'tied-spherical': [4],
  }[type];
  return {
    format: 'emgpu-model',
    version: 1,
    model: 'gaussian-mixture',
    covarianceType: type,
    nFeatures: D,
    nComponents: K,
    weights: Array(K).fill(1 / K),
    means: Array.from({ length: K }, (_, k) => [...data.subarray(k * D, (k + 1) * D)]),
    covariances: (type.startsWith('tied') ? one : Array(K).fill(one)) as Covariances,
  };
}

function eye(D: number): number[][] {
  return Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, j) => (i === j ? 4 : 0)));
}

/** The numbers 0 … n − 1 in random order. */
export function shuffled(n: number, seed: number): number[] {
  const next = uniforms(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** The rows of points at some indices. */
export function rowsAt({ data, nFeatures: D }: HostPoints, indices: readonly number[]): HostPoints {
  return { data: Float64Array.from(indices.flatMap((n) => [...data.subarray(n * D, (n + 1) * D)])), nFeatures: D };
}
