import { beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readers/index.ts';
import { expectError, read, rowsOf, vegaFile } from './files.ts';
import { LOGICAL, PLAIN, type TinyColumn, tinyParquet } from './tiny-parquet.ts';

const { int32, int64, float, double, text } = PLAIN;

/** A column of one row group. */
function column(name: string, type: number, cells: (Uint8Array | null)[], extra: Partial<TinyColumn> = {}): TinyColumn {
  return { name, type, groups: [cells], ...extra };
}

describe('Parquet, 3 million flights', () => {
  let flights: Blob;
  beforeAll(async () => {
    flights = await vegaFile('flights-3m.parquet');
  });

  it('reads columns of int64, row group by row group', async () => {
    const told: number[] = [];
    const table = await readTable(flights, {
      name: 'flights-3m.parquet',
      columns: ['delay', 'distance'],
      onProgress: (fraction) => told.push(fraction),
    });
    const { data } = table.points;
    expect(data).toBeInstanceOf(Float64Array);
    expect(data).toHaveLength(6_000_000);
    expect(Array.from(data.subarray(0, 6))).toEqual([33, 2176, 19, 215, 14, 405]);
    expect(data.every((x) => Number.isInteger(x))).toBe(true);
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe(1);
  });

  it('takes numbers by default and times when named', async () => {
    const all = await readTable(flights, { name: 'f.parquet' });
    expect(all.featureNames).toEqual(['delay', 'distance']);
    const dates = await readTable(flights, { name: 'f.parquet', columns: ['date'] });
    expect(new Date(dates.points.data[0]!).toISOString()).toBe('2001-01-01T00:01:00.000Z');
  });

  it('names what is wrong with a column', async () => {
    const missing = readTable(flights, { name: 'f.parquet', columns: ['Delay'] });
    await expectError(missing, 'missing-column', '"Delay"', 'date, delay, distance, origin, destination');
    const string = readTable(flights, { name: 'f.parquet', columns: ['origin'] });
    await expectError(string, 'not-a-number', '"origin"', 'string');
  });

  it('says when the file is cut short or has a hole', async () => {
    for (const size of [4, 8, 12, 5000, 1e6, flights.size - 8, flights.size - 1]) {
      await expectError(readTable(flights.slice(0, size), { name: 'f.parquet' }), 'truncated-file', 'f.parquet');
    }
    const hole = new Blob([flights.slice(0, 5e6), flights.slice(6e6)]);
    await expectError(readTable(hole, { name: 'f.parquet' }), 'unreadable-file', 'f.parquet');
  });

  it('is aborted between row groups', async () => {
    const controller = new AbortController();
    const work = readTable(flights, {
      name: 'f.parquet',
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expectError(work, 'aborted');
  });
});

describe('Parquet, types', () => {
  it('converts every kind of number', async () => {
    const table = await read(
      't.parquet',
      tinyParquet([
        column('i32', 1, [int32(-7)]),
        column('i64', 2, [int64(-9007199254740993n)]),
        column('f32', 4, [float(0.1)]),
        column('f64', 5, [double(0.1)]),
        column('decimal', 1, [int32(-12345)], { logical: LOGICAL.decimal(2) }),
        column('old decimal', 2, [int64(5n)], { converted: 5 }),
      ]),
    );
    expect(table.featureNames).toEqual(['i32', 'i64', 'f32', 'f64', 'decimal', 'old decimal']);
    expect(rowsOf(table)).toEqual([[-7, -9007199254740992, Math.fround(0.1), 0.1, -123.45, 5]]);
  });

  it('takes times, booleans and row labels only when named', async () => {
    const file = tinyParquet([
      column('x', 5, [double(1)]),
      column('day', 1, [int32(1)], { logical: LOGICAL.date }),
      column('old day', 1, [int32(1)], { converted: 6 }),
      column('micros', 2, [int64(1500n)], { logical: LOGICAL.micros }),
      column('flag', 0, [Uint8Array.of(1)]),
      column('__index_level_0__', 2, [int64(17n)]),
      column('t', 6, [text('abc')], { converted: 0 }),
    ]);
    expect((await read('t.parquet', file)).featureNames).toEqual(['x']);
    const columns = ['day', 'old day', 'micros', 'flag', '__index_level_0__'];
    expect(rowsOf(await read('t.parquet', file, { columns }))).toEqual([[86_400_000, 86_400_000, 1.5, 1, 17]]);
  });

  it('keeps float32 and small integers in float32', async () => {
    const small = column('i8', 1, [int32(-5)], { logical: LOGICAL.int8 });
    const table = await read('t.parquet', tinyParquet([column('f', 4, [float(0.1)]), small]));
    expect(table.points.data).toEqual(Float32Array.of(0.1, -5));
  });

  it('names or drops rows with nulls, over row groups', async () => {
    const file = tinyParquet([
      {
        name: 'a',
        type: 5,
        groups: [
          [double(1), double(2)],
          [null, double(4)],
          [double(Number.NaN), double(6)],
        ],
      },
      {
        name: 'b',
        type: 2,
        groups: [
          [int64(1n), int64(2n)],
          [int64(3n), int64(4n)],
          [int64(5n), null],
        ],
      },
    ]);
    await expectError(read('t.parquet', file), 'non-finite', 'row 3, column "a": the cell is empty (null)');
    await expectError(read('t.parquet', file, { columns: ['b'] }), 'non-finite', 'row 6, column "b"');
    const table = await read('t.parquet', file, { missing: 'drop' });
    expect(rowsOf(table)).toEqual([
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
    expect(table.nDropped).toBe(3);
    expect(table.rowNumbers).toEqual(Uint32Array.of(0, 1, 3));
  });

  it('reads columns that cannot have nulls, also where a writer does not say that they cannot', async () => {
    const file = tinyParquet([column('x', 5, [double(1), double(2)], { required: true })]);
    expect(rowsOf(await read('t.parquet', file))).toEqual([[1], [2]]);
  });

  it('leaves columns out that share a name, and says so', async () => {
    const file = tinyParquet(['a', 'x', 'a'].map((name, i) => column(name, 5, [double(i), double(i + 10)])));
    const table = await read('t.parquet', file);
    expect(table.featureNames).toEqual(['x']);
    expect(rowsOf(table)).toEqual([[1], [11]]);
    expect(table.leftOut[0]).toMatchObject({ name: 'a', why: expect.stringContaining('2 columns have this name') });
    await expectError(read('t.parquet', file, { columns: ['a'] }), 'not-a-number', '"a"', '2 columns have this name');
  });

  it('says that a file is encrypted', async () => {
    const file = new TextEncoder().encode('PARE\0\0\0\0\0\0\0\0PARE');
    await expectError(read('t.parquet', file), 'unreadable-file', 'encrypted');
    await expectError(read('data', file), 'unreadable-file', 'encrypted');
  });

  it('says when there is nothing to read', async () => {
    const words = tinyParquet([column('t', 6, [text('abc')], { converted: 0 })]);
    await expectError(read('t.parquet', words), 'not-a-number', 'no column of numbers', 't (utf8)');
    await expectError(read('t.parquet', tinyParquet([column('x', 5, [])])), 'empty-file', 'no rows');
    const none = tinyParquet([column('x', 5, [null, null])]);
    await expectError(read('t.parquet', none, { missing: 'drop' }), 'empty-file', 'All 2 rows');
  });
});
