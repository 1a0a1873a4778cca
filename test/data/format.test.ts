import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readers/index.ts';
import { readBytes } from '../../src/data/readers/source.ts';
import { expectError, read, rowsOf, vegaFile } from './files.ts';

const arrow = tableToIPC(tableFromArrays({ a: Float64Array.of(1, 2) }), 'file');
const stream = tableToIPC(tableFromArrays({ a: Float64Array.of(1, 2) }), 'stream');

describe('readTable', () => {
  it('believes the first bytes before the extension', async () => {
    expect(rowsOf(await read('a.csv', arrow))).toEqual([[1], [2]]);
    expect(rowsOf(await read('data', stream))).toEqual([[1], [2]]);
    const flights = await vegaFile('flights-3m.parquet');
    await expectError(readTable(flights.slice(0, 1000), { name: 'a.npy' }), 'truncated-file', 'Parquet');
    await expectError(read('a.csv', Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)), 'truncated-file');
  });

  it('takes text for text though it begins with the letters of another format', async () => {
    expect(rowsOf(await read('a.csv', 'PAR1,b\n1,2\n'))).toEqual([[1, 2]]);
    expect(rowsOf(await read('a.csv', 'PAR1\n1\n'))).toEqual([[1]]);
    expect(rowsOf(await read('a.csv', 'ARROW1,b\n1,2\n'))).toEqual([[1, 2]]);
  });

  it('believes the option format before all else', async () => {
    expect(rowsOf(await read('PAR1', 'PAR1,b\n1,2\n', { format: 'csv' }))).toEqual([[1, 2]]);
    expect(rowsOf(await read('data', '1\t2\n', { format: 'tsv' }))).toEqual([[1, 2]]);
    await expectError(read('a.csv', 'a,b\n1,2\n', { format: 'parquet' }), 'unreadable-file', 'as parquet', 'PAR1');
    await expectError(read('a.csv', 'a,b\n1,2\n', { format: 'npy' }), 'unreadable-file', 'as npy');
  });

  it('knows no other formats', async () => {
    await expectError(read('a.xlsx', 'PK'), 'unknown-format', 'a.xlsx', '.xlsx', '.csv');
    await expectError(read('dir.csv/data', '1,2'), 'unknown-format', 'no extension');
    expect(rowsOf(await read('A.CSV', '1,2'))).toEqual([[1, 2]]);
  });

  it('reads from anything with a size and slices, and passes its failures on', async () => {
    const bytes = new TextEncoder().encode('a,b\n1,2\n');
    const source = {
      size: bytes.length,
      slice: (start: number, end: number) => ({ arrayBuffer: async () => bytes.slice(start, end).buffer }),
    };
    expect(rowsOf(await readTable(source, { name: 'a.csv' }))).toEqual([[1, 2]]);
    const broken = { size: 100, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('disk on fire')) }) };
    await expectError(readTable(broken, { name: 'a.csv' }), 'unreadable-file', 'a.csv', 'disk on fire');
  });

  it('does not follow a damaged file beyond its end', async () => {
    const file = new Blob(['abc']);
    expect(await readBytes(file, 1, 100)).toEqual(new TextEncoder().encode('bc'));
    for (const [start, end] of [
      [2 ** 33, 2 ** 33 + 1],
      [-1, 2],
      [2, 1],
      [4, 5],
      [Number.NaN, 1],
      [0, Number.NaN],
    ]) {
      await expect(readBytes(file, start!, end!)).rejects.toThrow('of the 3 that it has');
    }
  });

  it('does not begin when aborted', async () => {
    await expectError(read('a.csv', '1,2', { signal: AbortSignal.abort() }), 'aborted');
  });
});
