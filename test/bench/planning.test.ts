import { expect, test } from 'vitest';
import { Budget } from '../../bench/budget.ts';
import { BLOCK_ROWS, makeTiled, nearestSize, nearestSizeBelow, tileOnHost } from '../../bench/problem.ts';
import { casesOf, fewestSamples, firstGuess, labelOf } from '../../bench/suites.ts';
import { summarize } from '../../bench/summary.ts';

test('repeats are summed up by min, median and max, and kept as they came', () => {
  expect(summarize([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3, all: [3, 1, 2] });
  expect(summarize([4, 1, 2, 3]).median).toBe(2.5);
});

test('a budget refuses what similar things have shown to take too long, and everything once it is over', async () => {
  let now = 0;
  const budget = new Budget(10, () => now);
  const take = (seconds: number) => async () => {
    now += 1000 * seconds;
  };
  expect(budget.refusal('full')).toBeUndefined();
  await budget.spend('full', take(6));
  expect(budget.refusal('full')).toMatch(/more time needed/);
  expect(budget.refusal('never seen')).toMatch(/more time needed/);
  await budget.spend('small', take(1));
  expect(budget.refusal('small')).toBeUndefined();
  await budget.spend('small', take(3));
  expect(budget.isOver).toBe(true);
  expect(budget.refusal('small')).toMatch(/used up/);
});

test('sizes are round numbers or whole blocks', () => {
  expect([1, 1234, 49_999, 60_000, 130_000].map(nearestSize)).toEqual([1, 1200, 50_000, 50_000, 150_000]);
  expect([1999, 49_999, 99_999].map(nearestSizeBelow)).toEqual([1900, 49_000, 50_000]);
});

test('large problems repeat one block, small ones are its beginning', () => {
  const large = makeTiled(3 * BLOCK_ROWS, 2, 4);
  expect(large).toMatchObject({ copies: 3, nSamples: 3 * BLOCK_ROWS });
  const data = tileOnHost(large);
  expect(data.length).toBe(2 * 3 * BLOCK_ROWS);
  expect(data.subarray(2 * BLOCK_ROWS, 2 * BLOCK_ROWS + 8)).toEqual(data.subarray(0, 8));
  const small = makeTiled(100, 2, 4);
  expect(small.block.data).toEqual(data.subarray(0, 200));
  expect(small.block.centers.flat()).toEqual([...data.subarray(0, 8)]);
});

test('suites have every row once, with enough points for its model', () => {
  for (const suite of ['quick', 'full'] as const) {
    const labels = casesOf(suite).map(labelOf);
    expect(new Set(labels).size).toBe(labels.length);
  }
  // 5 models × 5 D × 3 K, and 5 models × 3 small N.
  expect(casesOf('full').length).toBe(90);
  expect(casesOf('full')[0]).toMatchObject(casesOf('quick').map(({ kind, nFeatures }) => ({ kind, nFeatures }))[0]!);
  expect(casesOf('quick', ['tied']).every(({ kind }) => kind === 'tied')).toBe(true);
  for (const one of casesOf('full')) {
    expect(fewestSamples(one)).toBeGreaterThanOrEqual(10 * one.nComponents);
    expect(firstGuess(one)).toBeLessThanOrEqual(BLOCK_ROWS);
  }
});

test('series cross the borders of tiles', () => {
  const along = (series: string) => casesOf('scaling', ['full']).filter((one) => one.series === series);
  expect(along('K').map(({ nComponents }) => nComponents)).toEqual(expect.arrayContaining([8, 9, 16, 17, 32, 33]));
  expect(along('D').map(({ nFeatures }) => nFeatures)).toEqual(expect.arrayContaining([4, 5, 8, 9, 16, 17, 32, 33]));
  const shares = along('N').map(({ size }) => ('share' in size ? size.share : 0));
  expect(shares.at(-1)).toBe(1);
  for (const [i, share] of shares.slice(1).entries()) expect(share).toBe(2 * shares[i]!);
});
