import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionalMeans } from '../../src/em/missing/impute.ts';
import type { Dataset, KernelParameters, Statistics } from '../../src/em/types.ts';
import { expectClose, MIXTURES, randomParameters, uniforms } from '../cpu/samples.ts';
import { covarianceMatrices, type NaiveIncomplete, naiveIncomplete } from './naive.ts';
import { backend, incomplete, type Size, sizes, withDataset } from './samples.ts';

const runs = { numRuns: 40 };
/** Both sides invert matrices of condition numbers up to some hundreds. */
const TOLERANCE = 1e-11;

function sample(kind: (typeof MIXTURES)[number], size: Size) {
  return {
    ...incomplete(size, kind === 'spherical'),
    parameters: randomParameters(kind, size.K, size.D, size.seed + 3),
  };
}

function expectSums(actual: Statistics, expected: NaiveIncomplete, parameters: KernelParameters): void {
  expect(actual.centers).toEqual(parameters.means);
  for (const sum of ['counts', 'first', 'second'] as const) expectClose(actual[sum], expected[sum], TOLERANCE);
}

describe.each(MIXTURES)('%s', (kind) => {
  test('sums and objective are those of a naive loop', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { rows, points, sampleWeight, frame, parameters } = sample(kind, size);
        const expected = naiveIncomplete(rows, parameters, frame, sampleWeight);
        const actual = await withDataset({ points, frame }, (dataset) => dataset.expectation(parameters));
        expectSums(actual, expected, parameters);
        expectClose([actual.objective], [expected.objective], TOLERANCE);
        expect(actual.nSamples).toBe(size.N);
        const total = sampleWeight?.reduce((a, b) => a + b, 0) ?? size.N;
        expectClose([actual.totalWeight], [total], 1e-14);
      }),
      runs,
    );
  });

  test('readouts are those of a naive loop, in the order of the rows', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { rows, points, frame, parameters } = sample(kind, size);
        const expected = naiveIncomplete(rows, parameters, frame, undefined);
        const read = (what: 'labels' | 'responsibilities' | 'logDensities') =>
          withDataset({ points, frame }, (dataset) => dataset.read(what, parameters));
        expectClose(await read('responsibilities'), expected.responsibilities, TOLERANCE);
        expectClose(await read('logDensities'), expected.logDensities, TOLERANCE);
        const labels = await read('labels');
        labels.forEach((label, n) => {
          const best = expected.labels[n]!;
          const of = (k: number) => expected.responsibilities[n * size.K + k]!;
          if (label !== best) expect(of(label)).toBeCloseTo(of(best), 10);
        });
      }),
      runs,
    );
  });

  test('sums of labels that are given', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { rows, points, frame, parameters } = sample(kind, size);
        const next = uniforms(size.seed + 4);
        const labels = Uint32Array.from({ length: size.N }, () => Math.floor(next() * size.K));
        const expected = naiveIncomplete(rows, parameters, frame, points.sampleWeight, labels);
        const actual = await withDataset({ points, frame }, (dataset) =>
          dataset.expectation(parameters, { assignment: { kind: 'labels', labels } }),
        );
        expectSums(actual, expected, parameters);
      }),
      { numRuns: 20 },
    );
  });

  test('sums add up over rows with and without gaps', async () => {
    const size = { N: 300, D: 3, K: 2, seed: 11, share: 0, weighted: false };
    const { points, frame, parameters } = sample(kind, size);
    const plain = await backend.load(points, { scaling: 'per-feature', frame });
    const gappy = { ...points, data: Float64Array.of(...points.data, Number.NaN, 0.5, 0.5) };
    const one = await withDataset({ points: { ...points, data: Float64Array.of(Number.NaN, 0.5, 0.5) }, frame }, (d) =>
      d.expectation(parameters),
    );
    const all = await withDataset({ points: gappy, frame }, (d) => d.expectation(parameters));
    const without = await plain.expectation(parameters);
    expectClose(
      all.second,
      without.second.map((s, i) => s + one.second[i]!),
      1e-13,
    );
    plain.destroy();
  });

  test('the same bits again', async () => {
    const size = { N: 280, D: 4, K: 3, seed: 5, share: 0.4, weighted: true };
    const { points, frame, parameters } = sample(kind, size);
    const pass = (dataset: Dataset) => dataset.expectation(parameters);
    const first = await withDataset({ points, frame }, pass);
    expect(await withDataset({ points, frame }, pass)).toEqual(first);
  });

  test('imputed cells are those of a naive loop, in data units; others stay', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { rows, points, frame, parameters } = sample(kind, size);
        const { D } = size;
        const { imputed } = naiveIncomplete(rows, parameters, frame, undefined);
        const responsibilities = await withDataset({ points, frame }, (d) => d.read('responsibilities', parameters));
        const { shift, scale } = frame;
        const means = parameters.means.map((m, i) => m * scale[i % D]! + shift[i % D]!);
        const covariances = Float64Array.from(
          covarianceMatrices(parameters).flatMap((c) => c.to1DArray()),
          (c, i) => c * scale[Math.floor(i / D) % D]! * scale[i % D]!,
        );
        const actual = await conditionalMeans(points, { means, covariances }, responsibilities);
        expectClose(
          actual,
          imputed.map((x, i) => x * scale[i % D]! + shift[i % D]!),
          TOLERANCE,
        );
        points.data.forEach((x, i) => {
          if (!Number.isNaN(x)) expect(actual[i]).toBe(x);
        });
      }),
      runs,
    );
  });
});

test('random assignments: rows count once, and patterns draw differently', async () => {
  const D = 2;
  // Two patterns of 100 rows: with one seed for both, counts of both would be the same.
  const data = Float64Array.from({ length: 200 * D }, (_, i) => (i % D === (i < 100 * D ? 0 : 1) ? Number.NaN : i % 7));
  const parameters = randomParameters('full', 3, D, 2);
  const pass = (points: Float64Array, seed: number) =>
    withDataset({ points: { data: points, nFeatures: D }, frame: incomplete({ ...plain, D }).frame }, (d) =>
      d.expectation(parameters, { assignment: { kind: 'random', seed } }),
    );
  const both = await pass(data, 7);
  const half = await pass(data.slice(0, 100 * D), 7);
  expectClose([both.counts.reduce((a, b) => a + b)], [200], 1e-14);
  expect(both.counts.some((count, k) => Math.abs(count - 2 * half.counts[k]!) > 1e-3)).toBe(true);
  expect(await pass(data, 7)).toEqual(both);
  expect((await pass(data, 8)).counts).not.toEqual(both.counts);
});

const plain: Size = { N: 4, D: 2, K: 1, seed: 1, share: 0, weighted: false };
