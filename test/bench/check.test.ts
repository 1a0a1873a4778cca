import { expect, test } from 'vitest';
import { CHECKED_ITERATIONS, deviationOf, objection, STRETCHED_ITERATIONS, toleranceFor } from '../../bench/check.ts';
import { KINDS } from '../../bench/problem.ts';

const weights = [0.75, 0.25];
const means = [0, 0, 10, 20];
// Standard deviations 1 and 2, then 3 and 4.
const full = [1, 0, 0, 4, 9, 0, 0, 16];

test('a model is at distance 0 from itself', () => {
  for (const [kind, covariances] of Object.entries({
    full,
    tied: [1, 0, 0, 4],
    diag: [1, 4, 9, 16],
    spherical: [1, 4],
  })) {
    const model = { weights, means, covariances };
    expect(deviationOf(kind as 'full', model, model, 2)).toBe(0);
  }
  expect(deviationOf('k-means', { means }, { means }, 2)).toBe(0);
});

test('means count in standard deviations, averaged over components by their weight', () => {
  const reference = { weights, means, covariances: full };
  const moved = { ...reference, means: [0, 0, 10.3, 20.4] };
  // A tenth of a standard deviation in both features of the component with weight 0.25.
  expect(deviationOf('full', moved, reference, 2)).toBeCloseTo(0.025, 12);
});

test('covariances count over the product of both standard deviations', () => {
  const reference = { weights, means, covariances: full };
  const turned = { ...reference, covariances: [1, 0.2, 0.2, 4, 9, 0, 0, 16] };
  // Correlation 0.1 in two of four entries of the component with weight 0.75.
  expect(deviationOf('full', turned, reference, 2)).toBeCloseTo(0.75 * Math.sqrt(0.01 / 2), 12);
  const tied = { weights, means, covariances: [1, 0, 0, 4] };
  expect(deviationOf('tied', { ...tied, covariances: [1, 0, 0, 4.4] }, tied, 2)).toBeCloseTo(0.05, 12);
});

test('weights that were exchanged show, and so does what is missing or no number', () => {
  const reference = { weights, means, covariances: [1, 4, 9, 16] };
  expect(deviationOf('diag', { ...reference, weights: [0.25, 0.75] }, reference, 2)).toBe(0.5);
  expect(deviationOf('diag', { means }, reference, 2)).toBe(Number.POSITIVE_INFINITY);
  expect(deviationOf('k-means', { means: [0, 0, Number.NaN, 1] }, { means }, 2)).toBe(Number.POSITIVE_INFINITY);
});

test('a wrong component is beyond the tolerance of every shape that is run', () => {
  for (const kind of KINDS) {
    for (const D of [2, 8, 64]) expect(toleranceFor(kind, 50_000, D, CHECKED_ITERATIONS)).toBeLessThan(2e-3);
    for (const D of [2, 8, 16]) expect(toleranceFor(kind, 50_000, D, STRETCHED_ITERATIONS)).toBeLessThan(2e-3);
    expect(toleranceFor(kind, 50_000, 8, CHECKED_ITERATIONS)).toBeGreaterThan(1e-5);
  }
});

test('a check vouches for times only where it holds and went the way that was timed', () => {
  const check = { iterations: 2, deviation: 1e-7, tolerance: 1e-5 };
  expect(objection(check, false)).toBeUndefined();
  expect(objection({ ...check, stretched: true }, true)).toBeUndefined();
  expect(objection({ ...check, deviation: 0.1 }, false)).toMatch(/after 2 iterations 1\.0e-1 from/);
  expect(objection({ ...check, deviation: Number.NaN }, false)).toMatch(/reference/);
  expect(objection(check, true)).toMatch(/on the device alone/);
});
