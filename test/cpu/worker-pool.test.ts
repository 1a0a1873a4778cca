import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { WorkerPool } from '../../src/backends/cpu/worker-pool.ts';
import { fromNodeWorker, type WorkerLike } from '../../src/threads.ts';
import { bundleNodeWorker } from './node-workers.ts';
import { uniforms } from './samples.ts';

let spawn: () => WorkerLike;

beforeAll(async () => {
  spawn = await bundleNodeWorker('test-worker-pool');
});

const pools: WorkerPool[] = [];
afterAll(() => {
  for (const pool of pools) pool.terminate();
});

function poolOf(start: () => WorkerLike, size: number): WorkerPool {
  const pool = new WorkerPool(start, size);
  pools.push(pool);
  return pool;
}

const next = uniforms(3);
const points = { data: Float64Array.from({ length: 100_000 }, () => next()), nFeatures: 2 };

async function firstRow(pool: WorkerPool): Promise<{ row: Float64Array; adapter: string; reason: string }> {
  const backend = createCpuBackend({ pool });
  const dataset = await backend.load(points, { scaling: 'per-feature' });
  const row = await dataset.rows(Uint32Array.of(0, 40_000));
  dataset.destroy();
  return { row, adapter: backend.adapter, reason: backend.reason };
}

/** A worker that dies before it says a word. */
const stillborn = () => fromNodeWorker(new Worker("throw new Error('no luck')", { eval: true }));

test('where workers cannot be started the calling thread computes, and the reason says why', async () => {
  const { row: expected, adapter, reason } = await firstRow(poolOf(spawn, 2));
  expect({ adapter, reason }).toEqual({
    adapter: 'CPU, float64, up to 2 worker threads',
    reason: 'the CPU was asked for',
  });
  const refuse = () => {
    throw new TypeError('workers are not allowed here');
  };
  for (const [start, why] of [
    [stillborn, /could be started: no luck$/],
    [refuse, /could be started: workers are not allowed here$/],
  ] as const) {
    const { row, adapter, reason } = await firstRow(poolOf(start, 2));
    expect(row).toEqual(expected);
    expect(adapter).toBe('CPU, float64, on the calling thread');
    expect(reason).toMatch(/^the CPU was asked for; no worker thread could/);
    expect(reason).toMatch(why);
  }
});

test('where only some workers can be started, those compute', async () => {
  let count = 0;
  const { adapter, reason } = await firstRow(poolOf(() => (count++ === 1 ? stillborn() : spawn()), 3));
  expect(adapter).toBe('CPU, float64, up to 2 worker threads');
  expect(reason).toMatch(/only 2 of the worker threads could be started: .*no luck/);
  expect(count).toBe(3);
});

test('two loads at once share the workers they start', async () => {
  let count = 0;
  const pool = poolOf(() => {
    count++;
    return spawn();
  }, 3);
  await Promise.all([pool.take(2), pool.take(3)]);
  expect(count).toBe(3);
});

test('a worker that dies later is an error that says why, and is replaced', async () => {
  const workers: Worker[] = [];
  const pool = poolOf(() => {
    workers.push(new Worker(new URL('../../build/test-worker-pool/worker.js', import.meta.url)));
    return fromNodeWorker(workers.at(-1)!);
  }, 2);
  const dataset = await createCpuBackend({ pool }).load(points, { scaling: 'per-feature' });
  await workers[0]!.terminate();
  await expect(dataset.rows(Uint32Array.of(0))).rejects.toMatchObject({
    code: 'worker-failed',
    problem: 'A CPU worker stopped: it exited with code 1.',
  });
  expect((await pool.take(2)).map(({ failed }) => failed)).toEqual([false, false]);
  expect(workers).toHaveLength(3);
});

test('ending the pool while it starts workers ends them all and rejects what waits for them', async () => {
  const running = new Worker(new URL('../../build/test-worker-pool/worker.js', import.meta.url));
  const mute = new Worker('setInterval(() => {}, 1000)', { eval: true });
  const workers = [running, mute];
  const pool = poolOf(() => fromNodeWorker(workers.shift()!), 2);
  const exits = workers.map((worker) => once(worker, 'exit'));
  const backend = createCpuBackend({ pool });
  const loading = backend.load(points, { scaling: 'per-feature' });
  await Promise.all([once(running, 'message'), once(mute, 'online')]);
  backend.destroy();
  await expect(loading).rejects.toMatchObject({ code: 'destroyed' });
  expect((await Promise.all(exits)).length).toBe(2);
});

test('after it was ended a pool starts workers anew', async () => {
  const pool = poolOf(spawn, 2);
  const [first] = await pool.take(1);
  pool.terminate();
  expect(first!.failed).toBe(true);
  expect((await pool.take(2)).map(({ failed }) => failed)).toEqual([false, false]);
});
