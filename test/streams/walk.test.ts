import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { PointStream } from '../../src/data/stream.ts';
import { walkDatasets } from '../../src/em/streaming/walk.ts';
import type { Backend } from '../../src/em/types.ts';
import { refusal } from '../api/data.ts';
import { rowsOf, watched, watchedStream } from './sources.ts';
import { frame, points, settled } from './walks.ts';

const walk = { rows: 100, nSamples: 1000, scaling: 'per-feature', frame } as const;

/** A promise that is kept from outside. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
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
      events.push('end asked for');
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

  test('asks for the end only once the last chunk is loaded, as no lent chunk is valid any more then', async () => {
    const { events, reads, loads, stream, backend } = gated(2);
    for (const { open } of reads) open();
    const walking = (async () => {
      const firsts: number[] = [];
      for await (const { first } of walkDatasets(backend, stream, { ...walk, nSamples: 200 })) firsts.push(first);
      return firsts;
    })();
    loads[0]!.open();
    await settled();
    expect(events.at(-1)).toBe('load 1 begins');
    loads[1]!.open();
    expect(await walking).toEqual([0, 100]);
    expect(events.slice(-2)).toEqual(['load 1 ends', 'end asked for']);
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
