import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Readers } from '../../src/data/apart/readers.ts';
import { openPath } from '../../src/data/node-file.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { type OpenStreamOptions, openStream } from '../../src/data/stream.ts';
import { fromNodeWorker, type WorkerLike } from '../../src/threads.ts';
import { bundleNodeWorker } from '../cpu/node-workers.ts';
import { expectError } from './files.ts';
import { type Columns, labelsIn, WRITERS } from './stream-files.ts';

let folder: string;
let spawn: () => WorkerLike;
/** Threads that were started by the test. */
let started: WorkerLike[];
let readers: Readers;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'emgpu-apart-'));
  const start = await bundleNodeWorker('test-reader', 'src/data/apart/reader-node.ts');
  spawn = () => {
    started.push(start());
    return started.at(-1)!;
  };
  started = [];
  readers = new Readers(() => spawn());
});
afterAll(() => {
  for (const thread of started) thread.terminate();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Walk extends Omit<OpenStreamOptions, 'name'> {
  readonly rows: number;
  readonly lent?: boolean;
  readonly shared?: boolean;
  /** In place of the file's. */
  readonly size?: number;
}

/** Readers whose threads are known. */
function ownReaders() {
  const own: WorkerLike[] = [];
  const one = new Readers(() => {
    own.push(spawn());
    return own.at(-1)!;
  });
  return { own, one };
}

let nStreams = 0;

/** Walks a file on another thread. */
async function walkApart(path: string, { rows, lent, shared, size, signal, ...options }: Walk, on = readers) {
  const opened = await openPath(path);
  await opened.close();
  const { modified } = opened.source;
  const file = { options: { name: basename(path), ...options }, size: size ?? opened.source.size, modified };
  return (await on.walk({ ...file, stream: nStreams++, place: path, rows, lent, shared }, signal))!;
}

/** Walks it on the calling thread. */
async function walkHere(path: string, { rows, lent, shared, signal, ...options }: Walk) {
  return (await openStream(() => openPath(path), { name: basename(path), ...options })).chunks({
    rows,
    lent,
    shared,
    signal,
  });
}

/** What remains of chunks once they are used. */
async function copies(chunks: AsyncIterable<HostPoints>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { data, sampleWeight, ...rest } of chunks) {
    all.push({ data: data.slice(), weights: sampleWeight?.slice(), ...rest });
  }
  return all;
}

const TABLE: Columns = {
  x: Float64Array.from({ length: 23 }, (_, i) => (i === 4 ? Number.NaN : i / 7)),
  y: Float64Array.from({ length: 23 }, (_, i) => 1e6 - i),
  w: Float64Array.from({ length: 23 }, (_, i) => i % 4),
};

describe('a walk on another thread', () => {
  for (const [name, content] of Object.entries(WRITERS)) {
    test(`gives the chunks of a walk on the calling thread: ${name}`, async () => {
      const path = write(name, content(TABLE, { groupRows: 5, offsetIndex: true }));
      const weightsColumn = labelsIn(name, TABLE)[2]!;
      for (const missing of ['keep', 'drop'] as const) {
        for (const [rows, lent] of [
          [1, true],
          [4, false],
          [4, true],
          [23, true],
          [100, true],
        ] as const) {
          const walk: Walk = { rows, lent, missing, weightsColumn };
          expect(await copies(await walkApart(path, walk))).toEqual(await copies(await walkHere(path, walk)));
        }
      }
    });
  }

  test('reads a Blob, too', async () => {
    const place = new Blob(['a,b\n1,2\n3,4\n']);
    const file = { options: { name: 'a.csv' }, size: place.size };
    const chunks = (await readers.walk({ ...file, stream: nStreams++, place, rows: 2 }, undefined))!;
    expect(await copies(chunks)).toMatchObject([{ data: Float64Array.of(1, 2, 3, 4), featureNames: ['a', 'b'] }]);
  });

  test('lends three pieces of shared memory in turn, so that a chunk lasts until the next but one is asked for', async () => {
    const path = write(
      'lent.npy',
      WRITERS['a.npy']!({ x: Float64Array.from({ length: 24 }, (_, i) => i) } as Columns, {
        groupRows: 1,
        offsetIndex: false,
      }),
    );
    const seen: { memory: unknown; data: HostPoints['data'] }[] = [];
    for await (const { data } of await walkApart(path, { rows: 4, lent: true })) {
      // One chunk more may be read meanwhile: it must not be where this one is, or the one before.
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push({ memory: data.buffer, data });
      const [before, last] = seen.slice(-2);
      if (last) expect([before!.data[0], last.data[0]]).toEqual([4 * (seen.length - 2), 4 * (seen.length - 1)]);
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen.map(({ data }) => data.byteOffset))).toEqual(new Set([0]));
    expect(seen.every(({ memory }) => memory instanceof SharedArrayBuffer)).toBe(true);
    expect(seen[3]!.data[0]).toBe(12);
    expect(seen[0]!.data[0]).toBe(12);
  });

  test('takes the same memory as the walk before over the same stream, once that has ended', async () => {
    const x = Float64Array.from({ length: 26 }, (_, i) => i);
    const place = write('again.npy', WRITERS['a.npy']!({ x }, { groupRows: 1, offsetIndex: false }));
    const { source, close } = await openPath(place);
    await close();
    const { size, modified } = source;
    const request = { options: { name: 'again.npy' }, size, modified, stream: nStreams++, place, rows: 4, lent: true };
    const { one } = ownReaders();
    let lent: HostPoints['data'][] = [];
    for (let round = 0; round < 4; round++) {
      for (const memory of lent) memory.fill(-1);
      const [found, now]: [number[], HostPoints['data'][]] = [[], []];
      for await (const { data } of (await one.walk(request, undefined))!) {
        found.push(...data);
        if (data.length === 4) now.push(data);
        if (round === 1 && found.length === 12) break;
      }
      expect(found).toEqual([...x].slice(0, round === 1 ? 12 : 26));
      if (round > 1) for (const memory of lent) expect(memory).not.toContain(-1);
      lent = now;
    }
  });

  test('gives arrays that belong to the receiver where chunks are not lent', async () => {
    const path = write('own.csv', 'a\n1\n2\n3\n4\n');
    const chunks: HostPoints[] = [];
    for await (const chunk of await walkApart(path, { rows: 1 })) chunks.push(chunk);
    expect(chunks.map(({ data }) => [...data])).toEqual([[1], [2], [3], [4]]);
    expect(chunks.every(({ data }) => data.buffer instanceof ArrayBuffer)).toBe(true);
    for await (const { data } of await walkApart(path, { rows: 1, shared: true })) {
      expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  test('is done by the thread of the walk before, also where that was left early', async () => {
    const path = write('early.csv', `a\n${'1\n'.repeat(100_000)}`);
    const { own, one } = ownReaders();
    for (const length of [1, 2, 3]) {
      let count = 0;
      for await (const { data } of await walkApart(path, { rows: 10, lent: true }, one)) {
        expect(data).toHaveLength(10);
        if (++count === length) break;
      }
    }
    expect(await copies(await walkApart(path, { rows: 60_000 }, one))).toHaveLength(2);
    expect(own).toHaveLength(1);
    const both = await Promise.all([walkApart(path, { rows: 60_000 }, one), walkApart(path, { rows: 30_000 }, one)]);
    expect((await Promise.all(both.map(copies))).map((chunks) => chunks.length)).toEqual([2, 4]);
    expect(own).toHaveLength(2);
  });

  test('ends when it is aborted', async () => {
    const path = write('abort.csv', `a\n${'1\n'.repeat(100_000)}`);
    const controller = new AbortController();
    const work = async () => {
      for await (const _ of await walkApart(path, { rows: 10, signal: controller.signal })) controller.abort();
    };
    await expectError(work(), 'aborted');
    await expectError(work(), 'aborted');
    expect(await copies(await walkApart(path, { rows: 100_000 }))).toHaveLength(1);
  });

  test('fails as a walk on the calling thread does, after the chunks before', async () => {
    const path = write('bad.csv', `a\n${'1\n'.repeat(200_000)}oops\n`);
    const walk: Walk = { rows: 20_000, columns: ['a'] };
    for (const walked of [walkApart, walkHere]) {
      let count = 0;
      const work = async () => {
        for await (const _ of await walked(path, walk)) count++;
      };
      await expectError(work(), 'not-a-number', 'line 200002', 'oops');
      expect(count).toBe(9);
    }
    await expectError(copies(await walkApart(path, { rows: 10, columns: ['b'] })), 'missing-column');
    await expectError(copies(await walkApart(path, { rows: 10, size: 7 })), 'stream-changed', '7 bytes');
    rmSync(path);
    const gone = { options: { name: 'bad.csv' }, size: 2, stream: nStreams++, place: path, rows: 10 };
    await expectError(copies((await readers.walk(gone, undefined))!), 'unreadable-file', 'no such file');
  });
});

describe('a thread', () => {
  test('that cannot be started is done without from then on', async () => {
    let tries = 0;
    const none = new Readers(() => {
      tries++;
      throw new Error('no more threads');
    });
    const path = write('none.csv', 'a\n1\n');
    expect(await walkApart(path, { rows: 1 }, none)).toBeUndefined();
    expect(await walkApart(path, { rows: 1 }, none)).toBeUndefined();
    expect(tries).toBe(1);
  });

  test('that does not stop is ended: by an abort, and where the walk is left early', async () => {
    const script = `
      const { parentPort } = require('node:worker_threads');
      parentPort.postMessage({ type: 'started' });
      parentPort.on('message', () => {
        parentPort.postMessage({ type: 'chunk', chunk: { data: new Float64Array(1), nFeatures: 1 } });
        for (;;);
      });`;
    const caught = new Readers(() => fromNodeWorker(new Worker(script, { eval: true })));
    const path = write('caught.csv', 'a\n1\n');
    const controller = new AbortController();
    const aborted = async () => {
      for await (const _ of await walkApart(path, { rows: 1, signal: controller.signal }, caught)) controller.abort();
    };
    await expectError(aborted(), 'aborted');
    for await (const { nFeatures } of await walkApart(path, { rows: 1 }, caught)) {
      expect(nFeatures).toBe(1);
      break;
    }
  });

  test('that cannot be told of a file is kept for the next one', async () => {
    const path = write('blob.csv', 'a\n1\n');
    const { own, one } = ownReaders();
    const place = await openAsBlob(path);
    const walk = { options: { name: 'blob.csv' }, size: place.size, stream: nStreams++, place, rows: 1 };
    expect(await one.walk(walk, undefined)).toBeUndefined();
    expect(await copies(await walkApart(path, { rows: 1 }, one))).toHaveLength(1);
    expect(own).toHaveLength(1);
  });

  test('that dies in the middle of a walk is replaced for the next one', async () => {
    const path = write('dies.csv', `a\n${'1\n'.repeat(100_000)}`);
    const { own, one } = ownReaders();
    const chunks = (await walkApart(path, { rows: 10 }, one))[Symbol.asyncIterator]();
    await chunks.next();
    own[0]!.terminate();
    const rest = async () => {
      while (!(await chunks.next()).done);
    };
    await expectError(rest(), 'worker-failed', 'A thread that read a file stopped');
    expect(await copies(await walkApart(path, { rows: 100_000 }, one))).toHaveLength(1);
    expect(own).toHaveLength(2);
    for await (const _ of await walkApart(path, { rows: 10 }, one)) {
      own[1]!.terminate();
      break;
    }
    expect(await copies(await walkApart(path, { rows: 100_000 }, one))).toHaveLength(1);
    expect(own).toHaveLength(3);
  });
});
