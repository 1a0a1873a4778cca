import { describe, expect, it } from 'vitest';
import { readSource } from '../../../demo/data/read.ts';
import { suggestColumns } from '../../../demo/data/source-table.ts';
import { UNWATCHED } from './tables.ts';

const read = (text: string, name = 'a.csv') => readSource(new Blob([text]), name, UNWATCHED);

describe('suggestColumns', () => {
  const suggest = (columns: string[], ...rows: number[][]) => suggestColumns(Float64Array.from(rows.flat()), columns);

  it('passes over columns that number the rows', () => {
    expect(suggest(['id', 'a', 'row', 'b', 'c'], [0, 1, 7, 2, 3], [1, 1, 8, 4, 3], [2, 3, 9, 6, 3])).toEqual([
      'a',
      'b',
    ]);
    expect(suggest(['years', 'a'], [1990, 1], [1992, 5])).toEqual(['years', 'a']);
    expect(suggest(['halves', 'a'], [0.5, 1], [1.5, 5])).toEqual(['halves', 'a']);
  });

  it('takes what there is', () => {
    expect(suggest(['id'], [0], [1], [2])).toEqual(['id']);
    expect(suggest(['id', 'a'], [0, 5], [1, 2])).toEqual(['a']);
    expect(suggest(['a', 'b'], [1, 2])).toEqual(['a', 'b']);
  });
});

describe('readSource', () => {
  it('takes the columns of numbers, empty cells as NaN', async () => {
    expect(await read('id,name,a,b\n0,x,1,\n1,y,,3\n2,z,5,6\n')).toEqual({
      ...{ name: 'a.csv', columns: ['id', 'a', 'b'], suggested: ['a', 'b'] },
      data: Float64Array.of(0, 1, Number.NaN, 1, Number.NaN, 3, 2, 5, 6),
    });
  });

  it('takes more columns than a model does, and infinite cells like empty ones', async () => {
    const row = Array.from({ length: 300 }, (_, i) => i * i);
    const table = await read(`${row}\n${row}\n`);
    expect([table.columns.length, Array.from(table.data)]).toEqual([300, [...row, ...row]]);
    expect((await read('a,b\n1,inf\n2,3\n')).data).toEqual(Float64Array.of(1, Number.NaN, 2, 3));
  });

  it('advises in words that fit the Lab', async () => {
    await expect(read('?', 'a.zip')).rejects.toMatchObject({
      code: 'unknown-format',
      message: expect.not.stringMatching(/option/),
    });
    await expect(read('a\nx\n')).rejects.toMatchObject({ code: 'not-a-number' });
  });
});
