import { expect } from 'vitest';
import type { Frame } from '../../src/data/frame.ts';
import type { KernelParameters } from '../../src/em/types.ts';

export const KINDS = ['full', 'tied', 'diag', 'spherical', 'k-means'] as const;
export const MIXTURES = ['full', 'tied', 'diag', 'spherical'] as const;

/** Uniform numbers in [0, 1): mulberry32. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** N × D numbers with mean 0 and a spread near 1. */
export function randomRows(nSamples: number, nFeatures: number, seed: number): Float64Array {
  const next = uniforms(seed);
  return Float64Array.from({ length: nSamples * nFeatures }, () => (next() + next() + next() + next() - 2) * 2);
}

/** Sample weights from 0 to 3, a tenth of them 0. */
export function randomWeights(nSamples: number, seed: number): Float64Array {
  const next = uniforms(seed);
  return Float64Array.from({ length: nSamples }, () => Math.max(0, 3.3 * next() - 0.3));
}

/** Parameters of a kind with centers among the points and factors whose components overlap. */
export function randomParameters(
  kind: (typeof KINDS)[number],
  nComponents: number,
  nFeatures: number,
  seed: number,
): KernelParameters {
  const d = nFeatures;
  const next = uniforms(seed);
  const scale = 1 / Math.sqrt(d);
  const triangle = () =>
    Array.from({ length: d * d }, (_, at) => {
      const i = Math.floor(at / d);
      const j = at % d;
      if (i === j) return scale * (1 + next());
      return i < j ? (scale * (next() - 0.5)) / Math.sqrt(d) : 0;
    });
  const positive = (length: number) => Array.from({ length }, () => scale * (1 + next()));
  const factors = {
    full: () => Array.from({ length: nComponents }, triangle).flat(),
    tied: triangle,
    diag: () => positive(nComponents * d),
    spherical: () => positive(nComponents),
    'k-means': () => [],
  };
  return {
    kind,
    nComponents,
    nFeatures,
    means: randomRows(nComponents, d, seed + 1),
    precisionsCholesky: Float64Array.from(factors[kind]()),
    logNormalizers: Float64Array.from({ length: kind === 'k-means' ? 0 : nComponents }, () => -next() * 3),
  };
}

/** The frame in which points are what they are. */
export function identityFrame(nFeatures: number): Frame {
  return { shift: new Float64Array(nFeatures), scale: new Float64Array(nFeatures).fill(1) };
}

/** Every number within `tolerance` of what was expected, relative to the largest expected (at least 1). */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length);
  let largest = 1;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    const error = Math.abs(actual[i]! - expected[i]!);
    // Math.max keeps a NaN.
    worst = Math.max(worst, error);
  }
  expect(worst).toBeLessThanOrEqual(tolerance * largest);
}
