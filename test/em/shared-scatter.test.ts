import { describe, expect, test } from 'vitest';
import { SharedScatter } from '../../src/em/shared-scatter.ts';
import type { KernelParameters, Statistics } from '../../src/em/types.ts';
import { type Naive, naive } from '../cpu/naive.ts';
import { randomParameters, randomRows, randomWeights } from '../cpu/samples.ts';

const [N, D, K] = [501, 5, 7];

/** Passes in float64 by the formulas: which kinds were asked for, and their sums, of two windows. */
function passes(rows: Float64Array, weights?: Float64Array) {
  const asked: string[] = [];
  const cut = 200;
  const halves = [
    { rows: rows.slice(0, cut * D), ...(weights && { weights: weights.slice(0, cut) }) },
    { rows: rows.slice(cut * D), ...(weights && { weights: weights.slice(cut) }) },
  ];
  const pass = async (p: KernelParameters) => {
    asked.push(p.nComponents === 1 ? 'whole' : p.kind);
    return halves.map((half): Statistics => sumsOf(p, naive(half.rows, { ...p, kind: 'tied' }, half), half));
  };
  return { asked, pass };
}

/** Of `tied-first`: the diagonals, summed about the centres. */
function sumsOf(p: KernelParameters, sums: Naive, { rows, weights }: { rows: Float64Array; weights?: Float64Array }) {
  if (p.kind !== 'tied-first') return sums;
  const second = new Float64Array(p.nComponents * D);
  for (let n = 0; n < rows.length / D; n++) {
    for (let i = 0; i < second.length; i++) {
      const r = (weights?.[n] ?? 1) * sums.responsibilities[n * p.nComponents + Math.floor(i / D)]!;
      second[i]! += r * (rows[n * D + (i % D)]! - p.means[i]!) ** 2;
    }
  }
  return { ...sums, kind: p.kind, second };
}

const largest = (a: Float64Array, b: Float64Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe('sums of a tied mixture from counts, first moments and the scatter of all points', () => {
  test.each([false, true])('are those of triangles per component, window by window (weights: %s)', async (weighted) => {
    const rows = randomRows(N, D, 1);
    const weights = weighted ? randomWeights(N, 2) : undefined;
    const parameters = randomParameters('tied', K, D, 3);
    const { asked, pass } = passes(rows, weights);
    const scatter = new SharedScatter(100);
    const shared = await scatter.expectation(parameters, pass);
    const apart = await pass(parameters);
    expect(shared).toHaveLength(2);
    shared.forEach((sums, i) => {
      expect(sums.kind).toBe('tied');
      expect(largest(sums.second, apart[i]!.second)).toBeLessThan(1e-11);
      expect(sums.counts).toEqual(apart[i]!.counts);
    });
    await scatter.expectation(parameters, pass);
    expect(asked).toEqual(['whole', 'tied-first', 'tied', 'tied-first']);
  });

  test('one component, few of few features, and means out of reach are summed as they are', async () => {
    const { asked, pass } = passes(randomRows(N, D, 1));
    const scatter = new SharedScatter(10);
    const parameters = randomParameters('tied', K, D, 3);
    await scatter.expectation(randomParameters('tied', 1, D, 3), pass);
    await scatter.expectation({ ...parameters, means: parameters.means.map((m) => 100 * m) }, pass);
    expect(asked).toEqual(['whole', 'tied']);
    for (const [components, features] of [
      [40, 1],
      [40, 2],
      [6, 3],
      [2, 4],
    ] as const) {
      expect(scatter.suits(randomParameters('tied', components, features, 3))).toBe(false);
    }
    expect(scatter.suits(randomParameters('tied', 7, 4, 3))).toBe(true);
  });

  test('what decides is the mean square distance from the origin: a light component may be farther away', async () => {
    const scatter = new SharedScatter(10);
    const parameters = randomParameters('tied', K, D, 3);
    const far = { ...parameters, means: parameters.means.map((m, i) => (i < D ? 1000 : m)) };
    expect(scatter.suits(far)).toBe(false);
    expect(scatter.suits({ ...far, logNormalizers: far.logNormalizers.map((l, k) => (k === 0 ? l - 20 : l)) })).toBe(
      true,
    );
  });

  test('a first pass that fails is not kept', async () => {
    const rows = randomRows(N, D, 1);
    const parameters = randomParameters('tied', K, D, 3);
    const { pass } = passes(rows);
    const scatter = new SharedScatter(100);
    const failing = () => Promise.reject(new Error('aborted'));
    await expect(scatter.expectation(parameters, failing)).rejects.toThrow('aborted');
    const [first, second] = await Promise.all([
      scatter.expectation(parameters, pass),
      scatter.expectation(parameters, pass),
    ]);
    expect(first).toEqual(second);
    expect(largest(first[0]!.second, (await pass(parameters))[0]!.second)).toBeLessThan(1e-11);
  });

  test('where the new covariance is far smaller than the old one, so that most would cancel, triangles are summed', async () => {
    // Two heaps, each on one of the means, which the old covariance sees as near each other.
    const rows = randomRows(N, D, 1).map((x, i) => 1e-3 * x + (Math.floor(i / D) % 2 ? 3 : -3));
    const parameters: KernelParameters = {
      ...randomParameters('tied', K, D, 3),
      means: Float64Array.from({ length: K * D }, (_, i) => (Math.floor(i / D) % 2 ? 3 : -3)),
    };
    const { asked, pass } = passes(rows);
    const shared = await new SharedScatter(10).expectation(parameters, pass);
    expect(asked).toEqual(['whole', 'tied-first', 'tied']);
    const apart = await pass(parameters);
    shared.forEach((sums, i) => {
      expect(sums.second).toEqual(apart[i]!.second);
    });
  });

  test('a window where too much would cancel takes its triangles, the others do not', async () => {
    // The first 200 rows are the first window.
    const rows = randomRows(N, D, 1).map((x, i) => (i < 200 * D ? x : 1e-3 * x + (Math.floor(i / D) % 2 ? 3 : -3)));
    const parameters: KernelParameters = {
      ...randomParameters('tied', K, D, 3),
      means: Float64Array.from({ length: K * D }, (_, i) => (Math.floor(i / D) % 2 ? 3 : -3)),
    };
    const { asked, pass } = passes(rows);
    const [first, second] = await new SharedScatter(10).expectation(parameters, pass);
    expect(asked).toEqual(['whole', 'tied-first', 'tied']);
    const apart = await pass(parameters);
    expect(second!.second).toEqual(apart[1]!.second);
    expect(first!.second).not.toEqual(apart[0]!.second);
    expect(largest(first!.second, apart[0]!.second)).toBeLessThan(1e-11);
  });

  test('columns without scatter are no obstacle', async () => {
    const rows = randomRows(N, D, 1).map((x, i) => (i % D === 1 ? 0 : x));
    const parameters = randomParameters('tied', K, D, 3);
    parameters.means.forEach((_, i) => {
      if (i % D === 1) parameters.means[i] = 0;
    });
    const { asked, pass } = passes(rows);
    const [sums] = await new SharedScatter(100).expectation(parameters, pass);
    expect(asked).toEqual(['whole', 'tied-first']);
    const triangle = [...sums!.second].map((s) => Math.abs(s) < 1e-12);
    // Rows of the triangle: 0, 10, 20, 30, 40 begin at 0, 1, 3, 6 and 10.
    expect(triangle.flatMap((isZero, at) => (isZero ? [at] : []))).toEqual([1, 2, 4, 7, 11]);
  });
});
