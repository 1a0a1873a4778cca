import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findPatterns } from '../../src/em/missing/patterns.ts';
import { SEEDING_TILE, type SeedingDistances } from '../../src/em/seeding-distances.ts';
import { expectClose, randomParameters, randomRows, uniforms } from '../cpu/samples.ts';
import { backend, incomplete, type Size, sizes, withDataset, withGaps } from './samples.ts';

const N_A = Number.NaN;
const someSize: Size = { N: 30, D: 3, K: 2, seed: 2, share: 0.3, weighted: false };
test('patterns of up to 128 columns: each row once, with those that lack the same', async () => {
  const cases = fc.record({
    N: fc.integer({ min: 1, max: 60 }),
    D: fc.constantFrom(1, 2, 31, 32, 33, 64, 65, 127, 128),
    share: fc.constantFrom(0, 0.01, 0.5),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ N, D, share, seed }) => {
      const data = withGaps(randomRows(N, D, seed), D, share, seed + 1);
      const patterns = await findPatterns({ data, nFeatures: D }, undefined);
      const keyOf = (row: number) => Array.from(data.subarray(row * D, (row + 1) * D), Number.isNaN).join();
      for (const { observed, missing, rows } of patterns) {
        const key = Array.from({ length: D }, (_, d) => missing.includes(d)).join();
        expect(rows.every((row, i) => keyOf(row) === key && (i === 0 || rows[i - 1]! < row))).toBe(true);
        expect([...observed, ...missing].sort((a, b) => a - b)).toEqual(Array.from({ length: D }, (_, d) => d));
      }
      expect(patterns.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b)).toEqual([...Array(N).keys()]);
      expect(patterns.length).toBe(new Set(Array.from({ length: N }, (_, row) => keyOf(row))).size);
      const counts = patterns.map(({ rows }) => rows.length);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
    }),
    { numRuns: 60 },
  );
});

test('rows come in the frame, gaps as its 0, in the order that was asked for', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const { rows, points, frame } = incomplete(size);
      const next = uniforms(size.seed);
      const wanted = Uint32Array.from({ length: 10 }, () => Math.floor(next() * size.N));
      const found = await withDataset({ points, frame }, (dataset) => dataset.rows(wanted));
      const expected = [...wanted].flatMap((n) => [...rows.subarray(n * size.D, (n + 1) * size.D)]);
      expectClose(
        found,
        expected.map((x) => (Number.isNaN(x) ? 0 : x)),
        1e-14,
      );
    }),
    { numRuns: 30 },
  );
});

describe('seeding', () => {
  /** `w D / O` times the squared distance over what is observed of x; w before the first centre. */
  function naiveValue(x: Float64Array, weights: Float64Array, w: number, centers: readonly Float64Array[]): number {
    const D = x.length;
    const distances = centers.map((center) => {
      let [sum, seen] = [0, 0];
      for (let d = 0; d < D; d++) {
        if (Number.isNaN(x[d]!)) continue;
        sum += weights[d]! * (x[d]! - center[d]!) ** 2;
        seen++;
      }
      return (sum * D) / seen;
    });
    return centers.length === 0 ? w : w * Math.min(...distances);
  }

  /** Values that are not 0 by row, read tile by tile, the last tile first, and compared with the sums of the tiles. */
  async function valuesByRow(distances: SeedingDistances, sums: Float64Array): Promise<Map<number, number>> {
    const tiles = Math.ceil(distances.size / SEEDING_TILE);
    const order = Uint32Array.from({ length: tiles }, (_, t) => tiles - 1 - t);
    const values = await distances.tileValues(order);
    const byRow = new Map<number, number>();
    order.forEach((tile, i) => {
      const within = values.subarray(i * SEEDING_TILE, (i + 1) * SEEDING_TILE);
      expectClose([sums[tile]!], [within.reduce((a, b) => a + b, 0)], 1e-13);
      within.forEach((value, j) => {
        if (value !== 0) byRow.set(distances.rowAt(tile * SEEDING_TILE + j), value);
      });
    });
    return byRow;
  }

  async function compare(size: Size, sampled: boolean): Promise<void> {
    const { rows, points, sampleWeight, frame } = incomplete(size);
    const { N, D, seed } = size;
    const next = uniforms(seed + 5);
    const looked = Uint32Array.from({ length: N }, (_, n) => n).filter((n) => !sampled || n === 0 || next() < 0.7);
    const weights = Float64Array.from({ length: D }, () => next() * 2);
    const centers = [randomRows(1, D, seed + 6), randomRows(1, D, seed + 7)];
    const candidates = [8, 9, 10].map((more) => randomRows(1, D, seed + more));
    const naive = (chosen: readonly Float64Array[]) =>
      Array.from(looked, (n) => naiveValue(rows.subarray(n * D, (n + 1) * D), weights, sampleWeight?.[n] ?? 1, chosen));
    await withDataset({ points, frame }, async (dataset) => {
      const distances = dataset.seedingDistances(weights, sampled ? looked : undefined);
      for (let added = 0; added <= centers.length; added++) {
        if (added > 0) await distances.add(centers[added - 1]!);
        const sums = await distances.tileSums(Float64Array.from(candidates.flatMap((c) => [...c])));
        const byRow = await valuesByRow(distances, sums);
        const found = Array.from(looked, (n) => byRow.get(n) ?? 0);
        expectClose(found, naive(centers.slice(0, added)), 1e-13);
        expect([...byRow.keys()].every((n) => looked.includes(n))).toBe(true);
        const tiles = sums.length / 4;
        candidates.forEach((candidate, m) => {
          const whole = naive([...centers.slice(0, added), candidate]).reduce((a, b) => a + b, 0);
          expectClose([sums.subarray((m + 1) * tiles, (m + 2) * tiles).reduce((a, b) => a + b, 0)], [whole], 1e-12);
        });
      }
      distances.destroy();
    });
  }

  test('sums and values are those of a naive loop, over all rows or a sample', async () => {
    await fc.assert(fc.asyncProperty(sizes, fc.boolean(), compare), { numRuns: 30 });
  });

  test('every position has a row', async () => {
    const data = Float64Array.of(1, N_A, 2, 3, N_A, 4);
    await withDataset({ points: { data, nFeatures: 2 } }, async (dataset) => {
      const distances = dataset.seedingDistances(Float64Array.of(1, 1));
      const rows = Array.from({ length: distances.size }, (_, position) => distances.rowAt(position));
      expect(new Set(rows)).toEqual(new Set([0, 1, 2]));
    });
  });
});

test('points without gaps are an ordinary dataset', async () => {
  const points = { data: randomRows(50, 3, 1), nFeatures: 3 };
  const ordinary = await backend.load(points, { scaling: 'per-feature' });
  await withDataset({ points }, async (dataset) => {
    expect(dataset.constructor).toBe(ordinary.constructor);
    expect(dataset.frame).toEqual(ordinary.frame);
    const parameters = randomParameters('full', 2, 3, 4);
    expect(await dataset.expectation(parameters)).toEqual(await ordinary.expectation(parameters));
  });
  ordinary.destroy();
});

test('the frame has the medians and spreads of what is observed, in rows that count', async () => {
  const data = Float64Array.of(1, N_A, 3, 40, 4, 70, N_A, 80, 1e6, 1e6);
  const points = { data, nFeatures: 2, sampleWeight: Float64Array.of(1, 2, 1, 0.5, 0) };
  await withDataset({ points }, async ({ frame, totalWeight, nSamples }) => {
    expect([...frame.shift]).toEqual([3, 70]);
    expect([...frame.scale]).toEqual([1, 16]);
    expect([totalWeight, nSamples]).toEqual([4.5, 5]);
  });
});

test('weights: 2 is the row twice, 0 is its absence, also where a whole pattern weighs nothing', async () => {
  const { points, frame } = incomplete({ ...someSize, N: 40, D: 3, share: 0.4 });
  const D = 3;
  const row = (n: number) => [...points.data.subarray(n * D, (n + 1) * D)];
  const parameters = randomParameters('full', 2, D, 3);
  const next = uniforms(9);
  const sampleWeight = Float64Array.from({ length: 40 }, () => Math.floor(next() * 3));
  const repeated = [...sampleWeight].flatMap((w, n) => Array.from({ length: w }, () => row(n)).flat());
  // A pattern of its own: only the first feature.
  const data = Float64Array.of(...points.data, 0.5, N_A, N_A);
  const alone = { data, nFeatures: D, sampleWeight: Float64Array.of(...sampleWeight, 0) };
  await withDataset({ points: alone, frame }, async (dataset) => {
    const weighted = await dataset.expectation(parameters);
    const twice = await withDataset({ points: { data: Float64Array.from(repeated), nFeatures: D }, frame }, (d) =>
      d.expectation(parameters),
    );
    for (const sum of ['counts', 'first', 'second'] as const) expectClose(weighted[sum], twice[sum], 1e-13);
    expectClose([weighted.objective], [twice.objective], 1e-13);
    expect(weighted.totalWeight).toBe(twice.totalWeight);
    expect((await dataset.read('logDensities', parameters)).every(Number.isFinite)).toBe(true);
  });
});
