import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, measured, total } from '../../../demo/charts/format.ts';
import { marginFor } from '../../../demo/charts/margin.ts';
import { operationsPerPoint, ratesOf } from '../../../demo/charts/rates.ts';
import { axisFor, thin } from '../../../demo/charts/thin.ts';
import type { RunFacts } from '../../../demo/charts/types.ts';

const run: RunFacts = {
  label: 'full mixture, K 3',
  objective: 'log-likelihood',
  history: [-30, -20],
  iteration: 1,
  converged: false,
  msPerIteration: 4,
  nSamples: 1_000_000,
  nFeatures: 2,
  k: 3,
  kind: 'full',
  backend: 'cpu',
  adapter: '2 threads',
  reason: 'the CPU was asked for',
};

describe('rates', () => {
  test('count points read once, and the operations of the least work', () => {
    // Per point 2 numbers of 4 bytes, and per component 2·2² + 9·2 + 12 operations; 250 iterations a second.
    expect(ratesOf(run)).toEqual({ perSecond: 250, gbps: 2, gflops: (1e6 * 3 * 38 * 250) / 1e9 });
  });

  test('are absent before the first iteration', () => {
    expect(ratesOf({ ...run, msPerIteration: undefined })).toBeUndefined();
  });

  test('exist for every kind of model; what is shared costs less than what each component has', () => {
    const of = (kind: RunFacts['kind']) => operationsPerPoint(kind, 5, 7);
    expect(of('soft-k-means')).toBe(of('tied-spherical'));
    const rising = ['k-means', 'tied-spherical', 'tied-diag', 'diag', 'full'] as const;
    expect(rising.map(of)).toEqual(rising.map(of).toSorted((a, b) => a - b));
  });
});

describe('the course', () => {
  test('is thinned to a few hundred points that are out of it, ends included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 3000 }), (history) => {
        const points = thin(history);
        expect(points.length).toBe(Math.min(history.length, 240));
        expect(points[0]).toEqual({ iteration: 0, value: history[0] });
        expect(points.at(-1)).toEqual({ iteration: history.length - 1, value: history.at(-1) });
        for (const { iteration, value } of points) expect(value).toBe(history[iteration]);
        expect(new Set(points.map(({ iteration }) => iteration)).size).toBe(points.length);
      }),
      { numRuns: 30 },
    );
  });

  test('has an axis from where it has slowed down', () => {
    const history = Array.from({ length: 101 }, (_, i) => -(10 ** (6 - i)));
    const [low, high] = axisFor([history])!;
    // The first three of a hundred iterations are off the axis.
    expect(low).toBeLessThan(-1000);
    expect(low).toBeGreaterThan(-10_000);
    expect(high).toBeGreaterThan(history.at(-1)!);
  });

  test('has no axis while there is nothing', () => {
    expect(axisFor([[]])).toBeUndefined();
    const [low, high] = axisFor([[5]])!;
    expect(low < 5 && high > 5).toBe(true);
  });
});

test('numbers are written as people read them', () => {
  expect(total(-1130.2639602966813)).toBe('\u22121,130.26');
  expect(total(2314.2961)).toBe('2,314.30');
  expect(total(-12_345_678.9)).toBe('\u221212,345,679');
  expect(total(1.5e-7)).toBe('1.5000e\u22127');
  expect([0.00014, 0.00269, 1234.5, 99.95].map(measured)).toEqual(['0.00014', '0.00269', '1,230', '100']);
  expect([0, 1023, 5_000_000, 3 * 2 ** 30].map(bytes)).toEqual(['0 bytes', '1,020 bytes', '4.77 MiB', '3 GiB']);
});

describe('the margin beside an axis', () => {
  test('grows with its longest number, sign and separators included', () => {
    const room = (characters: number) => 12 + 6.5 * characters;
    expect(marginFor([0, 1], 4)).toBe(room('0.0?'.length));
    expect(marginFor([-38_500_000, -37_100_000], 4)).toBe(room('−38,500,000'.length));
    expect(marginFor([-1130.3, -1130.2], 4)).toBe(room('−1,130.30'.length));
  });
});
