import { expect } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  type CovarianceType,
  EmgpuError,
  type ErrorCode,
  type GaussianMixtureJSON,
  MixtureModel,
} from '../../src/public.ts';

/** Every covariance type. */
export const TYPES = [
  'full',
  'tied',
  'diag',
  'spherical',
  'tied-diag',
  'tied-spherical',
] as const satisfies CovarianceType[];

type MixtureParts = Pick<GaussianMixtureJSON, 'covarianceType' | 'weights' | 'means' | 'covariances'>;

/** A model file, of which the test writes down only what matters. */
export function mixtureJSON(parts: MixtureParts): GaussianMixtureJSON {
  return {
    format: 'emgpu-model',
    version: 1,
    model: 'gaussian-mixture',
    nFeatures: parts.means[0]!.length,
    nComponents: parts.weights.length,
    ...parts,
  };
}

/** Two components that are told apart easily, and their true parameters. */
export const TWO_GROUPS = mixtureJSON({
  covarianceType: 'full',
  weights: [0.3, 0.7],
  means: [
    [0, 0],
    [8, 5],
  ],
  covariances: [
    [
      [1, 0.6],
      [0.6, 2],
    ],
    [
      [2, -0.5],
      [-0.5, 1],
    ],
  ],
});

/** Three components so close that EM needs many iterations. */
export const THREE_OVERLAPPING = mixtureJSON({
  covarianceType: 'full',
  weights: [0.4, 0.3, 0.3],
  means: [
    [0, 0],
    [1.5, 0.5],
    [0, 2.5],
  ],
  covariances: [
    [
      [1, 0],
      [0, 1],
    ],
    [
      [0.5, 0.2],
      [0.2, 2],
    ],
    [
      [2, -0.3],
      [-0.3, 0.4],
    ],
  ],
});

/** `n` points of a model. */
export function pointsOf(json: GaussianMixtureJSON, n: number, seed = 0): HostPoints {
  return { data: MixtureModel.fromJSON(json).sample(n, seed).data, nFeatures: json.nFeatures };
}

/** The error that `work` throws or rejects with: an {@link EmgpuError} of this code that tells what to do. */
export async function refusal(work: () => unknown, code: ErrorCode): Promise<EmgpuError> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(EmgpuError);
  const { code: found, remedy, message } = error as EmgpuError;
  expect(`${found}: ${message}`).toMatch(new RegExp(`^${code}: `));
  expect(remedy.length).toBeGreaterThan(5);
  expect(message.endsWith(` ${remedy}`)).toBe(true);
  expect(message.length).toBeGreaterThan(remedy.length + 5);
  return error as EmgpuError;
}

/** Every number in nested arrays within `relative` of what was expected, and at least within `absolute`. */
export function expectNear(actual: unknown, expected: unknown, relative: number, absolute = 0): void {
  const numbers = (value: unknown) => (Array.isArray(value) ? value.flat(3) : [value]) as number[];
  const [a, b] = [numbers(actual), numbers(expected)];
  expect(a.length).toBe(b.length);
  const bad = a.flatMap((x, i) =>
    Math.abs(x - b[i]!) <= absolute + relative * Math.abs(b[i]!) ? [] : [`[${i}] ${x}, expected ${b[i]}`],
  );
  expect(bad).toEqual([]);
}
