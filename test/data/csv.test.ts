import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readers/index.ts';
import { expectError, read, referenceFile, rowsOf, vegaFile } from './files.ts';

describe('CSV', () => {
  it('takes all columns of numbers of iris', async () => {
    const table = await readTable(await referenceFile('iris.csv'), { name: 'iris.csv' });
    expect(table.featureNames).toEqual(['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
    expect(table.points.featureNames).toEqual(table.featureNames);
    expect(table.points.nFeatures).toBe(4);
    expect(table.points.data).toBeInstanceOf(Float64Array);
    expect(rowsOf(table)).toHaveLength(150);
    expect(rowsOf(table)[0]).toEqual([5.1, 3.5, 1.4, 0.2]);
    expect(rowsOf(table)[149]).toEqual([5.9, 3, 5.1, 1.8]);
    expect(table.nDropped).toBe(0);
    expect(table.rowNumbers).toBeUndefined();
  });

  it('takes named columns in the order named', async () => {
    const source = await referenceFile('faithful.csv');
    const table = await readTable(source, { name: 'faithful.csv', columns: ['waiting', 'eruptions'] });
    expect(rowsOf(table).slice(0, 2)).toEqual([
      [79, 3.6],
      [54, 1.8],
    ]);
  });

  it('reads a file of several chunks', async () => {
    const table = await readTable(await vegaFile('zipcodes.csv'), { name: 'zipcodes.csv' });
    expect(table.featureNames).toEqual(['zip_code', 'latitude', 'longitude']);
    expect(rowsOf(table)).toHaveLength(42_049);
    expect(rowsOf(table)[0]).toEqual([501, 40.922326, -72.637078]);
  });

  it('reads tabs, semicolons, bars, CR and CRLF line ends, marks and UTF-16', async () => {
    const expected = [
      [1, 0.5],
      [-2, 30],
    ];
    expect(rowsOf(await read('a.tsv', 'x\ty\n1\t.5\n-2\t3e1\n'))).toEqual(expected);
    expect(rowsOf(await read('a.csv', 'x;y\r\n1;.5\r\n-2;3e1'))).toEqual(expected);
    expect(rowsOf(await read('a.txt', 'x|y\r1|.5\r-2|3e1\r'))).toEqual(expected);
    const marked = await read('a.csv', '\ufeffx,y\n"1",+.5\n -2 ,3.E+1\n\n\n');
    expect(marked.featureNames).toEqual(['x', 'y']);
    expect(rowsOf(marked)).toEqual(expected);
    const utf16 = new Uint8Array(new Uint16Array(Array.from('\ufeffx,y\n1,.5\n-2,30', (c) => c.charCodeAt(0))).buffer);
    expect(rowsOf(await read('a.csv', utf16))).toEqual(expected);
  });

  it('knows a header from data', async () => {
    expect((await read('a.csv', '1,2\n3,4\n')).featureNames).toEqual(['0', '1']);
    expect(rowsOf(await read('a.csv', '1,2\n3,4\n', { columns: ['1'] }))).toEqual([[2], [4]]);
    // A gap makes no header; the row is missing a number.
    await expectError(read('a.csv', '1,,3\n4,5,6\n'), 'non-finite', 'a.csv, line 1, column "1": the cell is empty');
    // Row labels of pandas and R are left out, unless named.
    expect((await read('a.csv', ',0,1\n0,.1,.2\n1,.3,.4\n')).featureNames).toEqual(['0.1', '1']);
    expect((await read('a.csv', '"","a"\n"1",.1\n')).featureNames).toEqual(['a']);
    expect(rowsOf(await read('a.csv', '"","a"\n"1",.1\n', { columns: ['0'] }))).toEqual([[1]]);
    // The names that this package and pandas give to columns without any.
    expect(rowsOf(await read('a.csv', '0,1\n3,4\n'))).toEqual([[3, 4]]);
    expect((await read('a.csv', '0\n3\n')).points.data).toHaveLength(2);
    // Where it is said, it is so.
    const years = await read('a.csv', '2019,2020\n3,4\n', { header: true });
    expect(years.featureNames).toEqual(['2019', '2020']);
    expect(rowsOf(years)).toEqual([[3, 4]]);
    expect(rowsOf(await read('a.csv', '0,1\n3,4\n', { header: false }))).toHaveLength(2);
    expect((await read('a.csv', 'a,a,b,a\n1,2,3,4\n')).featureNames).toEqual(['a', 'a.1', 'b', 'a.2']);
  });

  it('tells which columns it leaves out, and why', async () => {
    const text = ',x,y,name,none\n1,1,2,a,\n2,3,4,b,NA\n3,5,oops,c,\n4,7,8,4,\n';
    expect((await read('a.csv', text)).leftOut).toEqual([
      { name: '0', why: 'it has no name and comes first, as row labels do', hasNumbers: false },
      { name: 'y', why: 'line 4 holds "oops"', hasNumbers: true },
      { name: 'name', why: 'line 2 holds "a"', hasNumbers: true },
      { name: 'none', why: 'its cells are empty', hasNumbers: false },
    ]);
    expect((await read('a.csv', text, { columns: ['x'] })).leftOut).toEqual([]);
  });

  it('skips blank lines, but not the blank cells of a single column', async () => {
    expect(rowsOf(await read('a.csv', '\n\na,b\n\n1,2\n\n\n3,4\n\n'))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await expectError(read('a.csv', 'a\n1\n\n3\n\n\n'), 'non-finite', 'line 3, column "a": the cell is empty');
    expect(rowsOf(await read('a.csv', 'a\n1\n3\n\n\n'))).toEqual([[1], [3]]);
  });

  it('takes "" for a missing cell of a single column, at the end of the file, too', async () => {
    const text = `x\n1\n""\n3\n${'""\n'.repeat(5)}`;
    for (const content of [text, text.trimEnd(), text.replaceAll('\n', '\r\n')]) {
      await expectError(read('a.csv', content), 'non-finite', 'line 3');
      const table = await read('a.csv', content, { missing: 'drop' });
      expect([rowsOf(table), table.nDropped]).toEqual([[[1], [3]], 6]);
      expect(rowsOf(await read('a.csv', content, { missing: 'keep' }))).toHaveLength(8);
    }
    // Names may be blank.
    expect(rowsOf(await read('a.csv', '""\n1\n2\n'))).toEqual([[1], [2]]);
  });

  it('drops rows with missing numbers, and tells which are left', async () => {
    const cells = ['1', '', 'NaN', '4', 'inf', 'NA', 'null', '-Infinity', '9', '1e999'];
    const text = `a,b\n${cells.map((cell) => `${cell},0`).join('\n')}\n7\n`;
    await expectError(
      read('a.csv', text),
      'non-finite',
      'a.csv, line 3, column "a"',
      '--missing drop',
      "missing: 'drop'",
    );
    const table = await read('a.csv', text, { missing: 'drop' });
    expect(rowsOf(table)).toEqual([
      [1, 0],
      [4, 0],
      [9, 0],
    ]);
    expect(table.nDropped).toBe(8);
    expect(table.rowNumbers).toEqual(Uint32Array.of(0, 3, 8));
  });

  it('only misses numbers in the columns taken', async () => {
    expect(rowsOf(await read('a.csv', 'a,b\n1,\n2\n', { columns: ['a'] }))).toEqual([[1], [2]]);
  });

  it('keeps track of rows over many chunks', async () => {
    const n = 200_000;
    const text = `a,t\n${Array.from({ length: n }, (_, i) => `${i % 3 === 1 ? '' : i},"text, ${i}"\n`).join('')}`;
    const table = await read('a.csv', text, { columns: ['a'], missing: 'drop' });
    expect(table.nDropped).toBe(Math.floor((n + 1) / 3));
    expect(table.points.data.every((x, i) => x === table.rowNumbers![i])).toBe(true);
  });

  it('names the line of text among numbers, lines in quotes counted', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},"two\nlines"\n`).join('');
    const work = read('a.csv', `a,t\n${rows}12a,x\n`, { columns: ['a'] });
    await expectError(work, 'not-a-number', 'a.csv, line 60002, column "a": "12a" is not a number.');
    await expectError(read('a.csv', 'a\n0x10\n', { columns: ['a'] }), 'not-a-number', '"0x10"');
    await expectError(read('a.csv', 'a;b\n1,5;2\n', { columns: ['a'] }), 'not-a-number', 'line 2', '"1,5"', 'point');
    // The first fault of the file is the one told.
    await expectError(read('a.csv', 'a,b\n,1\nx,2\n', { columns: ['a'] }), 'non-finite', 'line 2');
  });

  it('refuses rows that are too long, unless by blanks', async () => {
    expect(rowsOf(await read('a.csv', 'a,b\n1,2,\n3,4, ,\n'))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await expectError(read('a.csv', 'a,b\n1,2\n3,4,5\n'), 'unreadable-file', 'line 3: the row has 3 cells', ' 2.');
  });

  it('refuses quotes that do not match, without reading on for ever', async () => {
    await expectError(read('a.csv', 'a,b\n1,2\n"3,4\n5,6\n'), 'unreadable-file', 'line 3', 'quote');
    await expectError(read('a.csv', 'a,b\n1,2\n"3"x,4\n5,6\n'), 'unreadable-file', 'line 3', 'quote');
    await expectError(read('a.csv', `a,b\n1,"2\n${'3,4\n'.repeat(2e6)}`), 'unreadable-file', 'line 2', 'quote');
  });

  it('reads a header with a quote inside a cell, as inches have', async () => {
    const table = await read('a.csv', 'size 5",y\n1,2\n3,4\n');
    expect(table.featureNames).toEqual(['size 5"', 'y']);
    expect(rowsOf(table)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('refuses what is no text, and what has no numbers or rows', async () => {
    await expectError(read('a.csv', new Uint8Array(100)), 'unreadable-file', 'NUL');
    await expectError(
      read('a.csv', 'a,b\nx,y\n'),
      'not-a-number',
      'no column of numbers',
      'a (line 2 holds "x"), b (line 2 holds "y")',
      'decimals take a point',
    );
    await expectError(
      read('a.csv', '1,5;2,5\n3,5;4,5\n5,5;4,7\n'),
      'not-a-number',
      'no column of numbers',
      'decimals take a point',
    );
    await expectError(read('a.csv', ''), 'empty-file', '0 bytes');
    await expectError(read('a.csv', '\n \n\n'), 'empty-file', 'blank');
    await expectError(read('a.csv', 'a,b\n'), 'empty-file', 'no rows');
    await expectError(read('a.csv', 'a,b\n', { columns: ['b'] }), 'empty-file', 'no rows');
    await expectError(read('a.csv', 'a\nNA\nNA\n', { columns: ['a'], missing: 'drop' }), 'empty-file', 'All 2 rows');
  });

  it('names the columns there are, ten of them', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const text = `${names.join(',')}\n${names.map(() => '1').join(',')}\n`;
    const work = read('a.csv', text, { columns: ['C1'] });
    await expectError(work, 'missing-column', 'no column "C1"', 'c0, c1', 'c9 and 2 more');
    await expectError(read('a.csv', text, { columns: ['c1', 'c1'] }), 'invalid-option', 'c1, c1');
    await expectError(read('a.csv', text, { columns: [] }), 'invalid-option');
  });

  it('decides by the first thousand cells whether a column holds numbers', async () => {
    const late = `a,b\n${'1,2\n'.repeat(1500)}1,x\n`;
    await expectError(read('a.csv', late), 'not-a-number', 'line 1502, column "b": "x"');
    expect((await read('a.csv', `a,b\n${'1,\n'.repeat(999)}1,x\n`)).featureNames).toEqual(['a']);
    expect((await read('a.csv', `a,b\n${'1,\n'.repeat(50_000)}`)).featureNames).toEqual(['a']);
  });

  it('tells of progress and can be aborted', async () => {
    const source = await vegaFile('zipcodes.csv');
    const told: number[] = [];
    const controller = new AbortController();
    await readTable(source, { name: 'z.csv', onProgress: (fraction) => told.push(fraction) });
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const work = readTable(source, {
      name: 'z.csv',
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expectError(work, 'aborted');
  });

  it('tells of rows with gaps where they would help, and not where they are taken, or a weight is missing', async () => {
    const remedyOf = async (content: string, missing: 'error' | 'keep') => {
      const { remedy } = await read('a.csv', content, { missing, weightsColumn: 'w' }).catch((e) => e);
      return remedy as string;
    };
    expect(await remedyOf('a,w\n1,1\n,1\n', 'error')).toContain('--missing em');
    expect(await remedyOf('a,w\n1,1\n2,\n', 'error')).not.toContain('--missing em');
    for (const content of ['a,w\n1,1\n2,\n', 'a,w\n1,1\ninf,1\n']) {
      expect(await remedyOf(content, 'keep')).toMatch(/--missing drop\)\.$/);
    }
  });
});
