import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { type PointStream, type StreamPiece, streamFrom } from '../../src/data/stream.ts';
import { expectError } from './files.ts';

async function walk(stream: PointStream, rows: number, signal?: AbortSignal): Promise<HostPoints[]> {
  const chunks: HostPoints[] = [];
  for await (const chunk of stream.chunks({ rows, signal })) chunks.push(chunk);
  return chunks;
}

const flat = (chunks: readonly HostPoints[]) => chunks.flatMap(({ data }) => [...data]);
const pair = { nFeatures: 2 };

/** A stream whose first walk gives `first`, and every further one `later`. */
function changing(first: StreamPiece[], later: StreamPiece[]): PointStream {
  let nWalks = 0;
  return streamFrom(() => (nWalks++ === 0 ? first : later), pair);
}

describe('a stream of pieces', () => {
  it('cuts any pieces into chunks of any size, with their weights', async () => {
    const pieces = fc.record({
      d: fc.integer({ min: 1, max: 4 }),
      sizes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
      rows: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 }),
      narrow: fc.boolean(),
      weighted: fc.boolean(),
      known: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(pieces, async ({ d, sizes, rows, narrow, weighted, known }) => {
        const n = sizes.reduce((a, b) => a + b, 0);
        fc.pre(n > 0);
        const Numbers = narrow ? Float32Array : Float64Array;
        const all = new Numbers(Array.from({ length: n * d }, (_, i) => i / 3));
        const sampleWeight = Float64Array.from({ length: n }, (_, i) => i + 1);
        /** Every piece in the same buffer: it may be overwritten once the next is asked for. */
        async function* source(): AsyncGenerator<HostPoints> {
          const buffer = new Numbers(9 * d);
          let at = 0;
          for (const size of sizes) {
            buffer.set(all.subarray(at * d, (at + size) * d));
            const data = buffer.subarray(0, size * d);
            yield { data, nFeatures: d, ...(weighted ? { sampleWeight: sampleWeight.slice(at, at + size) } : {}) };
            at += size;
          }
        }
        const points = { data: all, nFeatures: d, ...(weighted ? { sampleWeight } : {}) };
        const stream = known ? streamFrom(points) : streamFrom(source, { nFeatures: d });
        expect(stream.nSamples).toBe(known ? n : undefined);
        for (const size of rows) {
          const chunks = await walk(stream, size);
          expect(flat(chunks)).toEqual([...all]);
          expect(chunks.flatMap((chunk) => [...(chunk.sampleWeight ?? [])])).toEqual(weighted ? [...sampleWeight] : []);
          expect(chunks.slice(0, -1).every(({ data }) => data.length === size * d)).toBe(true);
          expect(chunks.length).toBe(Math.ceil(n / size));
          for (const { data } of chunks) {
            expect(data).toBeInstanceOf(Numbers);
            expect(data.buffer).not.toBe(all.buffer);
          }
          expect(stream.nSamples).toBe(n);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes arrays, iterables that begin anew, and numbers alone', async () => {
    const pieces = [Float64Array.of(1, 2), Float32Array.of(3, 4), { data: Float64Array.of(5, 6), nFeatures: 2 }];
    async function* iterate() {
      yield* pieces;
    }
    const again = { [Symbol.asyncIterator]: iterate };
    for (const source of [pieces, again, () => pieces, () => pieces.values()]) {
      const stream = streamFrom(source, { nFeatures: 2, featureNames: ['a', 'b'] });
      for (const rows of [1, 2, 5]) {
        const chunks = await walk(stream, rows);
        expect(flat(chunks)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(chunks[0]).toMatchObject({ data: expect.any(Float64Array), featureNames: ['a', 'b'] });
      }
    }
  });

  it('keeps its type from the first piece on, over walks', async () => {
    const stream = changing([Float64Array.of(1, 2)], [Float32Array.of(1, 2)]);
    await walk(stream, 1);
    expect((await walk(stream, 1))[0]!.data).toEqual(Float64Array.of(1, 2));
    const narrow = changing([Float32Array.of(1, 2)], [Float64Array.of(1, 2)]);
    await walk(narrow, 1);
    await expectError(walk(narrow, 1), 'stream-changed', 'Float64Array');
  });

  it('lets two walks go on side by side', async () => {
    const stream = streamFrom([Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6)], pair);
    const [a, b] = await Promise.all([walk(stream, 1), walk(stream, 2)]);
    expect([a.length, b.length]).toEqual([3, 2]);
    expect(flat(a)).toEqual(flat(b));
  });

  it('closes the source when a walk is left', async () => {
    let isClosed = false;
    async function* source() {
      try {
        for (;;) yield Float32Array.of(1, 2);
      } finally {
        isClosed = true;
      }
    }
    for await (const _ of streamFrom(source, pair).chunks({ rows: 3 })) break;
    expect(isClosed).toBe(true);
  });

  it('lends chunks where asked to: the same rows, each until the next but one is asked for', async () => {
    const data = Float64Array.from({ length: 2 * 25 }, (_, i) => i);
    const sampleWeight = Float64Array.from({ length: 25 }, (_, i) => i + 1);
    const source = streamFrom(() => [{ data, nFeatures: 2, sampleWeight }], pair);
    const seen: number[][] = [];
    const memories = new Set<ArrayBufferLike>();
    let before: HostPoints | undefined;
    let rows = '';
    for await (const chunk of source.chunks({ rows: 4, lent: true, shared: true })) {
      // What was lent before is still there.
      expect(`${before?.data ?? ''}`).toBe(rows);
      [before, rows] = [chunk, `${chunk.data}`];
      seen.push([...chunk.data], [...chunk.sampleWeight!]);
      memories.add(chunk.data.buffer);
    }
    const own = await walk(source, 4);
    expect(seen).toEqual(own.flatMap((chunk) => [[...chunk.data], [...chunk.sampleWeight!]]));
    // Two in turn, and the last, which is no whole chunk.
    expect(memories.size).toBe(3);
    expect([...memories].slice(0, 2).every((memory) => memory instanceof SharedArrayBuffer)).toBe(true);
    expect(own.every((chunk) => chunk.data.buffer instanceof ArrayBuffer)).toBe(true);
  });
});

describe('what is wrong with a stream', () => {
  it('changes: stream-changed', async () => {
    const two = Float64Array.of(1, 2);
    const cases: [StreamPiece, string][] = [
      [Float64Array.of(1, 2, 3), 'Chunk 2 of the stream holds 3 numbers'],
      [{ data: two, nFeatures: 1 }, 'Chunk 2 of the stream has 1 columns, where 2 are expected'],
      [{ data: two, nFeatures: 2, sampleWeight: Float64Array.of(1) }, 'has weights'],
    ];
    for (const [piece, words] of cases) {
      await expectError(walk(streamFrom([two, piece], pair), 1), 'stream-changed', words);
    }
    await expectError(walk(streamFrom([Float32Array.of(1, 2), two], pair), 1), 'stream-changed', 'Float32Array');
    const grown = changing([two], [two, two]);
    await walk(grown, 5);
    await expectError(walk(grown, 1), 'stream-changed', 'more rows in the stream than the 1');
  });

  it('ends early: stream-ended, before the last chunk is given', async () => {
    const long = [Float64Array.of(1, 2, 3, 4, 5, 6)];
    const shorter = changing(long, [Float64Array.of(1, 2, 3, 4)]);
    await walk(shorter, 2);
    const got: number[] = [];
    const again = (async () => {
      for await (const { data } of shorter.chunks({ rows: 5 })) got.push(...data);
    })();
    await expectError(again, 'stream-ended', 'Only 2 rows', '3');
    expect(got).toEqual([]);
  });

  it('is a generator walked twice: stream-ended, even when the first walk was left', async () => {
    async function* generate() {
      yield Float64Array.of(1, 2);
      yield Float64Array.of(3, 4);
    }
    const made = generate();
    for (const source of [generate(), () => made]) {
      const stream = streamFrom(source, pair);
      for await (const _ of stream.chunks({ rows: 1 })) break;
      await expectError(walk(stream, 1), 'stream-ended', 'only once', 'Pass the function');
    }
    // What can be walked once and hides it gives no rows the second time.
    const hidden = generate();
    const stream = streamFrom({ [Symbol.asyncIterator]: () => hidden }, pair);
    for await (const _ of stream.chunks({ rows: 1 })) break;
    await expectError(walk(stream, 1), 'stream-ended', 'Only 0 rows');
  });

  it('is empty: empty-file', async () => {
    await expectError(walk(streamFrom([], pair), 1), 'empty-file', 'No rows');
    await expectError(walk(streamFrom([new Float32Array()], pair), 1), 'empty-file');
  });

  it('has weights that are none: invalid-weights', async () => {
    const data = Float64Array.of(1, 2, 3, 4);
    const weigh = (...sampleWeight: number[]) =>
      walk(streamFrom([{ data, nFeatures: 2, sampleWeight: Float64Array.from(sampleWeight) }], pair), 1);
    await expectError(weigh(1), 'invalid-weights', 'chunk 1', 'its 2 rows');
    await expectError(weigh(1, -1), 'invalid-weights', 'row 1 of chunk 1', '-1');
    await expectError(weigh(Number.NaN, 1), 'invalid-weights', 'row 0', 'NaN');
    await expectError(weigh(0, 0), 'invalid-weights', 'All weights');
    expect(await weigh(0, 1)).toHaveLength(2);
  });

  it('is no stream at all', async () => {
    expect(() => streamFrom([], { nFeatures: 0 })).toThrow(/nFeatures/);
    expect(() => streamFrom([], { nFeatures: 129 })).toThrow(/128/);
    expect(() => streamFrom([], { nFeatures: 2, featureNames: ['a'] })).toThrow(/featureNames/);
    expect(() => streamFrom([], undefined as never)).toThrow(/nFeatures/);
    expect(() => streamFrom({ data: new Float32Array(3), nFeatures: 2 })).toThrow(/whole rows/);
    await expectError(walk(streamFrom(new Float32Array(2) as never, pair), 1), 'invalid-option', 'iterable');
    await expectError(walk(streamFrom((() => undefined) as never, pair), 1), 'invalid-option', 'iterable');
    await expectError(walk(streamFrom([1] as never, pair), 1), 'invalid-points', 'Chunk 1');
    await expectError(walk(streamFrom([undefined] as never, pair), 1), 'invalid-points', 'Chunk 1');
    for (const rows of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expectError(walk(streamFrom([Float32Array.of(1, 2)], pair), rows), 'invalid-option', 'rows');
    }
  });

  it('is aborted', async () => {
    const stream = streamFrom([Float32Array.of(1, 2)], pair);
    await expectError(walk(stream, 1, AbortSignal.abort()), 'aborted');
    const controller = new AbortController();
    const endless = streamFrom(function* () {
      for (let i = 0; ; i++) {
        if (i === 100) controller.abort();
        yield Float32Array.of(1, 2);
      }
    }, pair);
    await expectError(walk(endless, 7, controller.signal), 'aborted');
  });
});
