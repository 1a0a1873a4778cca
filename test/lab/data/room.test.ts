import { afterEach, describe, expect, it } from 'vitest';
import { createDataRoom, type DataRoom, type RoomWorker } from '../../../demo/data/client.ts';
import { generate } from '../../../demo/data/generate.ts';
import { stopped } from '../../../demo/data/pace.ts';
import { type Loader, serveRoom } from '../../../demo/data/room.ts';
import type { DataChoice } from '../../../demo/data/types.ts';
import { tableOf } from './tables.ts';

const RAW = { standardize: false, log: [] };

/** The room's code behind a message channel, where a page has it in a worker. */
class FakeWorker implements RoomWorker {
  onmessage: Worker['onmessage'] = null;
  onmessageerror: Worker['onmessageerror'] = null;
  onerror: Worker['onerror'] = null;
  terminated = false;
  /** A worker that is busy hears nothing. */
  busy = false;
  readonly #channel = new MessageChannel();

  constructor(load: Loader) {
    const { port1, port2 } = this.#channel;
    port1.onmessage = (event) => this.onmessage?.call(this as never, event);
    serveRoom(
      {
        post: (message, transfer) => port2.postMessage(message, transfer),
        listen: (onMessage) => {
          port2.onmessage = ({ data }) => this.busy || onMessage(data);
        },
      },
      load,
    );
  }

  postMessage(message: unknown): void {
    this.#channel.port1.postMessage(message);
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
  }

  /** As when it runs out of memory. */
  crash(): void {
    this.onerror?.call(this as never, new Event('error') as ErrorEvent);
  }
}

const FILE: DataChoice = { kind: 'file', file: new File([], 'a.csv') };
const ROUND: DataChoice = { kind: 'generated', id: 'round', n: 1000, seed: 1 };

/** A sample never ends by itself; a file is a table of two rows. */
const load: Loader = (choice, watch) => {
  if (choice.kind === 'generated') return generate(choice, watch);
  if (choice.kind === 'file') return Promise.resolve(tableOf(['a'], [[1], [2]]));
  return new Promise((_, reject) => {
    watch.signal.addEventListener('abort', () => reject(stopped(undefined)));
  });
};

describe('data room', () => {
  let workers: FakeWorker[] = [];
  const rooms: DataRoom[] = [];
  const open = () => {
    workers = [];
    const room = createDataRoom(() => {
      workers.push(new FakeWorker(load));
      return workers.at(-1)!;
    });
    rooms.push(room);
    return room;
  };
  afterEach(() => {
    for (const room of rooms) room.destroy();
  });

  it('loads a table and prepares points of it, again and again', async () => {
    const room = open();
    const stages = new Set<string>();
    const onProgress = (stage: string) => stages.add(stage);
    const table = await room.load(ROUND, { onProgress });
    expect(table).toEqual({ name: 'Round blobs', columns: ['x', 'y'], suggested: ['x', 'y'], nRows: 1000 });
    const { points } = await room.prepare({ ...RAW, columns: ['y', 'x'] }, { onProgress });
    expect(points).toMatchObject({ nFeatures: 2, featureNames: ['y', 'x'] });
    expect(points.data).toHaveLength(2000);
    expect((await room.prepare({ ...RAW, columns: ['y'] })).points.data[0]).toBe(points.data[0]);
    expect([...stages]).toEqual(['generate', 'prepare']);
    expect(workers).toHaveLength(1);
  });

  it('keeps the code and the words of an error, and the table before', async () => {
    const room = open();
    const none = room.prepare({ ...RAW, columns: ['x'] });
    await expect(none).rejects.toMatchObject({ name: 'EmgpuError', code: 'invalid-option' });
    await room.load(ROUND);
    await expect(room.prepare({ ...RAW, columns: ['z'] })).rejects.toMatchObject({
      ...{ name: 'EmgpuError', code: 'missing-column' },
      ...{
        message: 'Round blobs has no column of numbers "z". Choose other columns.',
        remedy: 'Choose other columns.',
      },
    });
    await expect(room.load({ ...ROUND, n: 1 })).rejects.toMatchObject({ code: 'invalid-option' });
    expect((await room.prepare({ ...RAW, columns: ['x'] })).points.data).toHaveLength(1000);
  });

  it('rejects an aborted call at once, and goes on with the same worker', async () => {
    const room = open();
    const controller = new AbortController();
    await room.load(FILE);
    const work = room.load({ kind: 'sample', id: 'iris' }, { signal: controller.signal });
    const next = room.prepare({ ...RAW, columns: ['a'] });
    controller.abort('enough');
    await expect(work).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(Array.from((await next).points.data)).toEqual([1, 2]);
    await expect(room.load(FILE, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(workers).toHaveLength(1);
  });

  it('replaces a worker that does not hear of it; the new one loads the table again', async () => {
    const room = open();
    const controller = new AbortController();
    await room.load(FILE);
    workers[0]!.busy = true;
    const work = room.load(ROUND, { signal: controller.signal });
    const next = room.prepare({ ...RAW, columns: ['a'] });
    controller.abort();
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(Array.from((await next).points.data)).toEqual([1, 2]);
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, false]);
  });

  it('says that the worker broke down, and starts another one', async () => {
    const room = open();
    await room.load(FILE);
    const work = room.load({ kind: 'sample', id: 'iris' });
    workers[0]!.crash();
    await expect(work).rejects.toMatchObject({ code: 'worker-failed', message: expect.stringMatching(/memory/) });
    expect(workers[0]!.terminated).toBe(true);
    expect((await room.prepare({ ...RAW, columns: ['a'] })).nDropped).toBe(0);
    expect(workers).toHaveLength(2);
  });

  it('rejects everything when it is destroyed', async () => {
    const room = open();
    const work = room.load({ kind: 'sample', id: 'iris' });
    room.destroy();
    await expect(work).rejects.toMatchObject({ code: 'destroyed' });
    await expect(room.load(FILE)).rejects.toMatchObject({ code: 'destroyed' });
  });

  it('tells an array that cannot be had as lack of memory, and anything else in its own words', async () => {
    const failing = (error: unknown) => createDataRoom(() => new FakeWorker(() => Promise.reject(error))).load(FILE);
    await expect(failing(new RangeError('Array buffer allocation failed'))).rejects.toMatchObject({
      code: 'out-of-memory',
    });
    await expect(failing(new TypeError('it is odd.'))).rejects.toMatchObject({
      code: 'worker-failed',
      message: 'The data could not be read: it is odd. Try again.',
    });
  });
});
