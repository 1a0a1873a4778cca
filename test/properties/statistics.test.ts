import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addStatistics } from '../../src/em/statistics.ts';
import type { KernelParameters, Statistics } from '../../src/em/types.ts';
import { expectClose, identityFrame, KINDS, randomParameters, uniforms } from '../cpu/samples.ts';
import { backend, heaps, rowsAt, runs, sizes } from './samples.ts';

async function statisticsOf(points: Parameters<typeof rowsAt>[0], parameters: KernelParameters): Promise<Statistics> {
  const frame = identityFrame(points.nFeatures);
  const dataset = await backend.load(points, { scaling: 'per-feature', frame });
  try {
    return await dataset.expectation(parameters);
  } finally {
    dataset.destroy();
  }
}

function expectSame(actual: Statistics, expected: Statistics): void {
  expect(actual.nSamples).toBe(expected.nSamples);
  expect(actual.centers).toEqual(expected.centers);
  expectClose([actual.objective], [expected.objective], 1e-13);
  for (const sum of ['counts', 'first', 'second'] as const) expectClose(actual[sum], expected[sum], 1e-13);
}

describe.each(KINDS)('%s', (kind) => {
  test('statistics add over any split of the points', async () => {
    const shares = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    await fc.assert(
      fc.asyncProperty(sizes, shares, async (size, share) => {
        const points = heaps(size);
        const parameters = randomParameters(kind, size.K, size.D, size.seed);
        const next = uniforms(size.seed + 9);
        const side = Array.from({ length: size.N }, () => next() < share);
        const parts = [true, false].map((which) => side.flatMap((s, n) => (s === which ? [n] : [])));
        fc.pre(parts.every((part) => part.length > 0));
        const [a, b] = await Promise.all(parts.map((part) => statisticsOf(rowsAt(points, part), parameters)));
        const whole = await statisticsOf(points, parameters);
        expectSame(addStatistics(a!, b!), whole);
        expectSame(addStatistics(b!, a!), whole);
      }),
      runs,
    );
  });

  test('statistics of single points add up', async () => {
    const size = { N: 20, D: 2, K: 3, seed: 5 };
    const points = heaps(size);
    const parameters = randomParameters(kind, size.K, size.D, size.seed);
    const each = await Promise.all(
      Array.from({ length: size.N }, (_, n) => statisticsOf(rowsAt(points, [n]), parameters)),
    );
    expectSame(each.reduce(addStatistics), await statisticsOf(points, parameters));
  });

  test('every point is counted once', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const parameters = randomParameters(kind, size.K, size.D, size.seed);
        const { counts } = await statisticsOf(heaps(size), parameters);
        expectClose([counts.reduce((a, b) => a + b)], [size.N], 1e-14);
        expect(counts.every((count) => count >= 0)).toBe(true);
      }),
      runs,
    );
  });
});
