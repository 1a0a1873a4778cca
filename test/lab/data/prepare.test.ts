import { describe, expect, it } from 'vitest';
import { prepare } from '../../../demo/data/prepare.ts';
import { columnOf, covarianceOf, meanOf, tableOf, UNWATCHED } from './tables.ts';

const RAW = { standardize: false, log: [] };
const TABLE = tableOf(
  ['a', 'b', 'c'],
  [
    [1, 10, Number.NaN],
    [2, Number.NaN, 5],
    [3, 1000, 6],
    [4, 0, 7],
    [5, 100, 8],
  ],
);

describe('prepare', () => {
  it('takes columns in the order wanted, rows with an empty cell left out only where it is in one of them', async () => {
    const all = await prepare(TABLE, { ...RAW, columns: ['a'] }, UNWATCHED);
    expect(all).toEqual({
      points: { data: Float64Array.of(1, 2, 3, 4, 5), nFeatures: 1, featureNames: ['a'] },
      nDropped: 0,
    });
    expect(await prepare(TABLE, { ...RAW, columns: ['c', 'a'] }, UNWATCHED)).toEqual({
      points: { data: Float64Array.of(5, 2, 6, 3, 7, 4, 8, 5), nFeatures: 2, featureNames: ['c', 'a'] },
      nDropped: 1,
      rowNumbers: Uint32Array.of(1, 2, 3, 4),
    });
  });

  it('takes decimal logarithms, rows that have none left out, of chosen columns only', async () => {
    const { points, ...rest } = await prepare(
      TABLE,
      { columns: ['b'], standardize: false, log: ['b', 'c'] },
      UNWATCHED,
    );
    expect(points).toEqual({ data: Float64Array.of(1, 3, 2), nFeatures: 1, featureNames: ['log10(b)'] });
    expect(rest).toEqual({ nDropped: 2, rowNumbers: Uint32Array.of(0, 2, 4) });
  });

  it('standardizes the rows that are kept, after the logarithm', async () => {
    const chosen = { columns: ['a', 'b'], standardize: true, log: ['b'] };
    const { points } = await prepare(TABLE, chosen, UNWATCHED);
    expect(points.featureNames).toEqual(['z(a)', 'z(log10(b))']);
    const a = [1, 3, 5];
    columnOf(points, 0).forEach((x, i) => {
      expect(x).toBeCloseTo((a[i]! - 3) / Math.sqrt(8 / 3), 14);
    });
    expect(meanOf(columnOf(points, 1))).toBeCloseTo(0, 14);
    expect(covarianceOf(columnOf(points, 1))).toBeCloseTo(1, 14);
  });

  it('centres a constant column, and is exact far from the origin', async () => {
    const far = tableOf(
      ['constant', 'far'],
      [
        [7.3, 1e9 + 1],
        [7.3, 1e9 + 2],
        [7.3, 1e9 + 3],
      ],
    );
    const { points } = await prepare(far, { columns: far.columns, standardize: true, log: [] }, UNWATCHED);
    expect(columnOf(points, 0)).toEqual([0, 0, 0]);
    expect(columnOf(points, 1)).toEqual([-Math.sqrt(1.5), 0, Math.sqrt(1.5)]);
  });

  it('keeps float32 as it is, and computes with it in float64', async () => {
    const narrow = tableOf(['a', 'b'], [[1, 2], [3, 5]], Float32Array); // biome-ignore format: one line
    const raw = await prepare(narrow, { ...RAW, columns: ['b', 'a'] }, UNWATCHED);
    expect(raw.points.data).toEqual(Float32Array.of(2, 1, 5, 3));
    const log = await prepare(narrow, { ...RAW, columns: ['b'], log: ['b'] }, UNWATCHED);
    expect(log.points.data).toEqual(Float64Array.of(Math.log10(2), Math.log10(5)));
  });

  it('gives float32 where there are millions of rows', async () => {
    const data = Float64Array.from({ length: 2_000_001 }, (_, i) => 1e9 + (i % 3));
    const table = { name: 'long', data, columns: ['a'], suggested: ['a'] };
    const { points } = await prepare(table, { columns: ['a'], standardize: true, log: [] }, UNWATCHED);
    expect(points.data).toBeInstanceOf(Float32Array);
    expect(points.data.slice(0, 3)).toEqual(Float32Array.of(-Math.sqrt(1.5), 0, Math.sqrt(1.5)));
  });

  it('names what is wrong', async () => {
    const fails = (columns: string[], log: string[] = []) =>
      expect(prepare(TABLE, { ...RAW, columns, log }, UNWATCHED)).rejects;
    await fails([]).toMatchObject({ code: 'invalid-option' });
    await fails(['d']).toMatchObject({ code: 'missing-column', message: expect.stringContaining('"d"') });
    const empty = tableOf(['a'], [[-1], [0]]);
    const work = prepare(empty, { columns: ['a'], standardize: false, log: ['a'] }, UNWATCHED);
    await expect(work).rejects.toMatchObject({ code: 'empty-file', message: expect.stringContaining('not positive') });
  });

  it('stops between blocks and tells how far it is', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const table = { name: 'long', data: new Float32Array(500_000), columns: ['a'], suggested: ['a'] };
    const watch = {
      signal: controller.signal,
      onProgress: (stage: string, fraction: number) => {
        expect(stage).toBe('prepare');
        told.push(fraction);
        if (fraction > 0.5) controller.abort();
      },
    };
    await expect(prepare(table, { ...RAW, columns: ['a'] }, watch)).rejects.toMatchObject({ code: 'aborted' });
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBeLessThan(1);
  });
});
