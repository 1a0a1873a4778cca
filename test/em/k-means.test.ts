import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { KMeans, type KMeansFit, KMeansModel } from '../../src/index.ts';
import { expectNear, refusal } from '../api/data.ts';
import { randomRows, randomWeights, uniforms } from '../cpu/samples.ts';
import { heaps, type Size } from '../properties/samples.ts';
import { centersJSON, cpu, reference } from './data.ts';
import { rowsOf, sum } from './naive.ts';

const distance = (a: readonly number[], b: readonly number[]) => sum(a.map((x, d) => (x - b[d]!) ** 2));
const nearest = (x: readonly number[], centers: readonly (readonly number[])[]) =>
  Math.min(...centers.map((c) => distance(x, c)));

/** Weighted inertia, row by row. */
function inertiaOf(points: HostPoints, centers: readonly (readonly number[])[]): number {
  return sum(rowsOf(points).map((x, n) => (points.sampleWeight?.[n] ?? 1) * nearest(x, centers)));
}

function expectSound({ history, centers, warnings }: KMeansFit): void {
  expect([...history, ...centers.flat()].every(Number.isFinite)).toBe(true);
  history.slice(1).forEach((value, i) => {
    expect(value).toBeLessThanOrEqual(history[i]! * (1 + 1e-13));
  });
  expect(warnings.map(({ code }) => code)).not.toContain('log-likelihood-fell');
}

describe('starts', () => {
  /** Twelve groups of very different sizes. */
  const crowded = (): HostPoints => {
    const noise = randomRows(600, 2, 5);
    const next = uniforms(7);
    const places = Array.from({ length: 12 }, () => [60 * next(), 60 * next()]);
    return {
      data: noise.map((x, i) => x + places[Math.floor(12 * (Math.floor(i / 2) / 600) ** 2)]![i % 2]!),
      nFeatures: 2,
    };
  };

  /** k-means++ as first published: each centre is one draw in proportion to the squared distance. */
  function drawPlainly(points: HostPoints, K: number, seed: number): number {
    const rows = rowsOf(points);
    const next = uniforms(seed);
    const centers = [rows[Math.floor(next() * rows.length)]!];
    while (centers.length < K) {
      const values = rows.map((x) => nearest(x, centers));
      let left = next() * sum(values);
      centers.push(
        rows[
          values.findIndex((v) => {
            left -= v;
            return left < 0;
          })
        ] ?? rows.at(-1)!,
      );
    }
    return inertiaOf(points, centers);
  }

  test('greedy draws leave less than plain ones on average, and those less than draws at random', async () => {
    const points = crowded();
    const seeds = Array.from({ length: 25 }, (_, seed) => seed);
    const average = (values: number[]) => sum(values) / values.length;
    const startOf = async (init: 'k-means++' | 'random', seed: number) => {
      const fit = await new KMeans({ nClusters: 12, init, seed, ...cpu }).fit(points);
      fit.destroy();
      return fit.history[0]!;
    };
    const greedy = average(await Promise.all(seeds.map((seed) => startOf('k-means++', seed))));
    const random = average(await Promise.all(seeds.map((seed) => startOf('random', seed))));
    const plain = average(seeds.map((seed) => drawPlainly(points, 12, seed)));
    expect(greedy).toBeLessThan(0.9 * plain);
    expect(plain).toBeLessThan(0.9 * random);
  });
});

test('weighted Lloyd iterations are those of the textbook', async () => {
  const sizes = fc.record({
    N: fc.integer({ min: 50, max: 300 }),
    D: fc.integer({ min: 1, max: 3 }),
    K: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async (size: Size) => {
      const points = { ...heaps(size), sampleWeight: randomWeights(size.N, size.seed).fill(1, 0, size.K) };
      const rows = rowsOf(points);
      let centers = rows.slice(0, size.K);
      const fit = await new KMeans({ nClusters: size.K, init: centersJSON(centers), tol: 0, maxIter: 3, ...cpu }).fit(
        points,
      );
      fc.pre(fit.warnings.every(({ code }) => code !== 'reseeded-cluster'));
      for (let i = 0; i < fit.nIter; i++) {
        expectNear(fit.history[i], inertiaOf(points, centers), 1e-11, 1e-11);
        const labels = rows.map((x) => centers.map((c) => distance(x, c)).indexOf(nearest(x, centers)));
        centers = centers.map((_, k) => {
          const mine = rows.flatMap((x, n) => (labels[n] === k ? [{ x, w: points.sampleWeight[n]! }] : []));
          const total = sum(mine.map(({ w }) => w));
          return centers[k]!.map((_, d) => sum(mine.map(({ x, w }) => w * x[d]!)) / total);
        });
      }
      expectNear(fit.centers, centers, 0, 1e-11);
      fit.destroy();
    }),
    { numRuns: 30 },
  );
});

describe('clusters that lose all their points', () => {
  test.each([1, 2, 4])(
    '%i of 5: each gets the point farthest from all centres, and the inertia never rises',
    async (lost) => {
      const points = heaps({ N: 200, D: 2, K: 5, seed: 12 });
      const rows = rowsOf(points);
      const centers = rows.slice(0, 5).map((row, k) => (k < lost ? [1e6 + k, 1e6] : row));
      const fit = await new KMeans({ nClusters: 5, init: centersJSON(centers), tol: 0, ...cpu }).fit(points);
      expectSound(fit);
      expect(fit.converged).toBe(true);
      const codes = fit.warnings.filter(({ iteration }) => iteration === 1).map(({ code }) => code);
      expect(codes).toEqual(Array(lost).fill('reseeded-cluster'));
      expect(new Set(await fit.predict()).size).toBe(5);
      expectNear(fit.inertia, inertiaOf(points, fit.centers), 1e-12);
      fit.destroy();
    },
  );

  test('the farthest of the rows that count, whatever it weighs', async () => {
    // Centres at 0 and far away. The farthest row is at 9, a nearer one is heavier, a farther one weighs nothing.
    const data = Float64Array.of(-1, 1, 5, -5, 9, 50);
    const points = { data, nFeatures: 1, sampleWeight: Float64Array.of(1, 1, 100, 100, 1, 0) };
    const options = { nClusters: 2, init: centersJSON([[0], [1e4]]), tol: 0, maxIter: 1, ...cpu };
    const fit = await new KMeans(options).fit(points);
    expect(fit.warnings[0]!.code).toBe('reseeded-cluster');
    expectNear(fit.centers[1], [9], 1e-14);
    fit.destroy();
  });

  test('with fewer different points than clusters some stay empty, and that is told', async () => {
    const data = Float64Array.from({ length: 40 }, (_, i) => i % 2);
    const fit = await new KMeans({ nClusters: 4, init: centersJSON([[0], [1], [70], [80]]), ...cpu }).fit({
      data,
      nFeatures: 1,
    });
    expectSound(fit);
    expect(fit.inertia).toBe(0);
    expect(new Set(fit.warnings.map(({ code }) => code))).toEqual(new Set(['empty-component']));
    fit.destroy();
  });
});

describe("metric 'cosine'", () => {
  const directions = (seed: number): HostPoints => ({
    data: randomRows(240, 3, seed).map((x, i) => x + 4 * Number(i % 3 === Math.floor(i / 3) % 3)),
    nFeatures: 3,
  });
  const cosine = { nClusters: 3, metric: 'cosine', ...cpu } as const;
  const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((x, d) => x * b[d]!));

  test('centres have length 1; labels are the largest cosine; the inertia is Σ 2 − 2 cos', async () => {
    for (const seed of [1, 2, 3]) {
      const points = directions(seed);
      const fit = await new KMeans({ ...cosine, seed }).fit(points);
      expectSound(fit);
      for (const center of fit.centers) expect(Math.hypot(...center)).toBeCloseTo(1, 14);
      const cosines = rowsOf(points).map((x) => fit.centers.map((c) => dot(x, c) / Math.hypot(...x)));
      expect([...(await fit.predict())]).toEqual(cosines.map((row) => row.indexOf(Math.max(...row))));
      expectNear(fit.inertia, sum(cosines.map((row) => 2 - 2 * Math.max(...row))), 1e-12);
      // At rest a centre is the direction of the sum of its directions.
      const labels = await fit.predict();
      fit.centers.forEach((center, k) => {
        const mine = rowsOf(points).filter((_, n) => labels[n] === k);
        const total = center.map((_, d) => sum(mine.map((x) => x[d]! / Math.hypot(...x))));
        expectNear(
          center,
          total.map((t) => t / Math.hypot(...total)),
          0,
          1e-12,
        );
      });
      fit.destroy();
    }
  });

  test('lengths of rows do not matter, neither in the fit nor in predict', async () => {
    const points = directions(4);
    const next = uniforms(9);
    const lengths = Array.from({ length: 240 }, () => 2 ** Math.floor(20 * next() - 10));
    const scaled = { ...points, data: points.data.map((x, i) => x * lengths[Math.floor(i / 3)]!) };
    const [a, b] = [await new KMeans(cosine).fit(points), await new KMeans(cosine).fit(scaled)];
    expectNear(b.centers, a.centers, 0, 1e-13);
    expect(await b.predict()).toEqual(await a.predict());
    expect(await a.predict(scaled, cpu)).toEqual(await a.predict());
    expectNear((await a.evaluate(scaled, cpu)).inertia, a.inertia, 1e-12);
    for (const fit of [a, b]) fit.destroy();
  });

  test('of centres that are given only the direction counts', async () => {
    const points = directions(5);
    const long = [
      [5, 0, 0],
      [0, 0.1, 0],
      [0, 0, 1],
    ];
    const unit = long.map((center) => center.map((c) => c / Math.hypot(...center)));
    const [a, b] = await Promise.all(
      [long, unit].map((c) => new KMeans({ ...cosine, init: { ...centersJSON(c), metric: 'cosine' } }).fit(points)),
    );
    expect(a!.history).toEqual(b!.history);
    const model = (c: number[][]) => KMeansModel.fromJSON({ ...centersJSON(c), metric: 'cosine' });
    expect(await model(long).predict(points, cpu)).toEqual(await model(unit).predict(points, cpu));
  });

  test('directions that cancel leave the centre where it was, of length 1, and that is told', async () => {
    const third = (2 * Math.PI) / 3;
    const opposite = [1, 0, -1, 0];
    const star = [0, 1, 2].flatMap((i) => [Math.cos(i * third + 0.3), Math.sin(i * third + 0.3)]);
    for (const rows of [opposite, star, [...opposite, ...star]]) {
      const data = Float64Array.from(rows);
      const fit = await new KMeans({ nClusters: 1, metric: 'cosine', tol: 0, ...cpu }).fit({ data, nFeatures: 2 });
      expectSound(fit);
      expect(Math.hypot(...fit.centers[0]!)).toBeCloseTo(1, 14);
      // Whatever the centre: Σ 2 − 2 cos with Σ cos = 0.
      expectNear(fit.history, Array(fit.history.length).fill(rows.length), 1e-13);
      expect(fit.warnings.map(({ code }) => code)).toEqual(['collapsed-component']);
      expect(fit.warnings[0]!.message).toContain('The directions of cluster 0 cancel one another');
      expectNear(sum([...(await fit.transform({ data, nFeatures: 2 }))]), rows.length / 2, 1e-13);
      fit.destroy();
    }
    // One cluster of two: the other is none the worse.
    const pairs = { data: Float64Array.of(1, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 1), nFeatures: 3 };
    const init = { ...centersJSON([[0, 1, 0.2], [0, 0, 1]]), metric: 'cosine' } as const; // biome-ignore format: one line
    const fit = await new KMeans({ nClusters: 2, metric: 'cosine', init, ...cpu }).fit(pairs);
    expectNear(fit.centers, [[0, 1 / Math.hypot(1, 0.2), 0.2 / Math.hypot(1, 0.2)], [0, 0, 1]], 0, 1e-14); // biome-ignore format: one line
    expect(fit.warnings.map(({ message }) => message)).toEqual([expect.stringContaining('cluster 0')]);
    fit.destroy();
  });

  test('a centre of zeros is refused: it has no direction', async () => {
    const none = { ...centersJSON([[1, 0, 0], [0, 0, 0], [0, 0, 1]]), metric: 'cosine' } as const; // biome-ignore format: one line
    const { message } = await refusal(() => KMeansModel.fromJSON(none), 'invalid-model');
    expect(message).toContain('centers[1]');
    for (const init of [none, new KMeansModel(none)]) {
      await refusal(() => new KMeans({ ...cosine, init }).fit(directions(1)), 'invalid-model');
    }
    expect(KMeansModel.fromJSON({ ...none, metric: 'euclidean' }).centers[1]).toEqual([0, 0, 0]);
  });

  test('a number that is none is refused by its place', async () => {
    for (const value of [Number.NaN, -Infinity]) {
      const points = directions(1);
      points.data[3 * 5 + 2] = value;
      const { message } = await refusal(() => new KMeans(cosine).fit(points), 'non-finite');
      expect(message).toContain(`row 5, column 2 (both counted from 0) is ${value}`);
    }
    const model = KMeansModel.fromJSON({ ...centersJSON([[1, 0]]), metric: 'cosine' });
    for (const none of [3, { nFeatures: 2 }]) await refusal(() => model.predict(none as never, cpu), 'invalid-points');
  });

  test('a row of zeros has no direction; in a model file the metric is kept', async () => {
    const points = directions(6);
    const zero = { ...points, data: points.data.map((x, i) => (Math.floor(i / 3) === 7 ? 0 : x)) };
    expect((await refusal(() => new KMeans(cosine).fit(zero), 'invalid-points')).message).toContain('Row 7');
    const fit = await new KMeans(cosine).fit(points);
    await refusal(() => fit.predict(zero, cpu), 'invalid-points');
    const back = KMeansModel.fromJSON(JSON.parse(JSON.stringify(fit)));
    expect(back.metric).toBe('cosine');
    expect(await back.predict(points, cpu)).toEqual(await fit.predict());
    await refusal(() => new KMeans({ nClusters: 3, init: back, ...cpu }).fit(points), 'model-mismatch');
    fit.destroy();
  });
});

describe('stopping', () => {
  test('tol 0 goes on until no point changes its cluster', async () => {
    for (const seed of [1, 2, 3]) {
      const fit = await new KMeans({ nClusters: 6, tol: 0, seed, ...cpu }).fit(reference('iris'));
      expect(fit.converged).toBe(true);
      const further = await new KMeans({ nClusters: 6, tol: 0, init: fit, ...cpu }).fit(reference('iris'));
      expect(await further.predict()).toEqual(await fit.predict());
      expectNear(further.centers, fit.centers, 1e-14);
      for (const result of [fit, further]) result.destroy();
    }
  });

  test('labels do not depend on rows of weight 0, which have some, too', async () => {
    const points = heaps({ N: 100, D: 2, K: 3, seed: 2 });
    const sampleWeight = new Float64Array(100).fill(1).fill(0, 90);
    const fit = await new KMeans({ nClusters: 3, ...cpu }).fit({ ...points, sampleWeight });
    expect(await fit.predict()).toEqual(await fit.predict(points, cpu));
    expect(fit.totalWeight).toBe(90);
    fit.destroy();
  });
});
