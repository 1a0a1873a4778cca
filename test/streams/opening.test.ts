import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { type PointStream, streamFrom } from '../../src/data/stream.ts';
import { openStreamed, type StreamLoadOptions } from '../../src/em/streaming/open.ts';
import type { Backend } from '../../src/em/types.ts';
import { standardNormal } from '../../src/families/gaussian.ts';
import { refusal } from '../api/data.ts';
import { rowsOf, watched, watchedStream } from './sources.ts';
import { frame, points, settled } from './walks.ts';

function open(backend: Backend, stream: PointStream, options: Partial<StreamLoadOptions> = {}) {
  return openStreamed(backend, stream, { scaling: 'per-feature', chunkRows: 100, ...options });
}

/** A stream that gives other pieces from its fourth walk on: opening looks at the first rows, counts and surveys. */
function fickle(later: (pieces: HostPoints[]) => HostPoints[]): PointStream {
  let walks = 0;
  const pieces = Array.from({ length: 10 }, (_, i) => rowsOf(points, 100 * i, 100 * (i + 1)));
  return streamFrom(() => (++walks > 3 ? later(pieces) : pieces), { nFeatures: 2 });
}

describe('a stream that gives something else on a later walk', () => {
  const parameters = standardNormal(frame);

  test.each([
    ['fewer rows', 'stream-ended', (pieces: HostPoints[]) => pieces.slice(0, 7)],
    ['no rows', 'stream-ended', () => []],
    ['more rows', 'stream-changed', (pieces: HostPoints[]) => [...pieces, pieces[0]!]],
    [
      'other columns',
      'stream-changed',
      (pieces: HostPoints[]) => [...pieces.slice(0, 6), { ...pieces[6]!, nFeatures: 1 }],
    ],
    [
      'weights',
      'stream-changed',
      (pieces: HostPoints[]) => pieces.map((piece) => ({ ...piece, sampleWeight: new Float64Array(100).fill(1) })),
    ],
  ] as const)('%s: %s, and everything is freed', async (_, code, later) => {
    const watch = watched(createCpuBackend());
    const dataset = await open(watch.backend, fickle(later));
    await refusal(() => dataset.expectation(parameters), code);
    expect(watch.alive).toBe(0);
    await refusal(() => dataset.rows(Uint32Array.of(950)), code);
    const seeding = dataset.seedingDistances(new Float64Array(2).fill(1));
    await refusal(() => seeding.tileSums(new Float64Array()), code);
    seeding.destroy();
    dataset.destroy();
    await settled();
    expect(watch.alive).toBe(0);
  });

  test('is found out even where the stream is one of the caller’s own, which looks at nothing', async () => {
    for (const [length, code] of [
      [7, 'stream-ended'],
      [11, 'stream-changed'],
    ] as const) {
      let walks = 0;
      const stream: PointStream = {
        nFeatures: 2,
        nSamples: 1000,
        async *chunks() {
          const count = ++walks > 2 ? length : 10;
          for (let i = 0; i < count; i++) yield rowsOf(points, 100 * (i % 10), 100 * (i % 10) + 100);
        },
      };
      const watch = watched(createCpuBackend());
      const dataset = await open(watch.backend, stream);
      await refusal(() => dataset.expectation(parameters), code);
      await refusal(() => dataset.read('labels', parameters), code);
      expect(watch.alive).toBe(0);
    }
  });
});

describe('a signal', () => {
  test('is heard within a chunk, wherever it fires', async () => {
    for (const after of [0, 1, 4, 9]) {
      const controller = new AbortController();
      let chunks = 0;
      const cpu = createCpuBackend();
      const watch = watched(cpu);
      const stream = watchedStream(points);
      const dataset = await open(watch.backend, stream);
      const counting: PointStream = {
        nFeatures: 2,
        nSamples: 1000,
        async *chunks(options) {
          for await (const chunk of stream.chunks(options)) {
            if (chunks++ === after) controller.abort();
            yield chunk;
          }
        },
      };
      const other = await open(watch.backend, counting, { frame: dataset.frame });
      chunks = 0;
      await refusal(() => other.expectation(standardNormal(frame), { signal: controller.signal }), 'aborted');
      // One further chunk may be on its way.
      expect(chunks).toBeLessThanOrEqual(after + 2);
      expect(watch.alive).toBe(0);
      expect(stream.open).toBe(0);
    }
  });

  test('is heard while the stream is opened', async () => {
    const controller = new AbortController();
    const watch = watched(createCpuBackend());
    const stream = watchedStream(points);
    const { signal } = controller;
    const opening = () => open(watch.backend, stream, { signal, onProgress: () => controller.abort() });
    await refusal(opening, 'aborted');
    await refusal(() => open(watch.backend, stream, { signal }), 'aborted');
    expect(watch.alive).toBe(0);
    expect(stream.open).toBe(0);
  });

  test('that fired before a pass leaves the source alone', async () => {
    const stream = watchedStream(points);
    const dataset = await open(createCpuBackend(), stream);
    const { walks } = stream;
    await refusal(() => dataset.expectation(standardNormal(frame), { signal: AbortSignal.abort() }), 'aborted');
    expect(stream.walks).toBe(walks);
  });
});

describe('opening', () => {
  test('one chunk is loaded as ordinary points are', async () => {
    const watch = watched(createCpuBackend());
    const dataset = await open(watch.backend, watchedStream(points), { chunkRows: 1000 });
    expect(watch.loaded).toEqual([1000]);
    dataset.destroy();
    expect(watch.alive).toBe(0);
  });

  test('takes one walk, one more where the number of rows is not known, and none where a frame is given', async () => {
    const known = streamFrom(points);
    let walks = 0;
    const counted: PointStream = {
      nFeatures: 2,
      nSamples: 1000,
      chunks: (options) => {
        walks++;
        return known.chunks(options);
      },
    };
    // The first is broken off after two chunks.
    const { frame } = await open(createCpuBackend(), counted);
    expect(walks).toBe(2);
    const stream = watchedStream(points);
    await open(createCpuBackend(), stream);
    expect(stream.walks).toBe(3);
    walks = 0;
    expect(await open(createCpuBackend(), counted, { frame })).toMatchObject({ nSamples: 1000, totalWeight: 1000 });
    expect(walks).toBe(1);
  });

  test('refuses bad chunkRows, streams without rows or weight, and numbers that are none, by their row', async () => {
    const cpu = createCpuBackend();
    for (const chunkRows of [0, -1, 1.5, Number.NaN]) {
      const { message } = await refusal(() => open(cpu, streamFrom(points), { chunkRows }), 'invalid-option');
      expect(message).toContain('chunkRows');
    }
    await refusal(() => open(cpu, streamFrom([], { nFeatures: 2 })), 'empty-file');
    const nothing: PointStream = { nFeatures: 2, async *chunks() {} };
    await refusal(() => open(cpu, nothing), 'empty-file');
    const sampleWeight = new Float64Array(1000);
    await refusal(() => open(cpu, watchedStream({ ...points, sampleWeight })), 'invalid-weights');
    const data = points.data.slice();
    data[2 * 654] = Infinity;
    const { message } = await refusal(() => open(cpu, watchedStream({ ...points, data })), 'non-finite');
    expect(message).toContain('row 654, column 0');
  });

  test('a destroyed dataset refuses, also in the middle of a pass', async () => {
    const watch = watched(createCpuBackend());
    const stream = watchedStream(points);
    const dataset = await open(watch.backend, stream);
    const pass = dataset.expectation(standardNormal(frame));
    dataset.destroy();
    await refusal(() => pass, 'destroyed');
    await refusal(() => dataset.expectation(standardNormal(frame)), 'destroyed');
    await refusal(() => dataset.read('labels', standardNormal(frame)), 'destroyed');
    await refusal(() => dataset.rows(Uint32Array.of(0)), 'destroyed');
    expect(watch.alive).toBe(0);
    expect(stream.open).toBe(0);
  });
});
