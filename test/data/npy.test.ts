import { describe, expect, it } from 'vitest';
import { expectError, read, rowsOf } from './files.ts';
import { npy } from './tiny-npy.ts';

describe('NPY', () => {
  it('reads one and two axes, C and Fortran order, all versions', async () => {
    const six = Float64Array.of(1, 2, 3, 4, 5, 6);
    for (const version of [1, 2, 3] as const) {
      const table = await read('a.npy', npy({ descr: '<f8', shape: [3, 2], data: six, version }));
      expect(table.featureNames).toEqual(['0', '1']);
      expect(table.points.data).toEqual(six);
    }
    const byColumn = npy({ descr: '<f8', shape: [3, 2], data: six, fortran: true });
    expect(rowsOf(await read('a.npy', byColumn))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(rowsOf(await read('a.npy', byColumn, { columns: ['1'] }))).toEqual([[4], [5], [6]]);
    const column = await read('a.npy', npy({ descr: '<f8', shape: [6], data: six }));
    expect(column.featureNames).toEqual(['0']);
    expect(column.points.data).toEqual(six);
  });

  it('keeps float32 and small integers in float32, all else in float64', async () => {
    const cases: [string, ArrayBufferView, number[], boolean][] = [
      ['<f4', Float32Array.of(0.1, -3), [Math.fround(0.1), -3], true],
      ['<f2', Uint16Array.of(0x3c00, 0xc000), [1, -2], true],
      ['|i1', Int8Array.of(-128, 1), [-128, 1], true],
      ['|u1', Uint8Array.of(255, 1), [255, 1], true],
      ['<i2', Int16Array.of(-32768, 1), [-32768, 1], true],
      ['<u2', Uint16Array.of(65535, 1), [65535, 1], true],
      ['|b1', Uint8Array.of(1, 0), [1, 0], true],
      ['<i4', Int32Array.of(-2147483648, 1), [-2147483648, 1], false],
      ['<u4', Uint32Array.of(4294967295, 1), [4294967295, 1], false],
      ['<i8', BigInt64Array.of(-9007199254740993n, 1n), [-9007199254740992, 1], false],
      ['<u8', BigUint64Array.of(18446744073709551615n, 1n), [2 ** 64, 1], false],
    ];
    for (const [descr, data, expected, narrow] of cases) {
      const table = await read('a.npy', npy({ descr, shape: [2, 1], data }));
      expect(Array.from(table.points.data), descr).toEqual(expected);
      expect(table.points.data, descr).toBeInstanceOf(narrow ? Float32Array : Float64Array);
    }
  });

  it('reads arrays of many chunks in either order', async () => {
    const [n, d] = [300_000, 3];
    const c = Float64Array.from({ length: n * d }, (_, i) => i);
    const fortran = Float64Array.from({ length: n * d }, (_, i) => (i % n) * d + Math.floor(i / n));
    const told: number[] = [];
    const onProgress = (fraction: number) => told.push(fraction);
    const inRows = await read('a.npy', npy({ descr: '<f8', shape: [n, d], data: c }), { onProgress });
    expect(inRows.points.data.every((x, i) => x === i)).toBe(true);
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(1);
    const inColumns = await read('a.npy', npy({ descr: '<f8', shape: [n, d], data: fortran, fortran: true }));
    expect(inColumns.points.data).toHaveLength(n * d);
    expect(inColumns.points.data.every((x, i) => x === i)).toBe(true);
  });

  it('names or drops rows that are not finite', async () => {
    const data = Float32Array.of(1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY, 6, 7, 8);
    const file = npy({ descr: '<f4', shape: [4, 2], data });
    await expectError(read('a.npy', file), 'non-finite', 'row 2, column "1": the cell is NaN');
    const table = await read('a.npy', file, { missing: 'drop' });
    expect(rowsOf(table)).toEqual([
      [1, 2],
      [7, 8],
    ]);
    expect(table.nDropped).toBe(2);
    expect(table.rowNumbers).toEqual(Uint32Array.of(0, 3));
    expect(rowsOf(await read('a.npy', file, { columns: ['1'], missing: 'drop' }))).toEqual([[2], [6], [8]]);
    const infinite = read('a.npy', file, { columns: ['0'] });
    await expectError(infinite, 'non-finite', 'row 3, column "0": the cell is Infinity');
  });

  it('is cut short at any byte: truncated-file', async () => {
    const file = npy({ descr: '<f8', shape: [3, 2], data: new Float64Array(6) });
    for (let cut = 6; cut < file.length; cut++) {
      await expectError(read('a.npy', file.subarray(0, cut)), 'truncated-file', 'a.npy is cut short');
    }
  });

  it('refuses other shapes and types', async () => {
    const data = new Float64Array(8);
    await expectError(read('a.npy', npy({ descr: '<f8', shape: [2, 2, 2], data })), 'unreadable-file', '(2, 2, 2)');
    await expectError(read('a.npy', npy({ descr: '<f8', shape: [], data })), 'unreadable-file', 'shape ()');
    await expectError(read('a.npy', npy({ descr: '<f8', shape: [0, 2], data })), 'empty-file', 'no rows');
    await expectError(read('a.npy', npy({ descr: '>f8', shape: [8], data })), 'unreadable-file', '>f8', 'astype');
    const named = npy({ descr: "[('a', '<f8'), ('b', '<f8')]", shape: [4], data });
    await expectError(read('a.npy', named), 'unreadable-file', "('b', '<f8')", 'structured_to_unstructured');
    await expectError(
      read('a.npy', npy({ descr: '<M8[ns]', shape: [8], data })),
      'unreadable-file',
      'M8[ns]',
      'astype',
    );
    await expectError(read('a.npy', npy({ descr: '<U8', shape: [2], data })), 'not-a-number', 'U8');
    await expectError(read('a.npy', npy({ descr: '<c16', shape: [4], data })), 'not-a-number', 'c16');
    await expectError(
      read('a.npy', npy({ descr: '<f8', shape: [4, 2], data }), { columns: ['2'] }),
      'missing-column',
      'no column "2"; it has 0, 1.',
    );
    const wide = npy({ descr: '|u1', shape: [1, 200], data: new Uint8Array(200) });
    await expectError(read('a.npy', wide), 'too-many-features', '200 columns', '128');
    const promised = npy({ descr: '<f4', shape: [2, 1e8], data: new Float32Array(2) });
    await expectError(read('a.npy', promised), 'truncated-file', '2 × 100000000');
    const turned = npy({ descr: '|u1', shape: [1, 2 ** 21], data: new Uint8Array(2 ** 21) });
    await expectError(read('a.npy', turned), 'too-many-features', '2097152 columns', 'transposed');
  });
});
