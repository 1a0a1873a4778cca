import { describe, expect, test } from 'vitest';
import { GaussianMixture, KMeans, openStream, type PointStream, type Progress, streamFrom } from '../../src/index.ts';
import { expectNear, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS } from '../api/data.ts';
import { WRITERS } from '../data/stream-files.ts';
import { rowsOf, watchedStream } from './sources.ts';

/** Chunks of 500 rows, and a last one of a single row. */
const cpu = { backend: 'cpu', chunkRows: 500 } as const;
// Up to 4,096 rows the frame is that of all of them, in memory or not, and so are the starts.
const points = pointsOf(TWO_GROUPS, 2501);
const sampleWeight = new Float64Array(2501).map((_, i) => (i >= 1000 && i < 1500 ? 0 : 1 + (i % 3)));
const weighted = { ...points, sampleWeight };

describe('a mixture fitted to a stream', () => {
  test.each(['k-means++', 'k-means', 'random-from-data'] as const)(
    '%s: the fit of the same points in memory',
    async (init) => {
      for (const source of [points, weighted]) {
        const mixture = new GaussianMixture({ nComponents: 2, init, tol: 1e-9, ...cpu });
        const [resident, streamed] = [await mixture.fit(source), await mixture.fit(watchedStream(source))];
        expect(streamed.nIter).toBe(resident.nIter);
        expectNear([...streamed.history], [...resident.history], 1e-12);
        for (const what of ['weights', 'means', 'covariances'] as const)
          expectNear(streamed[what], resident[what], 1e-9);
        const { nSamples, totalWeight, bic, icl, converged } = resident;
        expect(streamed).toMatchObject({ nSamples, converged });
        expectNear([streamed.totalWeight, streamed.bic, streamed.icl], [totalWeight, bic, icl], 1e-12);
        resident.destroy();
        streamed.destroy();
      }
    },
  );

  test('from random responsibilities: the same optimum', async () => {
    const mixture = new GaussianMixture({ nComponents: 2, init: 'random', tol: 1e-12, maxIter: 2000, ...cpu });
    const [resident, streamed] = [await mixture.fit(points), await mixture.fit(watchedStream(points))];
    expectNear(streamed.logLikelihood, resident.logLikelihood, 1e-9);
    resident.destroy();
    streamed.destroy();
  });

  test('reads out rows in order, those of the fit and others, with weights of 0 and without', async () => {
    const fit = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(watchedStream(weighted));
    const { chunkRows, ...resident } = cpu;
    expect(await fit.predict()).toEqual(await fit.predict(points, resident));
    const stream = () => watchedStream(weighted);
    expect(await fit.predict(stream(), cpu)).toEqual(await fit.predict(points, resident));
    expectNear([...(await fit.predictProba(stream(), cpu))], [...(await fit.predictProba(points, resident))], 0, 1e-12);
    expectNear([...(await fit.scoreSamples(stream(), cpu))], [...(await fit.scoreSamples(points, resident))], 1e-12);
    const score = await fit.evaluate(weighted, resident);
    const streamed = await fit.evaluate(stream(), cpu);
    expect(streamed.nSamples).toBe(2501);
    for (const what of ['totalWeight', 'logLikelihood', 'bic', 'icl'] as const)
      expectNear(streamed[what], score[what], 1e-12);
    expectNear(await fit.score(), fit.lowerBound, 1e-12);
    const { elbo, kl } = await fit.bound(stream(), { ...cpu, hard: true });
    const inMemory = await fit.bound(weighted, { ...resident, hard: true });
    expectNear([elbo, kl], [inMemory.elbo, inMemory.kl], 1e-9);
    await refusal(() => fit.labelsBuffer(), 'invalid-option');
    fit.destroy();
    await refusal(() => fit.predict(), 'destroyed');
  });

  test('takes one walk per pass, and one per start to draw it', async () => {
    const stream = watchedStream(points);
    const options = { nComponents: 2, tol: 0, maxIter: 3, ...cpu };
    const fit = await new GaussianMixture(options).fit(stream);
    // To open: the first chunks, the number of rows, the frame. Then the variances, the start, and E-steps.
    expect(stream.walks).toBe(3 + 1 + 1 + fit.nExpectations);
    const before = stream.walks;
    const best = await new GaussianMixture({ ...options, nInit: 3 }).fit(stream);
    const steps = best.restarts.reduce((sum, { nIter }) => sum + nIter + 1, 0);
    // The number of rows is known by now; variances are needed once per start.
    expect(best.restarts).toHaveLength(3);
    expect(stream.walks - before).toBe(2 + 3 * (1 + 1) + steps);
    expect(stream.open).toBe(0);
    fit.destroy();
    best.destroy();
  });

  test('restarts and warm-ups work as on points in memory', async () => {
    const slow = pointsOf(THREE_OVERLAPPING, 2501);
    const options = { nComponents: 3, nInit: 3, warmUp: 400, tol: 1e-7, ...cpu };
    const mixture = new GaussianMixture(options);
    const [resident, streamed] = [await mixture.fit(slow), await mixture.fit(watchedStream(slow))];
    expect(streamed.warmUp).toEqual(resident.warmUp);
    expect(streamed.restarts.map(({ nIter, seed }) => [nIter, seed])).toEqual(
      resident.restarts.map(({ nIter, seed }) => [nIter, seed]),
    );
    expectNear(streamed.logLikelihood, resident.logLikelihood, 1e-10);
    resident.destroy();
    streamed.destroy();
  });

  test('tells how far opening is, and hears a signal in every stage', async () => {
    const seen: Progress[] = [];
    const mixture = new GaussianMixture({ nComponents: 2, ...cpu });
    const fit = await mixture.fit(watchedStream(points), { onProgress: (progress) => seen.push(progress) });
    fit.destroy();
    const loads = seen.filter(({ stage }) => stage === 'load').map(({ fraction }) => fraction);
    expect(loads).toHaveLength(6);
    expect(loads).toEqual([...loads].sort());
    expect(loads.at(-1)).toBe(1);
    for (const stage of ['load', 'seed', 'fit'] as const) {
      const controller = new AbortController();
      const stream = watchedStream(points);
      const onProgress = (progress: Progress) => progress.stage === stage && controller.abort();
      await refusal(() => mixture.fit(stream, { signal: controller.signal, onProgress }), 'aborted');
      expect(stream.open).toBe(0);
    }
  });

  test('a run over a stream may be stepped, and left', async () => {
    const stream = watchedStream(points);
    const run = await new GaussianMixture({ nComponents: 2, ...cpu }).start(stream);
    for await (const { iteration } of run) if (iteration === 2) break;
    expect(run.history).toHaveLength(3);
    expect(stream.open).toBe(0);
    run.destroy();
    await refusal(() => run.step(), 'destroyed');
  });

  test('refuses what needs all points in memory, and too few rows', async () => {
    const options = { nComponents: 2, ...cpu };
    await refusal(() => new GaussianMixture({ ...options, missing: 'em' }).fit(streamFrom(points)), 'invalid-option');
    await refusal(() => new GaussianMixture({ ...options, noise: true }).fit(watchedStream(points)), 'invalid-option');
    const few = new GaussianMixture({ ...options, nComponents: 9, chunkRows: 3 });
    await refusal(() => few.fit(watchedStream(rowsOf(points, 0, 8))), 'too-few-points');
    const fit = await new GaussianMixture(options).fit(points);
    await refusal(() => fit.predict(streamFrom({ data: points.data, nFeatures: 1 }), cpu), 'model-mismatch');
    fit.destroy();
  });
});

describe('k-means on a stream', () => {
  test.each(['k-means++', 'random'] as const)('%s: the fit of the same points in memory', async (init) => {
    for (const source of [points, weighted]) {
      const kMeans = new KMeans({ nClusters: 4, init, tol: 1e-12, ...cpu });
      const [resident, streamed] = [await kMeans.fit(source), await kMeans.fit(watchedStream(source))];
      expect(streamed.nIter).toBe(resident.nIter);
      expectNear(streamed.centers, resident.centers, 1e-12);
      expectNear(streamed.inertia, resident.inertia, 1e-12);
      expect(await streamed.predict()).toEqual(await resident.predict());
      const { inertia } = await streamed.evaluate(watchedStream(source), cpu);
      expectNear(inertia, streamed.inertia, 1e-12);
      resident.destroy();
      streamed.destroy();
    }
  });

  test('a cluster that loses all its rows gets one that is far away', async () => {
    const init = {
      ...({ format: 'emgpu-model', version: 1, model: 'k-means', nFeatures: 2, nClusters: 3 } as const),
      centers: [
        [0, 0],
        [8, 5],
        [1e4, 1e4],
      ],
    };
    const kMeans = new KMeans({ nClusters: 3, init, ...cpu });
    const [resident, streamed] = [await kMeans.fit(points), await kMeans.fit(watchedStream(points))];
    expect(streamed.warnings.map(({ code }) => code)).toContain('reseeded-cluster');
    expectNear(streamed.centers, resident.centers, 1e-12);
    resident.destroy();
    streamed.destroy();
  });
});

describe('sources of streams', () => {
  const columns = {
    x: points.data.filter((_, i) => i % 2 === 0) as Float64Array,
    y: points.data.filter((_, i) => i % 2 === 1) as Float64Array,
  };
  const layout = { groupRows: 400, offsetIndex: true, pageSize: 1000 };

  async function* generate() {
    for (let from = 0; from < 2501; from += 37) yield points.data.slice(2 * from, 2 * (from + 37));
  }

  const sources: Record<string, () => Promise<PointStream>> = {
    'a Parquet file': () =>
      openStream(new Blob([WRITERS['a.parquet']!(columns, layout) as BlobPart]), { name: 'a.parquet' }),
    'a CSV file': () => openStream(new Blob([WRITERS['a.csv']!(columns, layout) as BlobPart]), { name: 'a.csv' }),
    'an async generator function': async () => streamFrom(generate, { nFeatures: 2 }),
    'points in memory': async () => streamFrom(points),
  };

  test.each(Object.keys(sources))('%s gives the fit of its points', async (name) => {
    const mixture = new GaussianMixture({ nComponents: 2, ...cpu });
    const stream = await sources[name]!();
    const [resident, streamed] = [await mixture.fit(points), await mixture.fit(stream)];
    expect(streamed.nIter).toBe(resident.nIter);
    expectNear(streamed.means, resident.means, 1e-10);
    expect(streamed.nSamples).toBe(2501);
    expect(stream.nSamples).toBe(2501);
    resident.destroy();
    streamed.destroy();
  });

  test('a generator, which can be walked once, is refused in time', async () => {
    const mixture = new GaussianMixture({ nComponents: 2, ...cpu });
    await refusal(() => mixture.fit(streamFrom(generate(), { nFeatures: 2 })), 'stream-ended');
  });
});
