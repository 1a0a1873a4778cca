import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { type PointStream, streamFrom } from '../../src/data/stream.ts';
import { openStreamed, type StreamLoadOptions } from '../../src/em/streaming/open.ts';
import { walkDatasets } from '../../src/em/streaming/walk.ts';
import type { Backend } from '../../src/em/types.ts';
import { standardNormal } from '../../src/families/gaussian.ts';
import { pointsOf, refusal, TWO_GROUPS } from '../api/data.ts';
import { rowsOf, watched, watchedStream } from './sources.ts';

const points = pointsOf(TWO_GROUPS, 1000);
const frame = { shift: new Float64Array(2), scale: new Float64Array(2).fill(1) };
const walk = { rows: 100, nSamples: 1000, scaling: 'per-feature', frame } as const;

function open(backend: Backend, stream: PointStream, options: Partial<StreamLoadOptions> = {}) {
  return openStreamed(backend, stream, { scaling: 'per-feature', chunkRows: 100, ...options });
}

/** A promise that is kept from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Lets everything happen that can happen without further events. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

/** A stream and a backend that tell what they do with chunks 0, 1, 2 …; reading and loading take until their gate is opened. */
function gated(count: number) {
  const events: string[] = [];
  const reads = Array.from({ length: count }, gate);
  const loads = Array.from({ length: count }, gate);
  const stream: PointStream = {
    nFeatures: 2,
    nSamples: 100 * count,
    async *chunks() {
      for (let i = 0; i < count; i++) {
        events.push(`read ${i} begins`);
        await reads[i]!.opened;
        events.push(`read ${i} ends`);
        yield rowsOf(points, 100 * i, 100 * (i + 1));
      }
    },
  };
  const cpu = createCpuBackend();
  let next = 0;
  const backend = new Proxy(cpu, {
    get: (target, key) => {
      if (key !== 'load') return Reflect.get(target, key, target);
      return async (...args: Parameters<Backend['load']>) => {
        const i = next++;
        events.push(`load ${i} begins`);
        await loads[i]!.opened;
        events.push(`load ${i} ends`);
        return cpu.load(...args);
      };
    },
  });
  return { events, reads, loads, stream, backend };
}

describe('a walk', () => {
  test('reads a chunk and loads the one before while the caller computes with the one before that', async () => {
    const { events, reads, loads, stream, backend } = gated(5);
    const datasets = walkDatasets(backend, stream, { ...walk, nSamples: 500 });
    for (const { open } of [reads[0]!, loads[0]!, reads[1]!]) open();
    expect((await datasets.next()).value).toMatchObject({ first: 0 });
    await settled();
    // The caller has chunk 0. Nothing but the gates holds the load of chunk 1 and the reading of chunk 2.
    expect(events).toContain('read 2 begins');
    expect(events).toContain('load 1 begins');
    expect(events).not.toContain('load 1 ends');
    expect(events).not.toContain('read 2 ends');
    // Both end before chunk 1 is asked for; more than one chunk is not read in advance.
    for (const { open } of [...reads, ...loads]) open();
    await settled();
    expect(events).toContain('load 1 ends');
    expect(events).toContain('read 2 ends');
    expect(events.filter((event) => event.startsWith('read') && event.endsWith('begins'))).toHaveLength(3);
    expect(events).not.toContain('load 2 begins');
    const firsts = [0];
    for await (const { first } of datasets) firsts.push(first);
    expect(firsts).toEqual([0, 100, 200, 300, 400]);
  });

  test('holds at most two datasets, each until the next is asked for', async () => {
    const watch = watched(createCpuBackend());
    const alive: number[] = [];
    for await (const _ of walkDatasets(watch.backend, watchedStream(points), walk)) {
      await settled();
      alive.push(watch.alive);
    }
    expect(alive).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
    expect(watch).toMatchObject({ alive: 0, most: 2 });
  });

  test('passes over chunks without weight, and counts their rows', async () => {
    const sampleWeight = new Float64Array(1000).map((_, i) => (i < 300 || (i >= 500 && i < 600) ? 0 : 1));
    const watch = watched(createCpuBackend());
    const firsts: number[] = [];
    for await (const { first } of walkDatasets(watch.backend, watchedStream({ ...points, sampleWeight }), walk)) {
      firsts.push(first);
    }
    expect(firsts).toEqual([300, 400, 600, 700, 800, 900]);
    expect(watch.alive).toBe(0);
  });

  test('frees everything when the caller leaves', async () => {
    const watch = watched(createCpuBackend());
    const stream = watchedStream(points);
    for await (const { first } of walkDatasets(watch.backend, stream, walk)) if (first === 300) break;
    expect(watch.alive).toBe(0);
    expect(watch.loaded.length).toBe(5);
    expect(stream.open).toBe(0);
  });

  test('frees everything when the caller fails', async () => {
    const watch = watched(createCpuBackend());
    const stream = watchedStream(points);
    const work = async () => {
      for await (const { first } of walkDatasets(watch.backend, stream, walk)) {
        if (first === 300) throw new Error('enough');
      }
    };
    await expect(work()).rejects.toThrow('enough');
    expect(watch.alive).toBe(0);
    expect(stream.open).toBe(0);
  });

  test('frees everything when the source, or the load of a chunk, fails', async () => {
    for (const bad of [150, 350, 950]) {
      const watch = watched(createCpuBackend());
      const data = points.data.slice();
      data[2 * bad + 1] = Number.NaN;
      const stream = watchedStream({ ...points, data });
      const work = async () => {
        for await (const _ of walkDatasets(watch.backend, stream, walk)) await settled();
      };
      const { message } = await refusal(work, 'non-finite');
      expect(message).toContain(`In the chunk that starts at row ${bad - 50}: `);
      expect(message).toContain('row 50, column 1');
      expect(watch.alive).toBe(0);
      expect(stream.open).toBe(0);
    }
  });
});

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
