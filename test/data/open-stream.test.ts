import { Bool, Dictionary, Float64, Int32, makeBuilder, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { type ReadTableOptions, readTable } from '../../src/data/readers/index.ts';
import { type OpenStreamOptions, openStream, type PointStream } from '../../src/data/stream.ts';
import { expectError, read, rowsOf, vegaFile } from './files.ts';
import { type Columns, labelsIn, toParquet, WRITERS } from './stream-files.ts';
import { npy } from './tiny-npy.ts';

function open(name: string, content: string | Uint8Array, options: OpenStreamOptions = {}): Promise<PointStream> {
  return openStream(new Blob([content as BlobPart]), { name, ...options });
}

async function walk(stream: PointStream, rows: number): Promise<HostPoints[]> {
  const chunks: HostPoints[] = [];
  for await (const chunk of stream.chunks({ rows })) chunks.push(chunk);
  return chunks;
}

const flat = (chunks: readonly HostPoints[]) => chunks.flatMap(({ data }) => [...data]);
const weightsOf = (chunks: readonly HostPoints[]) => chunks.flatMap(({ sampleWeight }) => [...(sampleWeight ?? [])]);

/** Expects that a walk in chunks of `rows` gives what `readTable` gives, in whole chunks of the same type. */
async function expectSame(stream: PointStream, rows: number, expected: HostPoints): Promise<void> {
  const chunks = await walk(stream, rows);
  const n = expected.data.length / expected.nFeatures;
  expect(flat(chunks)).toEqual([...expected.data]);
  expect(weightsOf(chunks)).toEqual([...(expected.sampleWeight ?? [])]);
  expect(chunks.map(({ data }) => data.length / stream.nFeatures)).toEqual(
    Array.from({ length: Math.ceil(n / rows) }, (_, i) => Math.min(rows, n - i * rows)),
  );
  for (const { data, nFeatures, featureNames } of chunks) {
    expect(data.constructor).toBe(expected.data.constructor);
    expect({ nFeatures, featureNames }).toEqual({ nFeatures: expected.nFeatures, featureNames: expected.featureNames });
    expect(data.buffer.byteLength).toBe(data.byteLength);
  }
  expect(new Set(chunks.map(({ data }) => data.buffer)).size).toBe(chunks.length);
  const lent: number[] = [];
  for await (const { data } of stream.chunks({ rows, lent: true, shared: true })) lent.push(...data);
  expect(lent).toEqual([...expected.data]);
  expect(stream.nSamples).toBe(n);
}

const N = 23;
const TABLE: Columns = {
  x: Float64Array.from({ length: N }, (_, i) => i / 7),
  y: Float64Array.from({ length: N }, (_, i) => 1e6 - i),
  w: Float64Array.from({ length: N }, (_, i) => i % 4),
};

describe('a stream of a file', () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    it(`gives the rows of readTable in chunks of any size, on every walk: ${name}`, async () => {
      for (const offsetIndex of [false, true]) {
        const content = write(TABLE, { groupRows: 5, offsetIndex });
        const weightsColumn = labelsIn(name, TABLE)[2]!;
        const { points } = await read(name, content, { weightsColumn });
        expect(points.nFeatures).toBe(2);
        expect(points.sampleWeight).toEqual(TABLE.w);
        const stream = await open(name, content, { weightsColumn });
        for (const rows of [1, 7, N, 1000, 7]) await expectSame(stream, rows, points);
        const one = { columns: [labelsIn(name, TABLE)[1]!] };
        await expectSame(await open(name, content, one), 4, (await read(name, content, one)).points);
      }
    });
  }

  it('does so for any table, layout, chunk size and missing cells', async () => {
    const cell = fc.oneof(
      { weight: 5, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    const files = fc.record({
      name: fc.constantFrom(...Object.keys(WRITERS)),
      rows: fc.array(fc.tuple(cell, cell, fc.double({ min: 0.5, max: 100, noNaN: true })), {
        minLength: 2,
        maxLength: 40,
      }),
      groupRows: fc.integer({ min: 1, max: 15 }),
      offsetIndex: fc.boolean(),
      nulls: fc.boolean(),
      chunks: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 }),
      missing: fc.constantFrom('error', 'drop', 'keep'),
      weighted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(files, async ({ name, rows, chunks, missing, weighted, ...layout }) => {
        const columns = Object.fromEntries(
          ['a', 'b', 'c'].map((label, j) => [label, Float64Array.from(rows, (row) => row[j]!)]),
        );
        const content = WRITERS[name]!(columns, layout);
        const [a, b, c] = labelsIn(name, columns);
        const options: Omit<ReadTableOptions, 'name'> = {
          columns: [b!, a!],
          missing: missing as 'error',
          ...(weighted ? { weightsColumn: c! } : {}),
        };
        const table = await read(name, content, options).catch((error) => error.code as string);
        const stream = await open(name, content, options);
        for (const size of chunks) {
          if (typeof table === 'string') expect(await walk(stream, size).catch((error) => error.code)).toBe(table);
          else await expectSame(stream, size, table.points);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('knows the number of rows before the first walk where the file tells it', async () => {
    const layout = { groupRows: 5, offsetIndex: true };
    for (const [name, known] of Object.entries({
      'a.npy': N,
      'a.parquet': N,
      'a.arrow': undefined,
      'a.csv': undefined,
    })) {
      const content = WRITERS[name]!(TABLE, layout);
      expect((await open(name, content)).nSamples, name).toBe(known);
      expect((await open(name, content, { missing: 'drop' })).nSamples, name).toBeUndefined();
    }
  });

  it('takes a row group of more than a million rows in pieces', async () => {
    const n = 1_200_000;
    const x = Float32Array.from({ length: n }, (_, i) => i);
    for (const offsetIndex of [false, true]) {
      const file = new Blob([toParquet({ x }, { groupRows: n, offsetIndex, pageSize: 1e5 }) as BlobPart]);
      const { points } = await readTable(file, { name: 'a.parquet' });
      expect(points.data).toBeInstanceOf(Float32Array);
      expect(points.data).toHaveLength(n);
      expect(points.data.every((value, i) => value === i)).toBe(true);
      let row = 0;
      for await (const { data } of (await openStream(file, { name: 'a.parquet' })).chunks({ rows: 999_999 })) {
        expect(data.every((value, i) => value === row + i)).toBe(true);
        row += data.length;
      }
      expect(row).toBe(n);
    }
  });

  it('takes a large record batch in pieces, whatever the type of its columns', async () => {
    const n = 600_000;
    const flags = makeBuilder({ type: new Bool(), nullValues: [null] });
    const numbers = makeBuilder({ type: new Float64(), nullValues: [null] });
    for (let i = 0; i < n; i++) {
      flags.append(i % 3 === 0);
      numbers.append(i % 1000 === 999 ? null : i);
    }
    const words = Array.from({ length: n }, (_, i) => i % 7);
    const content = tableToIPC(
      new Table({
        number: numbers.finish().toVector(),
        flag: flags.finish().toVector(),
        word: vectorFromArray(words, new Dictionary(new Int32(), new Int32())),
      }),
      'file',
    );
    const options = { columns: ['number', 'flag', 'word'], missing: 'keep' as const };
    const { points } = await read('a.arrow', content, options);
    const expected = (x: number, o: number) => {
      const i = Math.floor(o / 3);
      const cells = [i % 1000 === 999 ? Number.NaN : i, i % 3 === 0 ? 1 : 0, i % 7];
      return Object.is(x, cells[o % 3]);
    };
    expect(points.data.every(expected)).toBe(true);
    expect(points.data).toHaveLength(3 * n);
    const chunks = await walk(await open('a.arrow', content, options), 250_001);
    expect(chunks).toHaveLength(3);
    expect(chunks.every(({ data }, c) => data.every((x, o) => expected(x, o + c * 250_001 * 3)))).toBe(true);
  });

  it('reads 3 million flights', async () => {
    const stream = await openStream(await vegaFile('flights-3m.parquet'), { name: 'f.parquet', columns: ['distance'] });
    expect(stream).toMatchObject({ nFeatures: 1, featureNames: ['distance'], nSamples: 3_000_000 });
    const sizes: number[] = [];
    for await (const { data } of stream.chunks({ rows: 800_000 })) sizes.push(data.length);
    expect(sizes).toEqual([800_000, 800_000, 800_000, 600_000]);
  });
});

describe('missing cells and weights', () => {
  const text = 'a,w,b\n1,2,\nNA,0,4\n,1,nan\n7,3,8\n';

  it('keeps missing cells as NaN', async () => {
    const { points, nDropped } = await read('a.csv', text, { missing: 'keep', weightsColumn: 'w' });
    expect(rowsOf({ points } as never)).toEqual([
      [1, Number.NaN],
      [Number.NaN, 4],
      [Number.NaN, Number.NaN],
      [7, 8],
    ]);
    expect(points.sampleWeight).toEqual(Float64Array.of(2, 0, 1, 3));
    expect(nDropped).toBe(0);
    const values = Float32Array.of(1, Number.NaN, 3, 4);
    const narrow = await read('a.npy', npy({ descr: '<f4', shape: [2, 2], data: values }), { missing: 'keep' });
    expect(narrow.points.data).toEqual(values);
  });

  it('drops weights with their rows', async () => {
    const table = await read('a.csv', text, { missing: 'drop', weightsColumn: 'w' });
    expect(table.points).toMatchObject({ data: Float64Array.of(7, 8), sampleWeight: Float64Array.of(3) });
    expect(table).toMatchObject({ nDropped: 3, rowNumbers: Uint32Array.of(3) });
  });

  it('refuses infinities, and weights that are missing or negative', async () => {
    const keep = { missing: 'keep', weightsColumn: 'w' } as const;
    for (const cell of ['inf', '-Infinity', '1e999']) {
      await expectError(read('a.csv', `a,w\n1,1\n${cell},1\n`, keep), 'non-finite', 'line 3, column "a"', cell);
    }
    await expectError(read('a.csv', 'a,w\n1,1\n2,\n', keep), 'non-finite', 'line 3, column "w": the cell is empty');
    for (const missing of ['error', 'drop', 'keep'] as const) {
      const negative = read('a.csv', 'a,w\n1,1\n2,-1\n', { ...keep, missing });
      await expectError(negative, 'invalid-weights', 'a.csv, line 3, column "w"', '-1');
    }
    // A weight that is none does not matter in a row that is left out.
    const dropped = await read('a.csv', 'a,w\n1,1\n,-1\n', { ...keep, missing: 'drop' });
    expect(dropped.points.sampleWeight).toEqual(Float64Array.of(1));
    const zeros = await open('a.csv', 'a,w\n1,0\n2,0\n', keep);
    await expectError(walk(zeros, 1), 'invalid-weights', 'a.csv are 0');
  });

  it('takes the weights for no feature', async () => {
    const both = read('a.csv', text, { columns: ['a', 'w'], weightsColumn: 'w' });
    await expectError(both, 'invalid-option', '"w"', 'both');
    await expectError(read('a.csv', 'w\n1\n', { weightsColumn: 'w' }), 'not-a-number', 'besides the weights');
    await expectError(read('a.csv', text, { weightsColumn: 'W' }), 'missing-column', '"W"');
  });
});

describe('what goes wrong', () => {
  it('tells what a table tells, and where', async () => {
    await expectError(open('a.csv', ''), 'empty-file');
    await expectError(open('a.xlsx', 'PK'), 'unknown-format');
    await expectError(open('a.csv', 'a\nb\n'), 'not-a-number');
    await expectError(walk(await open('a.csv', 'a\n', { columns: ['a'] }), 5), 'empty-file', 'no rows');
    const none = await open('a.csv', 'a,b\n,1\n2,\n', { columns: ['a', 'b'], missing: 'drop' });
    await expectError(walk(none, 5), 'empty-file', 'All 2 rows');
    const late = await open('a.csv', `a,b\n${'1,2\n'.repeat(20_000)}1,x\n`);
    await expectError(walk(late, 1000), 'not-a-number', 'a.csv, line 20002, column "b"');
    await expectError(walk(late, 0), 'invalid-option', 'rows', '0');
  });

  it('passes on what a damaged file does to its library', async () => {
    const content = toParquet(TABLE, { groupRows: 5, offsetIndex: false });
    content.fill(0xff, 4, 200);
    await expectError(
      walk(await open('a.parquet', content), 5),
      'unreadable-file',
      'a.parquet cannot be read as parquet',
    );
  });

  it('opens a file anew for every walk, closes it, and notices that it was changed', async () => {
    let text = 'a\n1\n2\n3\n';
    let isOpen = 0;
    const stream = await openStream(
      async () => {
        isOpen++;
        return { source: new Blob([text]), close: async () => void isOpen-- };
      },
      { name: 'a.csv' },
    );
    expect(isOpen).toBe(0);
    for await (const _ of stream.chunks({ rows: 1 })) {
      expect(isOpen).toBe(1);
      break;
    }
    expect(isOpen).toBe(0);
    expect(flat(await walk(stream, 2))).toEqual([1, 2, 3]);
    text = 'a\n1\n2345';
    await expectError(walk(stream, 1), 'stream-ended', 'Only 2 rows', '3');
    text = 'a\n1\n2\n3\n4\n';
    await expectError(walk(stream, 2), 'stream-changed', 'a.csv', '8 bytes', '10');
    expect(isOpen).toBe(0);
  });

  it('is aborted between blocks, and before it begins', async () => {
    const content = `a\n${'1\n'.repeat(200_000)}`;
    await expectError(open('a.csv', content, { signal: AbortSignal.abort() }), 'aborted');
    const controller = new AbortController();
    const stream = await open('a.csv', content);
    const work = (async () => {
      for await (const _ of stream.chunks({ rows: 1000, signal: controller.signal })) controller.abort();
    })();
    await expectError(work, 'aborted');
    expect((await walk(stream, 200_000))[0]!.data).toHaveLength(200_000);
  });

  it('names a file that has a name', async () => {
    const file = new File(['a\nx\n'], 'mine.csv');
    await expectError(openStream(file), 'not-a-number', 'mine.csv');
  });
});
