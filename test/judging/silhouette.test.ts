import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { type Silhouette, silhouette } from '../../src/judging/silhouette.ts';
import { randomRows, uniforms } from '../cpu/samples.ts';
import { byEruption, byPetal, bySepal, byWaiting, faithful, iris, refusal, species } from './data.ts';

const cases = fc
  .record({
    N: fc.integer({ min: 3, max: 60 }),
    D: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 2, max: 5 }),
    seed: fc.nat(),
  })
  .map(({ N, D, K, seed }) => {
    const next = uniforms(seed + 1);
    const labels = Array.from({ length: N }, (_, i) => (i < 2 ? i : Math.floor(next() * K)));
    const weights = Float64Array.from({ length: N }, (_, i) => (i < 2 ? 1 : Math.floor(next() * 4)));
    return { points: { data: randomRows(N, D, seed), nFeatures: D }, labels, weights };
  });

const runs = { numRuns: 60 } as const;

/** Scores apart from the labels they belong to. */
const scores = ({ score, perCluster }: Silhouette) => [score, ...perCluster.map((cluster) => cluster.score)];

function expectScores(actual: readonly number[], expected: readonly number[], digits: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, digits);
  });
}

/** The definition, row by row. */
function naive({ data, nFeatures: D }: HostPoints, labels: readonly number[]): number {
  const n = labels.length;
  const distance = (i: number, j: number) =>
    Math.hypot(...Array.from({ length: D }, (_, d) => data[i * D + d]! - data[j * D + d]!));
  const names = [...new Set(labels)];
  const values = labels.map((own, i) => {
    const mean = (label: number) => {
      const others = labels.flatMap((l, j) => (l === label && j !== i ? [j] : []));
      return others.length > 0 ? others.reduce((sum, j) => sum + distance(i, j), 0) / others.length : undefined;
    };
    const inside = mean(own);
    if (inside === undefined) return 0;
    const nearest = Math.min(...names.filter((name) => name !== own).map((name) => mean(name)!));
    return Math.max(inside, nearest) > 0 ? (nearest - inside) / Math.max(inside, nearest) : 0;
  });
  return values.reduce((a, b) => a + b, 0) / n;
}

describe('as scikit-learn 1.9.1', () => {
  const golden: [string, HostPoints, (number | string)[], number, [number | string, number, number][]][] = [
    [
      ...(['iris, species', iris, species, 0.5034774406932961] as const),
      [
        ['setosa', 0.7893812421871645, 50],
        ['versicolor', 0.40908463959698727, 50],
        ['virginica', 0.3119664402957364, 50],
      ],
    ],
    [
      ...(['iris, petals', iris, byPetal, 0.49380173764682717] as const),
      [
        [0, 0.7932428617747602, 50],
        [1, 0.37137764331934775, 52],
        [2, 0.3145100022016662, 48],
      ],
    ],
    [
      ...(['iris, sepals', iris, bySepal, 0.11847195418805166] as const),
      [
        [4, 0.56221922848585, 22],
        [5, -0.34855065324327966, 61],
        [6, 0.3973539331974829, 54],
        [7, 0.4004959658996181, 13],
      ],
    ],
    [
      ...(['faithful, eruptions', faithful, byEruption, 0.7096329965844277] as const),
      [
        [0, 0.7113135067927986, 97],
        [1, 0.7087015137832164, 175],
      ],
    ],
    [
      ...(['faithful, waiting', faithful, byWaiting, 0.5271551092360106] as const),
      [
        [2, 0.7501264666472427, 77],
        [3, 0.2570826405035755, 103],
        [4, 0.6429015196574882, 92],
      ],
    ],
  ];

  test.each(golden)('%s', async (_, points, labels, score, perCluster) => {
    const result = await silhouette(points, labels);
    expect(result.score).toBeCloseTo(score, 12);
    expect(result.perCluster.map(({ label, nSamples, weight }) => [label, nSamples, weight])).toEqual(
      perCluster.map(([label, , n]) => [label, n, n]),
    );
    expectScores(
      result.perCluster.map((cluster) => cluster.score),
      perCluster.map(([, value]) => value),
      12,
    );
    expect([result.nSamples, result.sampled]).toEqual([labels.length, false]);
  });

  test('faithful, row i taken i mod 4 times', async () => {
    const sampleWeight = Float32Array.from(byEruption, (_, i) => i % 4);
    const result = await silhouette({ ...faithful, sampleWeight }, byEruption);
    expectScores(scores(result), [0.7266449467649996, 0.7248108264314836, 0.7275419253222664], 12);
    expect(result.perCluster.map(({ weight }) => weight)).toEqual([134, 274]);
    expect(result.nSamples).toBe(204);
  });
});

describe('whatever the points', () => {
  test('it is what its definition says, from −1 to 1', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ points, labels }) => {
        const result = await silhouette(points, labels);
        expect(result.score).toBeCloseTo(naive(points, labels), 12);
        for (const score of scores(result)) expect(Math.abs(score)).toBeLessThanOrEqual(1);
      }),
      runs,
    );
  });

  test('shift, scale and names do not matter', async () => {
    const shifts = fc.double({ min: -100, max: 100, noNaN: true });
    const factors = fc.double({ min: 0.01, max: 100, noNaN: true });
    await fc.assert(
      fc.asyncProperty(cases, shifts, factors, async ({ points, labels, weights }, shift, factor) => {
        const before = await silhouette({ ...points, sampleWeight: weights }, labels);
        const data = points.data.map((x: number) => factor * x + shift);
        const moved = { data, nFeatures: points.nFeatures, sampleWeight: weights };
        const renamed = labels.map((label) => `c${label}`);
        expectScores(scores(await silhouette(moved, renamed)), scores(before), 8);
      }),
      runs,
    );
  });

  test('a row of weight w counts as w rows', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ points, labels, weights }) => {
        const D = points.nFeatures;
        const times = [...weights].flatMap((w, i) => Array<number>(w).fill(i));
        const repeated = {
          data: Float64Array.from(times.flatMap((i) => [...points.data.subarray(i * D, (i + 1) * D)])),
          nFeatures: D,
        };
        const expected = await silhouette(
          repeated,
          times.map((i) => labels[i]!),
        );
        const actual = await silhouette({ ...points, sampleWeight: weights }, labels);
        expectScores(scores(actual), scores(expected), 12);
      }),
      runs,
    );
  });

  test('weights that are shares of a row, too, leave it from −1 to 1', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.double({ min: 1e-6, max: 1, noNaN: true }), async (one, unit) => {
        const sampleWeight = one.weights.map((w) => w * unit);
        const result = await silhouette({ ...one.points, sampleWeight }, one.labels);
        for (const score of scores(result)) expect(Math.abs(score)).toBeLessThanOrEqual(1);
      }),
      runs,
    );
  });
});

test('a row alone in its cluster has 0, and so have rows that are all in one place', async () => {
  const alone = await silhouette({ data: Float64Array.of(0, 1, 10), nFeatures: 1 }, [0, 0, 7]);
  expect(alone.perCluster[1]).toEqual({ label: 7, score: 0, nSamples: 1, weight: 1 });
  expect(alone.perCluster[0]!.score).toBeCloseTo((9 / 10 + 8 / 9) / 2, 14);
  const heap = await silhouette({ data: new Float64Array(8), nFeatures: 2 }, [0, 0, 1, 1]);
  expect(heap.score).toBe(0);
});

describe('coordinates whose squares are beyond float64', () => {
  const data = randomRows(40, 2, 9).map((x, at) => x + 8 * Number(at >= 40));
  const labels = Array.from({ length: 40 }, (_, i) => Number(i >= 20));

  test.each([2 ** 530, 2 ** 1015, 2 ** -560, 2 ** -900])('times %s: the same scores', async (unit) => {
    const plain = await silhouette({ data, nFeatures: 2 }, labels);
    expect(plain.score).toBeGreaterThan(0.5);
    expect(await silhouette({ data: data.map((x) => x * unit), nFeatures: 2 }, labels)).toEqual(plain);
  });

  test('up to the largest and down to the smallest numbers, beside a constant column', async () => {
    const { MAX_VALUE: most, MIN_VALUE: least } = Number;
    for (const [a, b] of [
      [-most, most],
      [0, least],
    ] as const) {
      const points = { data: Float64Array.of(a, most, a, most, b, most, b, most), nFeatures: 2 };
      expect((await silhouette(points, [0, 0, 1, 1])).score).toBe(1);
      expect((await silhouette(points, [0, 1, 0, 1])).score).toBe(-0.5);
    }
  });
});

describe('more rows than are looked at', () => {
  const N = 4000;
  const labels = Array.from({ length: N }, (_, i) => i % 2);
  const data = randomRows(N, 2, 3).map((x, at) => x + 2 * (labels[at >> 1] ?? 0));
  const points = { data, nFeatures: 2 };

  test('a sample comes near, says so, and follows its seed', async () => {
    const all = await silhouette(points, labels);
    const some = await silhouette(points, labels, { sampleSize: 1000, seed: 1 });
    expect([all.sampled, all.nSamples, some.sampled, some.nSamples]).toEqual([false, N, true, 1000]);
    expect(Math.abs(some.score - all.score)).toBeLessThan(0.05);
    expect(await silhouette(points, labels, { sampleSize: 1000, seed: 1 })).toEqual(some);
    expect((await silhouette(points, labels, { sampleSize: 1000, seed: 2 })).score).not.toBe(some.score);
  });

  test('rows of weight 0 are never sampled', async () => {
    const sampleWeight = Float64Array.from(labels, (_, i) => (i < 3000 ? 0 : 2));
    const some = await silhouette({ ...points, sampleWeight }, labels, { sampleSize: 500 });
    expect([some.nSamples, some.perCluster.reduce((sum, { weight }) => sum + weight, 0)]).toEqual([500, 1000]);
  });

  test('progress rises to 1, other work gets its turn, and an abort is heard', async () => {
    const fractions: number[] = [];
    const onProgress = (fraction: number) => void fractions.push(fraction);
    let turns = 0;
    const timer = setInterval(() => turns++);
    await silhouette(points, labels, { onProgress });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(fractions[0]).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    const controller = new AbortController();
    const stopped = silhouette(points, labels, {
      signal: controller.signal,
      onProgress: (fraction) => fraction > 0 && controller.abort(),
    });
    await refusal(() => stopped, 'aborted');
  });
});

test('what cannot be judged is refused', async () => {
  const points = { data: Float64Array.of(0, 1, 2, 3), nFeatures: 2 };
  await refusal(() => silhouette(points, [1, 1]), 'invalid-option');
  await refusal(() => silhouette(points, [1, 2, 3]), 'invalid-option');
  await refusal(() => silhouette(points, [0, 1], { sampleSize: 1 }), 'invalid-option');
  await refusal(() => silhouette(points, [0, 1], { seed: -1 }), 'invalid-option');
  await refusal(() => silhouette({ ...points, sampleWeight: Float64Array.of(1, 0) }, [0, 1]), 'invalid-option');
  await refusal(() => silhouette({ ...points, sampleWeight: Float64Array.of(1) }, [0, 1]), 'invalid-weights');
  for (const labels of [null, undefined, 3, '01']) {
    const { message } = await refusal(() => silhouette(points, labels as never), 'invalid-option');
    expect(message).toMatch(/^labels must be a list/);
  }
  await refusal(() => silhouette(points, [0, 1], null as never), 'invalid-option');
  const bad = { data: Float64Array.of(0, 1, 2, Number.NaN), nFeatures: 2, featureNames: ['a', 'b'] };
  expect((await refusal(() => silhouette(bad, [0, 1]), 'non-finite')).message).toContain('row 1, column b');
  const device = { buffer: { size: 16 }, nSamples: 2, nFeatures: 2 } as unknown as HostPoints;
  await refusal(() => silhouette(device, [0, 1]), 'invalid-points');
});
