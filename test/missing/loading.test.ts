import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { loadIncomplete, RARE } from '../../src/em/missing/load.ts';
import type { Backend, Dataset, KernelParameters } from '../../src/em/types.ts';
import { EmgpuError, type ErrorCode } from '../../src/errors.ts';
import { randomParameters } from '../cpu/samples.ts';
import { backend, incomplete, type Size, withDataset } from './samples.ts';

const N_A = Number.NaN;
const someSize: Size = { N: 30, D: 3, K: 2, seed: 2, share: 0.3, weighted: false };
const load = (points: HostPoints, options = {}) =>
  loadIncomplete(backend, points, { scaling: 'per-feature', ...options });

/** The error of this code that `work` rejects with. */
async function refusal(work: () => Promise<unknown>, code: ErrorCode): Promise<EmgpuError> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EmgpuError);
  expect((error as EmgpuError).code).toBe(code);
  return error as EmgpuError;
}

describe('what is refused', () => {
  const refused: [string, HostPoints, ErrorCode, string][] = [
    ['a row without numbers', { data: Float64Array.of(1, 2, N_A, N_A), nFeatures: 2 }, 'all-missing', 'Row 1 '],
    ['a column without numbers', { data: Float64Array.of(1, N_A, 2, N_A), nFeatures: 2 }, 'all-missing', 'Column 1 '],
    [
      'a column whose numbers weigh nothing, by its name',
      {
        ...{ data: Float64Array.of(1, N_A, 2, 5), nFeatures: 2 },
        ...{ featureNames: ['a', 'b'], sampleWeight: Float64Array.of(1, 0) },
      },
      'all-missing',
      'Column b ',
    ],
    ['infinities', { data: Float64Array.of(1, N_A, 2, Infinity), nFeatures: 2 }, 'non-finite', 'row 1, column 1 '],
    [
      'bad weights',
      { data: Float64Array.of(1, N_A), nFeatures: 2, sampleWeight: Float64Array.of(-1) },
      'invalid-weights',
      'row 0',
    ],
  ];
  test.each(refused)('%s', async (_, points, code, words) => {
    expect((await refusal(() => load(points), code)).message).toContain(words);
  });

  test('a column without numbers is no obstacle where the frame is given', async () => {
    const frame = { shift: Float64Array.of(0, 0), scale: Float64Array.of(1, 1) };
    const points = { data: Float64Array.of(1, N_A, 2, N_A), nFeatures: 2 };
    const labels = await withDataset({ points, frame }, (d) => d.read('labels', randomParameters('full', 2, 2, 1)));
    expect(labels.length).toBe(2);
    await refusal(
      () => load(points, { frame: { shift: new Float64Array(1), scale: new Float64Array(1) } }),
      'model-mismatch',
    );
  });

  test('models without Gaussian marginals, of other features, labels of other rows', async () => {
    const { points, frame } = incomplete(someSize);
    await withDataset({ points, frame }, async (dataset) => {
      const good = randomParameters('diag', 2, someSize.D, 1);
      const attempt = (parameters: KernelParameters) => () => dataset.expectation(parameters);
      await refusal(attempt(randomParameters('k-means', 2, someSize.D, 1)), 'invalid-option');
      await refusal(attempt({ ...good, kind: 'poisson' }), 'invalid-option');
      await refusal(attempt(randomParameters('diag', 2, someSize.D + 1, 1)), 'model-mismatch');
      const silent = Float64Array.from(good.precisionsCholesky).fill(0, someSize.D);
      await refusal(attempt({ ...good, precisionsCholesky: silent }), 'invalid-option');
      const assignment = { kind: 'labels', labels: new Uint32Array(3) } as const;
      await refusal(() => dataset.expectation(good, { assignment }), 'invalid-option');
    });
  });

  test('a covariance that is singular to working precision', async () => {
    // Features 0 and 2 are copies of each other: no density can tell what 0 is like where 2 is there.
    const data = Float64Array.of(1, N_A, 1, 2, 5, 2, 3, 1, 3);
    const u = Float64Array.of(1, 0, -1e9, 0, 1, 0, 0, 0, 1e9);
    const parameters: KernelParameters = {
      ...{ kind: 'full', nComponents: 1, nFeatures: 3, means: new Float64Array(3) },
      ...{ precisionsCholesky: u, logNormalizers: new Float64Array(1) },
    };
    await withDataset({ points: { data, nFeatures: 3 } }, async (dataset) => {
      const error = await refusal(() => dataset.expectation(parameters), 'singular-covariance');
      expect(error.message).not.toContain('NaN');
    });
  });
});

describe('loading', () => {
  const size: Size = { ...someSize, N: RARE + 500, share: 0.01 };

  /** A real backend that notes which datasets it has made and which of them are left, and may fail at one. */
  function watched(failAt = Infinity) {
    const sizesOf: number[] = [];
    let alive = 0;
    const watching: Backend = {
      ...createCpuBackend(),
      load: async (points, options) => {
        if (sizesOf.length === failAt) throw new Error('no more');
        const dataset = await backend.load(points, options);
        sizesOf.push(dataset.nSamples);
        alive++;
        const destroy = dataset.destroy.bind(dataset);
        dataset.destroy = () => {
          alive--;
          destroy();
        };
        return dataset;
      },
    };
    return { backend: watching, sizesOf, alive: () => alive };
  }

  test('patterns with few rows go to the backend for rare ones, and the numbers are the same', async () => {
    const { points, frame } = incomplete(size);
    const [main, rare] = [watched(), watched()];
    const options = { scaling: 'per-feature', frame, rare: rare.backend } as const;
    const dataset = await loadIncomplete(main.backend, points, options);
    expect(main.sizesOf.every((n) => n >= RARE)).toBe(true);
    expect(rare.sizesOf.every((n) => n < RARE)).toBe(true);
    expect([main.sizesOf.length, rare.sizesOf.length > 0]).toEqual([1, true]);
    const parameters = randomParameters('full', 2, size.D, 1);
    const pass = (d: Dataset) => d.expectation(parameters);
    expect(await pass(dataset)).toEqual(await withDataset({ points, frame }, pass));
    dataset.destroy();
    expect([main.alive(), rare.alive()]).toEqual([0, 0]);
    await refusal(() => dataset.expectation(parameters), 'destroyed');
  });

  test('progress rises to 1', async () => {
    const fractions: number[] = [];
    const dataset = await load(incomplete(size).points, { onProgress: (fraction: number) => fractions.push(fraction) });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBeCloseTo(1, 12);
    dataset.destroy();
  });

  test('what was loaded is freed when a later pattern fails', async () => {
    const { points } = incomplete(size);
    const failing = watched(2);
    await expect(loadIncomplete(failing.backend, points, { scaling: 'per-feature' })).rejects.toThrow('no more');
    expect([failing.sizesOf.length, failing.alive()]).toEqual([2, 0]);
  });

  test('an abort is heard while loading and in passes', async () => {
    const { points, frame } = incomplete(size);
    const controller = new AbortController();
    const watching = watched();
    const onProgress = () => controller.abort();
    const options = { scaling: 'per-feature', signal: controller.signal, onProgress } as const;
    await refusal(() => loadIncomplete(watching.backend, points, options), 'aborted');
    expect(watching.alive()).toBe(0);
    await withDataset({ points, frame }, async (dataset) => {
      const { signal } = controller;
      await refusal(() => dataset.expectation(randomParameters('full', 2, size.D, 1), { signal }), 'aborted');
      await refusal(() => dataset.read('labels', randomParameters('full', 2, size.D, 1), { signal }), 'aborted');
    });
  });
});
