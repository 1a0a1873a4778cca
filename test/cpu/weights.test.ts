import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { WorkerPool } from '../../src/backends/cpu/worker-pool.ts';
import type { Weights } from '../../src/data/points.ts';
import type { Backend, Dataset, Statistics } from '../../src/em/types.ts';
import { type NaiveOptions, naive } from './naive.ts';
import { bundleNodeWorker } from './node-workers.ts';
import { expectClose, identityFrame, KINDS, randomParameters, randomRows, randomWeights, uniforms } from './samples.ts';

const inline = createCpuBackend();
let threaded: Backend;

beforeAll(async () => {
  threaded = createCpuBackend({ pool: new WorkerPool(await bundleNodeWorker('test-cpu-weights-worker'), 3) });
});
afterAll(() => threaded.destroy());

function load(
  data: Float64Array,
  nFeatures: number,
  sampleWeight: Weights | undefined,
  backend = inline,
): Promise<Dataset> {
  const points = { data, nFeatures, ...(sampleWeight && { sampleWeight }) };
  return backend.load(points, { scaling: 'per-feature', frame: identityFrame(nFeatures) });
}

function expectSameSums(actual: Statistics, expected: Statistics): void {
  expectClose([actual.objective], [expected.objective]);
  expectClose([actual.totalWeight], [expected.totalWeight], 1e-14);
  expectClose(actual.counts, expected.counts);
  expectClose(actual.first, expected.first);
  expectClose(actual.second, expected.second);
}

/** Rows and parameters around the border of a tile. */
const cases = fc.record({
  kind: fc.constantFrom(...KINDS),
  N: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 262 }), fc.integer({ min: 500, max: 800 })),
  D: fc.integer({ min: 1, max: 5 }),
  K: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

describe.each(KINDS)('%s against the formulas', (kind) => {
  test.each([1, 3, 8])('%i features', async (D) => {
    for (const N of [1, 255, 257, 1000]) {
      const rows = randomRows(N, D, N);
      const weights = randomWeights(N, N + 1);
      weights[0] = 1.5;
      const options: NaiveOptions = { weights };
      const parameters = randomParameters(kind, 5, D, 2);
      const dataset = await load(rows, D, weights);
      const expected = naive(rows, parameters, options);
      expectSameSums(await dataset.expectation(parameters), expected);
      expect(dataset.totalWeight).toBe(expected.totalWeight);
      // What is read out point by point knows nothing of weights.
      expectClose(await dataset.read('responsibilities', parameters), expected.responsibilities);
      expectClose(await dataset.read('logDensities', parameters), expected.logDensities);
      expect(Array.from(await dataset.read('labels', parameters))).toEqual(expected.labels);
    }
  });
});

test('a weight of 2 is the point twice', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, N, D, K, seed }) => {
      const rows = randomRows(N, D, seed);
      const parameters = randomParameters(kind, K, D, seed + 1);
      const next = uniforms(seed + 2);
      const weights = Float32Array.from({ length: N }, () => 1 + Math.floor(2 * next()));
      const copies = Array.from(weights, (w, n) => Array<Float64Array>(w).fill(rows.subarray(n * D, (n + 1) * D)));
      const repeated = Float64Array.from(copies.flat().flatMap((row) => Array.from(row)));
      const [weighted, plain] = [await load(rows, D, weights), await load(repeated, D, undefined)];
      expect(weighted.totalWeight).toBe(plain.nSamples);
      expectSameSums(await weighted.expectation(parameters), await plain.expectation(parameters));
    }),
  );
});

test('a weight of 0 is absence', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, N, D, K, seed }) => {
      const rows = randomRows(N, D, seed);
      const parameters = randomParameters(kind, K, D, seed + 1);
      const next = uniforms(seed + 2);
      const weights = Float64Array.from({ length: N }, (_, n) => (n === 0 || next() < 0.7 ? 1 : 0));
      // Such rows may lie anywhere, even where their distance overflows.
      const data = rows.map((x, at) => (weights[Math.floor(at / D)] === 0 ? x * 1e200 : x));
      const present = rows.filter((_, at) => weights[Math.floor(at / D)] !== 0);
      const [weighted, plain] = [await load(data, D, weights), await load(present, D, undefined)];
      expectSameSums(await weighted.expectation(parameters), await plain.expectation(parameters));
    }),
  );
});

test('weights of 1 are none; scaled by a power of two, so are the sums, exactly', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.constantFrom(0.125, 1, 1024), async ({ kind, N, D, K, seed }, w) => {
      const rows = randomRows(N, D, seed);
      const parameters = randomParameters(kind, K, D, seed + 1);
      const plain = await (await load(rows, D, undefined)).expectation(parameters);
      const weighted = await (await load(rows, D, new Float64Array(N).fill(w))).expectation(parameters);
      for (const sums of ['counts', 'first', 'second'] as const) {
        expect(weighted[sums]).toEqual(plain[sums].map((v) => v * w));
      }
      expect(weighted.totalWeight).toBe(w * N);
      expectClose([weighted.objective / w], [plain.objective]);
    }),
  );
});

test('the same bits on workers', async () => {
  const large = fc.record({
    kind: fc.constantFrom(...KINDS),
    N: fc.integer({ min: 17_000, max: 30_000 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(large, async ({ kind, N, seed }) => {
      const [D, parameters] = [3, randomParameters(kind, 4, 3, seed)];
      const [rows, weights] = [randomRows(N, D, seed + 1), randomWeights(N, seed + 2)];
      const [here, there] = [await load(rows, D, weights), await load(rows, D, weights, threaded)];
      expect(await there.expectation(parameters)).toEqual(await here.expectation(parameters));
      expect(there.totalWeight).toBe(here.totalWeight);
      there.destroy();
    }),
    { numRuns: 10 },
  );
});

test('weights that are none are refused, as are rows of weight 0 that are not finite', async () => {
  const rows = Float64Array.of(1, 2, 3, 4);
  const refused = { code: 'invalid-weights' };
  for (const weights of [[1], [1, -1], [1, NaN], [0, 0], [1, 1, 1]]) {
    await expect(load(rows, 2, Float64Array.from(weights))).rejects.toMatchObject(refused);
  }
  const loading = load(Float64Array.of(1, NaN, 3, 4), 2, Float64Array.of(0, 1));
  await expect(loading).rejects.toMatchObject({ code: 'non-finite' });
});
