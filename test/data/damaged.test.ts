import { Bool, Dictionary, Float64, Int32, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Readers } from '../../src/data/apart/readers.ts';
import type { EmgpuError, ErrorCode } from '../../src/errors.ts';
import type { WorkerLike } from '../../src/threads.ts';
import { bundleNodeWorker } from '../cpu/node-workers.ts';
import { PLAIN, tinyParquet } from './tiny-parquet.ts';

const N = 24;
const X = Array.from({ length: N }, (_, i) => (i * 7) % 5);

/** A small Parquet file, whose pages are of version 2: x with its own encoding and, where `nulls`, some rows without it. */
function parquet(codec: 'UNCOMPRESSED' | 'SNAPPY', encoding: 'PLAIN' | 'RLE_DICTIONARY', nulls: boolean): Uint8Array {
  const data = X.map((x, i) => (nulls && i % 6 === 1 ? null : x));
  const columnData = [
    { name: 'x', data, type: 'DOUBLE' as const, nullable: true, encoding },
    { name: 'i', data: Int32Array.from(X), type: 'INT32' as const, encoding: 'DELTA_BINARY_PACKED' as const },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, codec, rowGroupSize: 16 }));
}

/** A small Arrow file or stream of two batches, with a dictionary and bits. */
function arrow(format: 'file' | 'stream'): Uint8Array {
  const table = new Table({
    x: vectorFromArray(X, new Float64()),
    d: vectorFromArray(X, new Dictionary(new Float64(), new Int32(), 7)),
    b: vectorFromArray(
      X.map((x) => x > 2),
      new Bool(),
    ),
  });
  const batch = table.batches[0]!;
  return tableToIPC(new Table([batch.slice(0, N / 2), batch.slice(N / 2)]), format);
}

/** A small Parquet file, whose pages are of version 1. */
const FIRST = tinyParquet([
  { name: 'x', type: 5, groups: [X.map(PLAIN.double)] },
  { name: 'i', type: 1, groups: [X.map(PLAIN.int32)] },
]);

/** Files, and what is to be said of some of their bytes: by each check of our own, before a library meets them. */
const FILES: Readonly<Record<string, readonly [Uint8Array, readonly string[]]>> = {
  'first.parquet': [FIRST, ['the size of a page is', 'the number of values in a page is']],
  'plain.parquet': [parquet('UNCOMPRESSED', 'PLAIN', false), ['the size of a page is', 'its row groups have']],
  'dictionary.parquet': [
    parquet('UNCOMPRESSED', 'RLE_DICTIONARY', true),
    [
      'the size of definition levels is',
      'the number of values in a page is',
      'repeats one',
      'a row group holds column',
    ],
  ],
  'snappy.parquet': [parquet('SNAPPY', 'RLE_DICTIONARY', true), ['the unpacked size of a page is']],
  'file.arrow': [arrow('file'), ['it lists', 'has a column of', 'a column of 12 rows holds']],
  'stream.arrows': [arrow('stream'), ['it lists', 'it goes on after its end']],
};

/** What an error may say of a damaged file. */
const CODES: readonly ErrorCode[] = [
  'unreadable-file',
  'truncated-file',
  'empty-file',
  'unknown-format',
  'missing-column',
  'not-a-number',
  'non-finite',
];
/** How long a walk over a few KB may take, in milliseconds. */
const LIMIT = 10_000;

describe('a damaged byte, whichever it is', () => {
  let readers: Readers;
  const started: WorkerLike[] = [];
  beforeAll(async () => {
    const start = await bundleNodeWorker('test-damaged', 'src/data/apart/reader-node.ts');
    readers = new Readers(() => {
      started.push(start());
      return started.at(-1)!;
    });
  });
  afterAll(() => {
    for (const thread of started) thread.terminate();
  });

  let nStreams = 0;
  /** The number of rows in a file, or the error; walked on a thread, because that can be ended where it hangs. */
  async function walk(name: string, bytes: Uint8Array): Promise<number | EmgpuError> {
    const place = new Blob([bytes as BlobPart]);
    const columns = name.endsWith('.parquet') ? ['x', 'i'] : ['x', 'd', 'b'];
    const file = { options: { name, columns, missing: 'keep' as const }, size: place.size };
    let nRows = 0;
    try {
      const request = { ...file, stream: nStreams++, place, rows: N };
      for await (const chunk of (await readers.walk(request, AbortSignal.timeout(LIMIT)))!) {
        nRows += chunk.data.length / chunk.nFeatures;
      }
      return nRows;
    } catch (error) {
      return error as EmgpuError;
    }
  }

  for (const [name, [whole, parts]] of Object.entries(FILES)) {
    test(`${name}: changes numbers, or is an error with a code; no rows are lost, and nothing hangs`, async () => {
      expect(await walk(name, whole)).toBe(N);
      const wrong: string[] = [];
      const problems = new Set<string>();
      for (let at = 0; at < whole.length; at++) {
        for (const byte of [255, whole[at]! ^ (1 << (at % 8))]) {
          const result = await walk(name, whole.with(at, byte));
          if (typeof result !== 'number') problems.add(result.problem);
          if (typeof result === 'number' ? result !== N : !CODES.includes(result.code)) {
            wrong.push(`${at} → ${byte}: ${result}`);
          }
        }
      }
      expect(wrong).toEqual([]);
      for (const part of parts)
        expect(
          [...problems].some((problem) => problem.includes(part)),
          part,
        ).toBe(true);
    });
  }
});
