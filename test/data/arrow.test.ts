import {
  Bool,
  CompressionType,
  compressionRegistry,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Float16,
  Int32,
  Int64,
  makeBuilder,
  makeVector,
  RecordBatchFileWriter,
  Schema,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/data/readers/index.ts';
import { unpackLz4Frame } from '../../src/data/readers/lz4-frame.ts';
import { expectError, read, rowsOf, vegaFile } from './files.ts';
import { LIST_VIEW, ZSTD_FEATHER } from './tiny-feather.ts';

function vector(type: DataType, values: readonly unknown[]) {
  const builder = makeBuilder({ type, nullValues: [null] });
  for (const value of values) builder.append(value);
  return builder.finish().toVector();
}

/** A table of many record batches. */
function batches(n: number, size: number): Table {
  const parts = Array.from({ length: n }, (_, i) =>
    tableFromArrays({
      a: Float64Array.from({ length: size }, (_, j) => i * size + j),
      b: Int16Array.from({ length: size }, (_, j) => j),
    }),
  );
  return new Table(parts.flatMap((part) => part.batches));
}

describe('Arrow', () => {
  it('reads a file of 200 thousand flights', async () => {
    const table = await readTable(await vegaFile('flights-200k.arrow'), { name: 'flights-200k.arrow' });
    expect(table.featureNames).toEqual(['delay', 'distance', 'time']);
    expect(table.points.data).toBeInstanceOf(Float32Array);
    expect(table.points.data).toHaveLength(600_000);
    expect(rowsOf(table)[0]).toEqual([0, 1452, 0]);
  });

  it('reads files and streams of many batches', async () => {
    for (const kind of ['file', 'stream'] as const) {
      const told: number[] = [];
      const content = tableToIPC(batches(20, 1000), kind);
      const table = await read('a.arrow', content, { onProgress: (fraction) => told.push(fraction) });
      expect(table.points.data).toHaveLength(40_000);
      expect(table.points.data.every((x, i) => x === (i % 2 === 0 ? i / 2 : ((i - 1) / 2) % 1000))).toBe(true);
      expect(told.length).toBeGreaterThan(10);
      expect(told.at(-1)).toBe(1);
    }
  });

  it('converts every kind of number', async () => {
    const columns = {
      i64: vector(new Int64(), [-9007199254740993n]),
      f16: makeVector({ type: new Float16(), data: Uint16Array.of(0xc000), length: 1 } as never),
      decimal: vector(new Decimal(2, 9, 128), [Uint32Array.of(-12345 >>> 0, 0xffffffff, 0xffffffff, 0xffffffff)]),
      coded: vectorFromArray([2.5], new Dictionary(new Int32(), new Int32())),
      day: vector(new DateDay(), [new Date(86_400_000)]),
      micros: makeVector({ type: new TimestampMicrosecond(), data: BigInt64Array.of(1500n), length: 1 } as never),
      flag: vector(new Bool(), [true]),
      word: vector(new Utf8(), ['abc']),
    };
    const content = tableToIPC(new Table(columns), 'file');
    const table = await read('a.feather', content);
    expect(table.featureNames).toEqual(['i64', 'f16', 'decimal', 'coded']);
    expect(rowsOf(table)).toEqual([[-9007199254740992, -2, -123.45, 2]]);
    const named = await read('a.ipc', content, { columns: ['flag', 'day', 'micros'] });
    expect(rowsOf(named)).toEqual([[1, 86_400_000, 1.5]]);
    await expectError(read('a.ipc', content, { columns: ['word'] }), 'not-a-number', '"word"', 'Utf8');
    await expectError(read('a.ipc', content, { columns: ['x'] }), 'missing-column', 'i64, f16, decimal');
  });

  it('rounds decimals of any scale to float64', async () => {
    const columns = {
      hundreds: vector(new Decimal(-2, 5, 128), [Uint32Array.of(123, 0, 0, 0)]),
      large: vector(new Decimal(0, 38, 128), [Uint32Array.of(0, 2 ** 28, 0, 0)]),
      fine: vector(new Decimal(30, 38, 128), [Uint32Array.of(0, 0, 1, 0)]),
    };
    const table = await read('a.arrow', tableToIPC(new Table(columns), 'file'));
    expect(rowsOf(table)).toEqual([[12300, 2 ** 60, Number('18446744073709551616e-30')]]);
  });

  it('names or drops rows with nulls', async () => {
    const table = new Table({ a: vector(new Int32(), [1, null, 3, 4]), b: vector(new Int32(), [1, 2, 3, null]) });
    const content = tableToIPC(table, 'stream');
    await expectError(read('a.arrow', content), 'non-finite', 'row 2, column "a": the cell is empty (null)');
    const kept = await read('a.arrow', content, { missing: 'drop' });
    expect(rowsOf(kept)).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(kept.nDropped).toBe(2);
    expect(kept.rowNumbers).toEqual(Uint32Array.of(0, 2));
  });

  it('unpacks LZ4, as Feather files come', async () => {
    // Frames of one stored block: what is tested is that the codec is found; lz4-frame.test.ts tests the unpacking.
    const encode = (data: Uint8Array) => {
      const frame = new Uint8Array(11 + data.length + 4);
      frame.set([0x04, 0x22, 0x4d, 0x18, 0x40, 0x70, 0]);
      new DataView(frame.buffer).setUint32(7, data.length | 0x80000000, true);
      frame.set(data, 11);
      return frame;
    };
    compressionRegistry.set(CompressionType.LZ4_FRAME, { encode, decode: unpackLz4Frame });
    const writer = new RecordBatchFileWriter({ compressionType: CompressionType.LZ4_FRAME });
    const table = batches(2, 1000);
    for (const batch of table.batches) writer.write(batch);
    writer.finish();
    const read1 = await read('a.feather', await writer.toUint8Array());
    expect(read1.points.data).toHaveLength(4000);
    expect(read1.points.data[2000]).toBe(1000);
  });

  it('unpacks Zstandard, as pyarrow writes it', async () => {
    const { points } = await read('a.feather', ZSTD_FEATHER);
    const expected = Array.from({ length: 64 }, (_, i) => [0.5 + (i % 2), i < 32 ? 2 : 7]);
    expect([...points.data]).toEqual(expected.flat());
  });

  it('names a type that apache-arrow does not know, and what to do', async () => {
    await expectError(read('a.arrow', LIST_VIEW), 'unreadable-file', 'ListView', 'without such columns');
  });

  it('is cut short at any byte: truncated-file', async () => {
    const file = tableToIPC(batches(2, 20), 'file');
    for (let cut = 8; cut < file.length; cut++) {
      await expectError(read('a.arrow', file.subarray(0, cut)), 'truncated-file', 'a.arrow');
    }
    // A stream may end after any message, by the format: what is read then is whole batches.
    const stream = tableToIPC(batches(2, 20), 'stream');
    const ends = new Set<string>();
    for (let cut = 8; cut < stream.length; cut++) {
      const work = read('a.arrow', stream.subarray(0, cut));
      const end = await work.then(
        (table) => `${table.points.data.length / 2} rows`,
        (error) => error.code,
      );
      ends.add(end);
    }
    expect([...ends].sort()).toEqual(['20 rows', '40 rows', 'empty-file', 'truncated-file']);
  });

  it('says when there is nothing to read', async () => {
    const schema = new Schema([new Field('a', new Int32())]);
    await expectError(read('a.arrow', tableToIPC(new Table(schema), 'file')), 'empty-file', 'no rows');
    await expectError(read('a.arrow', 'hello, world'), 'unreadable-file', 'neither like an Arrow file nor a stream');
    await expectError(read('a.feather', 'FEA1 and more'), 'unreadable-file', 'version 1');
    const words = tableToIPC(new Table({ w: vector(new Utf8(), ['x']) }), 'file');
    await expectError(read('a.arrow', words), 'not-a-number', 'w (Utf8)');
  });
});
