import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  GaussianMixture,
  KMeans,
  type KMeansModel,
  type MixtureModel,
  SoftKMeans,
  streamFrom,
} from '../../src/index.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS } from '../api/data.ts';
import { rowsOf } from './sources.ts';

const cpu = { backend: 'cpu' } as const;
const N = 40_000;
const points = pointsOf(TWO_GROUPS, N);
const stream = streamFrom(points);

/** A whole stream, chunk by chunk. */
async function learn<Model>(
  estimator: { partialFit(chunk: typeof points): Promise<Model> },
  rows: number,
  source = stream,
): Promise<Model> {
  let model: Model | undefined;
  for await (const chunk of source.chunks({ rows })) model = await estimator.partialFit(chunk);
  return model!;
}

/** The components in the order of their first coordinates. */
function sorted({ weights, means, covariances }: MixtureModel) {
  const order = [...means.keys()].sort((a, b) => means[a]![0]! - means[b]![0]!);
  const all = covariances as number[][][];
  return [order.map((k) => weights[k]!), order.map((k) => means[k]!), order.map((k) => all[k]!)] as const;
}

describe('stepwise EM', () => {
  test('takes chunks one after the other, whether or not they are awaited; one that fails leaves the others', async () => {
    const chunks = [0, 1000, 2000].map((from) => rowsOf(points, from, from + 1000));
    const [patient, hasty] = [0, 1].map(() => new GaussianMixture({ nComponents: 2, ...cpu }));
    let expected: MixtureModel | undefined;
    for (const chunk of chunks) expected = await patient!.partialFit(chunk);
    const wrong = { data: new Float64Array(9), nFeatures: 3 };
    const [first, second, failed, last] = [chunks[0]!, chunks[1]!, wrong, chunks[2]!].map((chunk) =>
      hasty!.partialFit(chunk),
    );
    await Promise.all([first, second]);
    await refusal(() => failed, 'model-mismatch');
    expect((await last)!.toJSON()).toEqual(expected!.toJSON());
  });

  test('ends near the batch fit of a stationary stream, and nearer than its first chunk', async () => {
    const batch = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
    const estimator = new GaussianMixture({ nComponents: 2, ...cpu });
    const first = await estimator.partialFit(rowsOf(points, 0, 1000));
    let model = first;
    for (let from = 1000; from < N; from += 1000) model = await estimator.partialFit(rowsOf(points, from, from + 1000));
    const [weights, means, covariances] = sorted(batch);
    const [w, m, c] = sorted(model);
    // One chunk tells a mean to σ / √300 = 0.06; some twenty, which count at the end, to 0.013.
    expectNear(w, weights, 0, 0.01);
    expectNear(m, means, 0, 0.05);
    expectNear(c, covariances, 0, 0.1);
    const [atFirst, atLast] = [await first.score(points, cpu), await model.score(points, cpu)];
    expect(atLast).toBeGreaterThan(atFirst);
    expect(atLast).toBeLessThanOrEqual(batch.lowerBound + 1e-9);
    expect(batch.lowerBound - atLast).toBeLessThan(2e-4);
    batch.destroy();
  });

  test('the more chunks, the nearer: the gap to the batch fit falls by a factor', async () => {
    const batch = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
    const gap = async (rows: number) => {
      const model = await learn(
        new GaussianMixture({ nComponents: 2, ...cpu }),
        rows,
        streamFrom(rowsOf(points, 0, 40 * rows)),
      );
      return batch.lowerBound - (await model.score(points, cpu));
    };
    expect(await gap(1000)).toBeLessThan((await gap(50)) / 4);
    batch.destroy();
  });

  test('follows a stream that changes, and forgets what was before', async () => {
    const moved = { ...points, data: points.data.map((x) => x + 3) };
    const estimator = new GaussianMixture({ nComponents: 2, ...cpu });
    await learn(estimator, 2000);
    const model = await learn(estimator, 2000, streamFrom(moved));
    // After 20 chunks and 20 more the old ones count for Π (1 − γ) = 0.18.
    const shift = sorted(model)[1].map((mean, k) => mean.map((x, d) => x - TWO_GROUPS.means[k]![d]!));
    for (const moved of shift.flat()) expect(moved).toBeGreaterThan(3 * 0.75);
  });

  test('a few rows at the end count for little', async () => {
    const estimator = new GaussianMixture({ nComponents: 2, ...cpu });
    let before: MixtureModel | undefined;
    for (let from = 0; from < 10_000; from += 1000)
      before = await estimator.partialFit(rowsOf(points, from, from + 1000));
    const after = await estimator.partialFit({ data: Float64Array.of(30, 30), nFeatures: 2 });
    // 1 row of 1,000 with γ = 0.18: 1e-4 of the weight, and of 30 units.
    expectNear(after.weights, before!.weights, 0, 5e-4);
    expectNear(after.means, before!.means, 0, 0.02);
    expect(after.means).not.toEqual(before!.means);
  });

  test.each(['full', 'tied', 'diag', 'spherical', 'tied-diag', 'tied-spherical'] as const)(
    '%s: a weight counts as so many rows, and the second chunk as its formula says',
    async (covarianceType) => {
      const init = (
        await new GaussianMixture({ nComponents: 2, covarianceType, ...cpu }).fit(rowsOf(points, 0, 500))
      ).toJSON();
      const options = { nComponents: 2, covarianceType, init, ...cpu };
      const [chunk, next] = [rowsOf(points, 0, 1000), rowsOf(points, 1000, 1500)];
      const sampleWeight = new Float64Array(500).fill(2);
      const [one, other] = [new GaussianMixture(options), new GaussianMixture(options)];
      const first = await one.partialFit(chunk);
      await other.partialFit(chunk);
      const model = await one.partialFit({ ...next, sampleWeight });
      const doubled = await other.partialFit({ nFeatures: 2, data: Float64Array.from([...next.data, ...next.data]) });
      expectNear(model.means, doubled.means, 1e-10);
      expectNear(model.covariances, doubled.covariances, 1e-9);
      // As heavy as the first: γ = 3^-0.7 of the mean responsibilities.
      const share = async (of: MixtureModel, rows: typeof chunk) => {
        const proba = Float64Array.from(await of.predictProba(rows, cpu));
        return proba.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b, 0) / (proba.length / 2);
      };
      const gamma = 3 ** -0.7;
      expect(model.weights[0]).toBeCloseTo((1 - gamma) * first.weights[0]! + gamma * (await share(first, next)), 5);
    },
  );

  test('a chunk may be a stream; soft k-means and noise take part', async () => {
    const chunk = streamFrom(rowsOf(points, 0, 4000));
    const estimator = new GaussianMixture({ nComponents: 2, chunkRows: 500, ...cpu });
    await estimator.partialFit(chunk);
    const model = await estimator.partialFit(streamFrom(rowsOf(points, 4000, 8000)));
    expectNear(sorted(model)[1], TWO_GROUPS.means, 0, 0.2);
    const noise = new GaussianMixture({ nComponents: 2, noise: { volume: 400 }, ...cpu });
    const clean = await learn(noise, 4000);
    expect(clean.noise!.weight).toBeLessThan(0.01);
    expectNear(sorted(clean)[1], TWO_GROUPS.means, 0, 0.2);
    const soft = await learn(new SoftKMeans({ nClusters: 2, stiffness: 0.5, ...cpu }), 4000);
    expect(soft.means).toHaveLength(2);
  });
});

describe('k-means by chunks', () => {
  test('centres are the means of all rows that went to them', async () => {
    const D = 2;
    const chunks = fc.array(
      fc.array(
        fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), fc.integer({ min: 0, max: 3 })),
        { minLength: 4, maxLength: 20 },
      ),
      { minLength: 2, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (drawn, weighted) => {
        const K = 3;
        const kMeans = new KMeans({ nClusters: K, ...cpu });
        const sums = new Float64Array(K * D);
        const counts = new Float64Array(K);
        let model: KMeansModel | undefined;
        for (const rows of drawn) {
          const data = Float64Array.from(rows.flatMap((row) => row.slice(0, D)));
          const sampleWeight = Float64Array.from(rows, ([, , w], i) => (i < K ? 1 : w));
          const chunk = { data, nFeatures: D, ...(weighted && { sampleWeight }) };
          // Rows go to the centres as they were before.
          const before = model;
          model = await kMeans.partialFit(chunk);
          if (!before) {
            // The iterations on the first chunk have ended: its rows are where its centres are.
            addAll(sums, counts, await model.predict(chunk, cpu), chunk);
            continue;
          }
          addAll(sums, counts, await before.predict(chunk, cpu), chunk);
          for (let k = 0; k < K; k++) {
            if (counts[k]! > 0)
              expectNear(model.centers[k], [sums[2 * k]! / counts[k]!, sums[2 * k + 1]! / counts[k]!], 1e-9, 1e-9);
            else expectNear(model.centers[k], before.centers[k], 1e-9, 1e-9);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('ends near the inertia of the batch fit from the same start', async () => {
    for (const seed of [0, 1, 2, 3]) {
      const options = { nClusters: 5, seed, ...cpu };
      // Of the first chunk alone, and after all.
      const first = await new KMeans(options).partialFit(rowsOf(points, 0, 2000));
      const last = await learn(new KMeans(options), 2000);
      const batch = await new KMeans({ ...options, init: first, tol: 0 }).fit(points);
      const [before, after] = [await first.evaluate(points, cpu), await last.evaluate(points, cpu)];
      expect(after.inertia).toBeLessThan(before.inertia);
      expect(after.inertia).toBeLessThan(1.002 * batch.inertia);
      batch.destroy();
    }
  });
});

type Chunk = { data: Float64Array; nFeatures: number; sampleWeight?: Float64Array };

function addAll(sums: Float64Array, counts: Float64Array, labels: Uint32Array, { data, sampleWeight }: Chunk): void {
  for (const [row, k] of labels.entries()) {
    const w = sampleWeight?.[row] ?? 1;
    counts[k]! += w;
    for (const d of [0, 1]) sums[2 * k + d]! += w * data[2 * row + d]!;
  }
}

describe('partialFit', () => {
  test('keeps its state in the object, and out of fit()', async () => {
    const options = { nComponents: 2, ...cpu };
    const [one, other] = [new GaussianMixture(options), new GaussianMixture(options)];
    const [a, b] = [rowsOf(points, 0, 1000), rowsOf(points, 1000, 2000)];
    const first = await one.partialFit(a);
    expect((await other.partialFit(a)).toJSON()).toEqual(first.toJSON());
    const second = await one.partialFit(b);
    const fit = await other.fit(b);
    expect(fit.toJSON()).toEqual(await new GaussianMixture(options).fit(b).then((fresh) => fresh.toJSON()));
    expect((await other.partialFit(b)).toJSON()).toEqual(second.toJSON());
    expect(second.toJSON()).not.toEqual(first.toJSON());
  });

  test('refuses other columns, a first chunk with too few rows, and rows without weight; then goes on', async () => {
    for (const estimator of [new GaussianMixture({ nComponents: 5, ...cpu }), new KMeans({ nClusters: 5, ...cpu })]) {
      await refusal(() => estimator.partialFit(rowsOf(points, 0, 4)), 'too-few-points');
      await estimator.partialFit(rowsOf(points, 0, 1000));
      await refusal(() => estimator.partialFit({ data: new Float64Array(30), nFeatures: 3 }), 'model-mismatch');
      await refusal(() => estimator.partialFit({ data: new Float64Array(30), nFeatures: 1 }), 'model-mismatch');
      const sampleWeight = new Float64Array(1000);
      await refusal(() => estimator.partialFit({ ...rowsOf(points, 0, 1000), sampleWeight }), 'invalid-weights');
      // Later chunks may be of any size.
      await estimator.partialFit(rowsOf(points, 1000, 1001));
    }
  });

  test('a chunk that was aborted has not counted', async () => {
    const options = { nComponents: 2, ...cpu };
    const [one, other] = [new GaussianMixture(options), new GaussianMixture(options)];
    for (const estimator of [one, other]) await estimator.partialFit(rowsOf(points, 0, 1000));
    await refusal(() => one.partialFit(rowsOf(points, 5000, 9000), { signal: AbortSignal.abort() }), 'aborted');
    const next = rowsOf(points, 1000, 2000);
    expect((await one.partialFit(next)).toJSON()).toEqual((await other.partialFit(next)).toJSON());
  });
});
