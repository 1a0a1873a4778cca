import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { frameOfRows } from '../../src/data/frame-sample.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { openStreamed } from '../../src/em/streaming/open.ts';
import type { Assignment, Backend, Dataset, Statistics } from '../../src/em/types.ts';
import type { CovarianceType } from '../../src/families/covariance.ts';
import { gaussianFamily, standardNormal } from '../../src/families/gaussian.ts';
import { kMeansFamily } from '../../src/families/k-means.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS } from '../api/data.ts';
import { watched, watchedStream } from './sources.ts';

const TYPES: CovarianceType[] = ['full', 'tied', 'diag', 'spherical', 'tied-diag', 'tied-spherical'];
const points = pointsOf(TWO_GROUPS, 3000);
const cpu = createCpuBackend();

/** Two components near the groups, or two centres, in a frame. */
function parametersFor(kind: CovarianceType | 'k-means', { frame }: Pick<Dataset, 'frame'>) {
  const means = Float64Array.of(1, 1, 7, 4);
  if (kind === 'k-means') {
    return kMeansFamily.pack(kMeansFamily.toFrame({ nClusters: 2, centers: means }, frame), frame);
  }
  const family = gaussianFamily({ covarianceType: kind, regCovar: 1e-6 });
  const matrix = [2, 0.5, 0.5, 3];
  const covariances: Record<CovarianceType, number[]> = {
    ...{ full: [...matrix, ...matrix], tied: matrix, diag: [2, 3, 3, 2], spherical: [2, 3] },
    ...{ 'tied-diag': [2, 3], 'tied-spherical': [2] },
  };
  const parameters = {
    weights: Float64Array.of(0.4, 0.6),
    ...{ means, covariances: Float64Array.from(covariances[kind]) },
  };
  return family.pack(family.toFrame(parameters, frame), frame);
}

function numbersOf({ objective, totalWeight, nSamples, counts, first, second }: Statistics): number[] {
  return [objective, totalWeight, nSamples, ...counts, ...first, ...second];
}

/** The same points at home and as a stream, in one frame. */
async function both(backend: Backend, source: HostPoints, chunkRows: number, scaling: 'per-feature' | 'isotropic') {
  const streamed = await openStreamed(backend, watchedStream(source, 170), { scaling, chunkRows });
  const resident = await backend.load(source, { scaling, frame: streamed.frame });
  return { streamed, resident };
}

describe('a pass over a stream', () => {
  test.each([...TYPES, 'k-means'] as const)('%s: the sums of a resident pass, whatever the chunks', async (kind) => {
    const chunks = fc.integer({ min: 50, max: 3200 });
    await fc.assert(
      fc.asyncProperty(
        chunks,
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (rows, weighted, zero) => {
          // Up to all but the last 60 rows without weight: chunks of such rows are passed over.
          const sampleWeight = new Float64Array(3000).map((_, i) => (i < zero * 2940 ? 0 : 0.5 + (i % 3)));
          const source = weighted ? { ...points, sampleWeight } : points;
          const { streamed, resident } = await both(
            cpu,
            source,
            rows,
            kind === 'spherical' ? 'isotropic' : 'per-feature',
          );
          const parameters = parametersFor(kind, streamed);
          const expected = numbersOf(await resident.expectation(parameters));
          const scale = Math.max(...expected.map(Math.abs));
          expectNear(numbersOf(await streamed.expectation(parameters)), expected, 1e-12, 1e-14 * scale);
          expect(streamed.totalWeight).toBeCloseTo(resident.totalWeight, 8);
          for (const what of kind === 'k-means'
            ? (['labels'] as const)
            : (['labels', 'responsibilities', 'logDensities'] as const)) {
            expect(await streamed.read(what, parameters)).toEqual(await resident.read(what, parameters));
          }
          streamed.destroy();
          resident.destroy();
        },
      ),
      { numRuns: 8 },
    );
  });

  test('in one chunk it is the resident one, bit by bit', async () => {
    const streamed = await openStreamed(cpu, watchedStream(points), { scaling: 'per-feature', chunkRows: 3000 });
    const resident = await cpu.load(points, { scaling: 'per-feature' });
    expect(streamed.frame).toEqual(resident.frame);
    const parameters = parametersFor('full', resident);
    expect(await streamed.expectation(parameters)).toEqual(await resident.expectation(parameters));
  });

  test('in chunks it is the sum of theirs, bit by bit, and the same on every walk', async () => {
    const { streamed } = await both(cpu, points, 1024, 'per-feature');
    const parameters = parametersFor('full', streamed);
    const first = await streamed.expectation(parameters);
    expect(await streamed.expectation(parameters)).toEqual(first);
    let objective = 0;
    for (let from = 0; from < 3000; from += 1024) {
      const data = points.data.slice(2 * from, 2 * (from + 1024));
      const chunk = await cpu.load({ data, nFeatures: 2 }, { scaling: 'per-feature', frame: streamed.frame });
      objective += (await chunk.expectation(parameters)).objective;
    }
    expect(first.objective).toBe(objective);
  });

  test('takes labels for responsibilities, chunk by chunk', async () => {
    const { streamed, resident } = await both(cpu, points, 700, 'per-feature');
    const parameters = parametersFor('full', streamed);
    const labels = new Uint32Array(3000).map((_, i) => (i * i) % 2);
    const assignment: Assignment = { kind: 'labels', labels };
    const sums = async (dataset: Dataset) => {
      const { counts, first, second } = await dataset.expectation(parameters, { assignment });
      return [...counts, ...first, ...second];
    };
    expectNear(await sums(streamed), await sums(resident), 1e-12, 1e-9);
    const random = await streamed.expectation(parameters, { assignment: { kind: 'random', seed: 7 } });
    expectNear([...random.counts], [1500, 1500], 0.03);
  });
});

describe('rows of a stream', () => {
  const indices = Uint32Array.of(2999, 0, 1500, 1500, 701, 700, 699);

  test('are those of the resident points, in the order that was asked for, in one walk', async () => {
    const stream = watchedStream(points);
    const watch = watched(cpu);
    const streamed = await openStreamed(watch.backend, stream, { scaling: 'per-feature', chunkRows: 700 });
    const resident = await cpu.load(points, { scaling: 'per-feature', frame: streamed.frame });
    const { walks } = stream;
    expect(await streamed.rows(indices)).toEqual(await resident.rows(indices));
    expect(stream.walks).toBe(walks + 1);
    expect(watch.alive).toBe(0);
  });

  test('a seeding holds its rows: one walk for all that it asks, the values of a resident one', async () => {
    const sampleWeight = new Float64Array(3000).map((_, i) => (i < 800 ? 0 : 1 + (i % 2)));
    const source = { ...points, sampleWeight };
    for (const sample of [undefined, new Uint32Array(900).map((_, i) => 3 * i + 2)]) {
      const stream = watchedStream(source);
      const watch = watched(cpu);
      const streamed = await openStreamed(watch.backend, stream, { scaling: 'per-feature', chunkRows: 700 });
      const resident = await cpu.load(source, { scaling: 'per-feature', frame: streamed.frame });
      const { walks } = stream;
      const weights = Float64Array.of(1, 2);
      const [one, other] = [streamed.seedingDistances(weights, sample), resident.seedingDistances(weights, sample)];
      expect(one.size).toBe(other.size);
      expect(one.rowAt(17)).toBe(other.rowAt(17));
      const candidates = await streamed.rows(Uint32Array.of(one.rowAt(5), one.rowAt(700)));
      expect(candidates).toEqual(await resident.rows(Uint32Array.of(other.rowAt(5), other.rowAt(700))));
      for (const seeding of [one, other]) await seeding.add(candidates.slice(0, 2));
      expect(await one.tileSums(candidates)).toEqual(await other.tileSums(candidates));
      expect(await one.tileValues(Uint32Array.of(0, 2))).toEqual(await other.tileValues(Uint32Array.of(0, 2)));
      expect(stream.walks).toBe(walks + 1);
      expect(watch.alive).toBe(1);
      one.destroy();
      await Promise.resolve();
      expect(watch.alive).toBe(0);
      await streamed.rows(Uint32Array.of(1));
      expect(stream.walks).toBe(walks + 2);
    }
  });

  test('a seeding of which nothing was asked costs nothing; one that fails is no unhandled rejection', async () => {
    const stream = watchedStream(points);
    const streamed = await openStreamed(cpu, stream, { scaling: 'per-feature', chunkRows: 700 });
    const { walks } = stream;
    streamed.seedingDistances(Float64Array.of(1, 1)).destroy();
    expect(stream.walks).toBe(walks);
    const failing = new Proxy(cpu, {
      get: (target, key) => {
        if (key !== 'load') return Reflect.get(target, key, target);
        return () => Promise.reject(new Error('no room'));
      },
    });
    const { frame } = streamed;
    const other = await openStreamed(failing, watchedStream(points), { scaling: 'per-feature', frame, chunkRows: 700 });
    const seeding = other.seedingDistances(Float64Array.of(1, 1));
    await expect(seeding.tileSums(new Float64Array())).rejects.toThrow('no room');
    seeding.destroy();
    await new Promise((resolve) => setTimeout(resolve));
  });
});

describe('the frame of a stream', () => {
  test('is that of the same rows in memory, by chunks of any size', async () => {
    const many = pointsOf(TWO_GROUPS, 9000);
    const frames = [];
    for (const chunkRows of [100, 4096, 8999]) {
      frames.push((await openStreamed(cpu, watchedStream(many), { scaling: 'per-feature', chunkRows })).frame);
    }
    expect(frames[1]).toEqual(frames[0]);
    expect(frames[2]).toEqual(frames[0]);
    const few = await openStreamed(cpu, watchedStream(points), { scaling: 'isotropic', chunkRows: 999 });
    expect(few.frame).toEqual(await frameOfRows(points, 'isotropic'));
  });

  test('comes from rows that weigh something', async () => {
    const data = points.data.map((x, i) => (i < 2 * 2990 ? 1e6 : x));
    const sampleWeight = new Float64Array(3000).map((_, i) => (i < 2990 ? 0 : 1));
    const stream = watchedStream({ data, nFeatures: 2, sampleWeight });
    const { frame, totalWeight } = await openStreamed(cpu, stream, { scaling: 'per-feature', chunkRows: 500 });
    expect(totalWeight).toBe(10);
    expect(Math.max(...frame.shift)).toBeLessThan(20);
    expect(Math.max(...frame.scale)).toBeLessThan(10);
  });
});

test('results that do not fit into memory are refused as such', async () => {
  const rows = 2 ** 34;
  const stream = {
    nFeatures: 1,
    nSamples: rows,
    async *chunks() {
      for (;;) yield { data: new Float64Array(10), nFeatures: 1 };
    },
  };
  const frame = { shift: new Float64Array(1), scale: Float64Array.of(1) };
  const dataset = await openStreamed(cpu, stream, { scaling: 'per-feature', frame, chunkRows: 10 });
  expect(dataset.nSamples).toBe(rows);
  await refusal(() => dataset.read('logDensities', standardNormal(frame)), 'out-of-memory');
});
