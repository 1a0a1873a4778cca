import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { kFoldScore, splitFolds } from '../../src/judging/folds.ts';
import { faithful, refusal } from './data.ts';

const sizes = fc
  .integer({ min: 2, max: 200 })
  .chain((n) => fc.record({ n: fc.constant(n), k: fc.integer({ min: 2, max: n }), seed: fc.nat() }));

describe('folds', () => {
  test('hold every row once, in sizes that differ by at most 1', () => {
    fc.assert(
      fc.property(sizes, ({ n, k, seed }) => {
        const folds = splitFolds(n, k, seed);
        expect(folds.length).toBe(k);
        const lengths = folds.map((fold) => fold.length);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
        for (const fold of folds) expect(fold).toEqual(fold.toSorted());
        expect(splitFolds(n, k, seed)).toEqual(folds);
      }),
    );
  });

  test('are shuffled, by the seed', () => {
    expect(splitFolds(100, 5, 1)).not.toEqual(splitFolds(100, 5, 2));
    // A row is in the first of two folds in half of the seeds: 1000 ± 5 · √500.
    const inFirst = Array.from({ length: 2000 }, (_, seed) => splitFolds(10, 2, seed)[0]!.includes(0));
    expect(Math.abs(inFirst.filter(Boolean).length - 1000)).toBeLessThan(112);
  });

  test('are refused where there are more of them than rows, or fewer than 2', async () => {
    await refusal(() => splitFolds(3, 4, 0), 'invalid-option');
    await refusal(() => splitFolds(3, 1, 0), 'invalid-option');
    await refusal(() => splitFolds(3, 2, 2 ** 32), 'invalid-option');
    await refusal(() => splitFolds(1, 2, 0), 'invalid-option');
  });
});

/** One Gaussian in one dimension, fitted and scored by formula. */
async function oneGaussian(train: HostPoints, test: HostPoints) {
  const rowsOf = ({ data, sampleWeight }: HostPoints) => Array.from(data, (x, i) => ({ x, w: sampleWeight?.[i] ?? 1 }));
  const sum = (points: HostPoints, of: (x: number) => number) =>
    rowsOf(points).reduce((s, { x, w }) => s + w * of(x), 0);
  const total = sum(train, () => 1);
  const mean = sum(train, (x) => x) / total;
  const variance = sum(train, (x) => (x - mean) ** 2) / total;
  const logDensity = (x: number) => -((x - mean) ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2;
  return { logLikelihood: sum(test, logDensity), weight: sum(test, () => 1) };
}

describe('the k-fold score', () => {
  const waiting = { data: faithful.data.filter((_, at) => at % 2 === 1), nFeatures: 1, featureNames: ['waiting'] };
  const n = waiting.data.length;

  test('fits to all folds but one, and scores that', async () => {
    const seen: number[] = [];
    const fractions: number[] = [];
    const score = await kFoldScore(
      waiting,
      5,
      async (train, test) => {
        expect([train.featureNames, train.nFeatures, train.data.length + test.data.length]).toEqual([
          ['waiting'],
          1,
          n,
        ]);
        expect([...train.data, ...test.data].sort()).toEqual([...waiting.data].sort());
        seen.push(...test.data);
        return oneGaussian(train, test);
      },
      { seed: 3, onProgress: (fraction) => void fractions.push(fraction) },
    );
    expect(seen.sort()).toEqual([...waiting.data].sort());
    expect(fractions).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(score.perFold.length).toBe(5);
    // A fold of 54 rows or 55 counts by its rows.
    const rows = splitFolds(n, 5, 3).map((fold) => fold.length);
    expect(score.mean).toBeCloseTo(score.perFold.reduce((sum, value, i) => sum + value * rows[i]!, 0) / n, 12);
    // The held-out score is below that of the rows it was fitted to, but not by much.
    const own = await oneGaussian(waiting, waiting);
    expect(score.mean).toBeLessThan(own.logLikelihood / n);
    expect(score.mean).toBeGreaterThan(own.logLikelihood / n - 0.05);
  });

  test('carries weights along, and leaves out rows of weight 0', async () => {
    const sampleWeight = Float32Array.from(waiting.data, (_, i) => i % 3);
    const some = waiting.data.filter((_, i) => i % 3 > 0);
    const someWeight = sampleWeight.filter((w) => w > 0);
    const [all, positive] = await Promise.all([
      kFoldScore({ ...waiting, sampleWeight }, 4, oneGaussian),
      kFoldScore({ ...waiting, data: some, sampleWeight: someWeight }, 4, oneGaussian),
    ]);
    expect(all).toEqual(positive);
    const heavier = await kFoldScore({ ...waiting, sampleWeight: sampleWeight.map((w) => 2 * w) }, 4, oneGaussian);
    expect(heavier.mean).toBeCloseTo(all.mean, 12);
  });

  test('refuses a callback that is none before any work, and one that gives no numbers', async () => {
    for (const callback of [null, undefined, {}]) {
      const { message } = await refusal(() => kFoldScore(waiting, 3, callback as never), 'invalid-option');
      expect(message).toMatch(/^fitAndScore must be a function/);
    }
    await refusal(() => kFoldScore(waiting, 3, oneGaussian, null as never), 'invalid-option');
    const bad = [undefined, {}, { logLikelihood: -1 }, { logLikelihood: Number.NaN, weight: 1 }];
    for (const result of [...bad, { logLikelihood: Infinity, weight: 1 }, { logLikelihood: -1, weight: 0 }]) {
      let calls = 0;
      const scoring = () => {
        calls++;
        return Promise.resolve(result as never);
      };
      const { message } = await refusal(() => kFoldScore(waiting, 3, scoring), 'invalid-option');
      expect(message).toContain('of fold 0 it gave');
      expect(calls).toBe(1);
    }
  });

  test('takes a density of 0 for a score', async () => {
    const impossible = await kFoldScore(waiting, 3, async () => ({ logLikelihood: -Infinity, weight: 9 }));
    expect(impossible).toEqual({ mean: -Infinity, perFold: [-Infinity, -Infinity, -Infinity] });
  });

  test('hears an abort between folds, and hands on what a fold throws', async () => {
    const controller = new AbortController();
    let calls = 0;
    const stopped = kFoldScore(
      waiting,
      5,
      async (train, test) => {
        if (++calls === 2) controller.abort();
        return oneGaussian(train, test);
      },
      { signal: controller.signal },
    );
    await refusal(() => stopped, 'aborted');
    expect(calls).toBe(2);
    await expect(kFoldScore(waiting, 2, () => Promise.reject(new Error('no fit')))).rejects.toThrow('no fit');
  });
});
