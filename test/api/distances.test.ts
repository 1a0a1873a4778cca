import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distancesToCenters, nearestCenters } from '../../src/estimators/distances.ts';
import { KMeansModel } from '../../src/estimators/k-means-model.ts';
import type { Metric } from '../../src/index.ts';
import { randomRows } from '../cpu/samples.ts';
import { expectNear, refusal } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const runs = { numRuns: 40 } as const;

/** K centres in D dimensions. */
function randomCenters(K: number, D: number, metric: Metric, seed: number): KMeansModel {
  const rows = randomRows(K, D, seed);
  const centers = Array.from({ length: K }, (_, k) => [...rows.subarray(k * D, (k + 1) * D)]);
  return new KMeansModel({ nClusters: K, nFeatures: D, centers, metric });
}

describe('distances to centres', () => {
  const sizes = fc.record({
    ...{ N: fc.integer({ min: 1, max: 40 }), D: fc.integer({ min: 1, max: 5 }), K: fc.integer({ min: 1, max: 9 }) },
    ...{ metric: fc.constantFrom<Metric>('euclidean', 'cosine'), seed: fc.nat() },
  });

  test('are those of the formula; the nearest are the first of them in order', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async ({ N, D, K, metric, seed }, more) => {
        const model = randomCenters(K, D, metric, seed);
        // A repeated centre: equals.
        if (K > 2) model.centers[K - 1] = model.centers[0]!;
        const data = randomRows(N, D, seed + 1);
        const distances = await distancesToCenters(model, { data, nFeatures: D });
        const count = 1 + (more % K);
        const nearest = await nearestCenters(model, { data, nFeatures: D }, count);
        const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
        for (let n = 0; n < N; n++) {
          const x = [...data.subarray(n * D, (n + 1) * D)];
          const expected = model.centers.map((c) => {
            const cosine = dot(x, c) / Math.sqrt(dot(x, x) * dot(c, c));
            return metric === 'cosine' ? 1 - cosine : Math.hypot(...x.map((value, d) => value - c[d]!));
          });
          const row = distances.subarray(n * K, (n + 1) * K);
          expectNear([...row], expected, 1e-12, 1e-14);
          const order = Array.from({ length: K }, (_, k) => k).sort((a, b) => row[a]! - row[b]! || a - b);
          const first = order.slice(0, count);
          expect([...nearest.indices.subarray(n * count, (n + 1) * count)]).toEqual(first);
          expect([...nearest.distances.subarray(n * count, (n + 1) * count)]).toEqual(first.map((k) => row[k]!));
        }
      }),
      runs,
    );
  });

  test('whose squares are beyond float64 are told all the same', async () => {
    const places = [3, 4, 0, 0];
    for (const unit of [2 ** 1000, 2 ** 530, 2 ** -560, 2 ** -1040]) {
      const model = new KMeansModel({ nClusters: 1, nFeatures: 2, centers: [[6 * unit, 8 * unit]] });
      const points = { data: Float64Array.from(places, (x) => x * unit), nFeatures: 2 };
      expect([...(await model.transform(points))]).toEqual([5 * unit, 10 * unit]);
      expect([...(await model.nearestCenters(points, 1)).distances]).toEqual([5 * unit, 10 * unit]);
    }
    // A large column in which they agree does not hide a small one.
    const mixed = new KMeansModel({ nClusters: 1, nFeatures: 2, centers: [[1e160, 3e-170]] });
    expectNear([...(await mixed.transform({ data: Float64Array.of(1e160, 1e-170), nFeatures: 2 }))], [2e-170], 1e-15);
  });

  test('beyond float64 themselves are refused', async () => {
    const far = new KMeansModel({ nClusters: 2, nFeatures: 1, centers: [[0], [-1e308]] });
    const error = await refusal(
      () => far.transform({ data: Float64Array.of(0, 1e308), nFeatures: 1 }),
      'invalid-points',
    );
    expect(error.message).toContain('Row 1 (counted from 0) is farther from centre 1');
  });

  test('of directions do not depend on how long rows and centres are, down to the last digit there is', async () => {
    const model = new KMeansModel({ nClusters: 1, nFeatures: 2, centers: [[1e-320, 0]], metric: 'cosine' });
    for (const length of [1, Number.MAX_VALUE, Number.MIN_VALUE]) {
      const points = { data: Float64Array.of(length, length), nFeatures: 2 };
      expectNear([...(await model.transform(points))], [1 - Math.SQRT1_2], 1e-14);
      expect((await model.evaluate(points, cpu)).inertia).toBeCloseTo(2 - Math.SQRT2, 13);
    }
  });

  test('agree with the labels', async () => {
    const model = randomCenters(6, 3, 'euclidean', 4);
    const points = { data: randomRows(500, 3, 5), nFeatures: 3 };
    expect((await nearestCenters(model, points, 1)).indices).toEqual(await model.predict(points, cpu));
  });

  test('a long call hears the signal', async () => {
    const model = randomCenters(200, 4, 'euclidean', 4);
    const controller = new AbortController();
    const call = distancesToCenters(model, { data: randomRows(50_000, 4, 5), nFeatures: 4 }, controller);
    setTimeout(() => controller.abort());
    await refusal(() => call, 'aborted');
  });

  test('refuses what has no distances', async () => {
    const model = randomCenters(3, 2, 'cosine', 4);
    const of = (...numbers: number[]) => ({ data: Float64Array.from(numbers), nFeatures: 2 });
    await refusal(() => distancesToCenters(model, of(1, 2, 0, 0)), 'invalid-points');
    const error = await refusal(() => distancesToCenters(model, of(1, 2, 3, Number.NaN)), 'non-finite');
    expect(error.message).toContain('row 1, column 1');
    await refusal(() => distancesToCenters(model, { data: new Float64Array(3), nFeatures: 3 }), 'model-mismatch');
    for (const count of [0, 4, 1.5]) await refusal(() => nearestCenters(model, of(1, 2), count), 'invalid-option');
    const stream = { nFeatures: 2, async *chunks() {} };
    await refusal(() => distancesToCenters(model, stream), 'invalid-option');
    model.centers[1] = [0, 0];
    await refusal(() => distancesToCenters(model, of(1, 2)), 'invalid-model');
  });
});
