import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { WorkerPool } from '../../src/backends/cpu/worker-pool.ts';
import type { Assignment, Backend, Dataset } from '../../src/em/types.ts';
import { naive } from './naive.ts';
import { bundleNodeWorker } from './node-workers.ts';
import {
  expectClose,
  identityFrame,
  MIXTURES,
  randomParameters,
  randomRows,
  randomWeights,
  uniforms,
} from './samples.ts';

const inline = createCpuBackend();
const D = 3;

function load(data: Float64Array, sampleWeight: Float64Array | undefined, backend: Backend = inline): Promise<Dataset> {
  const points = { data, nFeatures: D, ...(sampleWeight && { sampleWeight }) };
  return backend.load(points, { scaling: 'per-feature', frame: identityFrame(D) });
}

/** The hash in whole numbers of any size, modulo 2^32 where WGSL's u32 wraps around. */
function pcg(x: bigint): bigint {
  const u32 = (v: bigint) => v % 2n ** 32n;
  const s = u32(u32(x) * 747796405n + 2891336453n);
  const word = u32(((s >> ((s >> 28n) + 4n)) ^ s) * 277803737n);
  return (word >> 22n) ^ word;
}

/** What row n and component k draw, in (0, 1). */
function share(seed: number, n: number, k: number): number {
  return (Number(pcg(pcg(pcg(BigInt(seed)) + BigInt(n)) + BigInt(k)) >> 8n) + 0.5) / 2 ** 24;
}

function randomLabels(N: number, K: number, seed: number): Uint32Array {
  const next = uniforms(seed);
  return Uint32Array.from({ length: N }, () => Math.floor(K * next()));
}

const cases = fc.record({
  kind: fc.constantFrom(...MIXTURES),
  N: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 250, max: 262 }), fc.integer({ min: 500, max: 700 })),
  K: fc.integer({ min: 1, max: 6 }),
  weighted: fc.boolean(),
  seed: fc.nat({ max: 2 ** 32 - 1 }),
});

test.each(['random', 'labels'] as const)('%s: the sums of a naive loop', async (which) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, N, K, weighted, seed }) => {
      const rows = randomRows(N, D, seed);
      const weights = weighted ? randomWeights(N, seed + 1).fill(1, 0, 1) : undefined;
      const labels = randomLabels(N, K, seed + 2);
      const assignment: Assignment = which === 'random' ? { kind: which, seed } : { kind: which, labels };
      const assigned = (n: number, k: number) => (which === 'random' ? share(seed, n, k) : Number(labels[n] === k));
      const parameters = randomParameters(kind, K, D, seed + 3);
      const statistics = await (await load(rows, weights)).expectation(parameters, { assignment });
      const expected = naive(rows, parameters, { assigned, ...(weights && { weights }) });
      expect(statistics.totalWeight).toBe(expected.totalWeight);
      expectClose(statistics.counts, expected.counts, 1e-13);
      expectClose(statistics.first, expected.first, 1e-13);
      expectClose(statistics.second, expected.second, 1e-13);
      // Labels leave no trace of other components.
      if (which === 'labels' && !weighted) expect(statistics.counts).toEqual(expected.counts);
      for (let k = 0; k < K; k++) if (expected.counts[k] === 0) expect(statistics.counts[k]).toBe(0);
    }),
  );
});

describe('workers', () => {
  let threaded: Backend;
  beforeAll(async () => {
    threaded = createCpuBackend({ pool: new WorkerPool(await bundleNodeWorker('test-cpu-assignment-worker'), 3) });
  });
  afterAll(() => threaded.destroy());

  test('know which rows of the dataset they have', async () => {
    const N = 40_123;
    const rows = randomRows(N, D, 1);
    const parameters = randomParameters('full', 4, D, 2);
    const [here, there] = [await load(rows, undefined), await load(rows, undefined, threaded)];
    const labels = randomLabels(N, 4, 3);
    for (const assignment of [{ kind: 'random', seed: 4 } as const, { kind: 'labels', labels } as const]) {
      const mine = await here.expectation(parameters, { assignment });
      expect(await there.expectation(parameters, { assignment })).toEqual(mine);
    }
  });
});

test('another seed, other sums; the same seed, the same', async () => {
  const dataset = await load(randomRows(300, D, 1), undefined);
  const parameters = randomParameters('diag', 3, D, 2);
  const counts = async (seed: number) =>
    (await dataset.expectation(parameters, { assignment: { kind: 'random', seed } })).counts;
  expect(await counts(1)).toEqual(await counts(1));
  expect(await counts(1)).not.toEqual(await counts(2));
});

test('assignments that do not fit are refused', async () => {
  const dataset = await load(randomRows(10, D, 1), undefined);
  const labels = new Uint32Array(10).fill(1);
  const refused = { code: 'invalid-option' };
  const mixture = randomParameters('diag', 2, D, 2);
  const attempts = [
    { parameters: mixture, labels: labels.slice(1) },
    { parameters: mixture, labels: labels.with(7, 2) },
    { parameters: randomParameters('k-means', 2, D, 2), labels },
  ];
  for (const { parameters, labels } of attempts) {
    const pass = dataset.expectation(parameters, { assignment: { kind: 'labels', labels } });
    await expect(pass).rejects.toMatchObject(refused);
  }
});
