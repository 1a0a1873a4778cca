import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { WorkerPool } from '../../src/backends/cpu/worker-pool.ts';
import type { Backend, Dataset } from '../../src/em/types.ts';
import type { WorkerLike } from '../../src/threads.ts';
import { bundleNodeWorker } from './node-workers.ts';
import { identityFrame, KINDS, randomParameters, randomRows } from './samples.ts';

const N = 40_123;
const D = 3;
const rows = randomRows(N, D, 1);

let spawn: () => WorkerLike;
let threaded: Backend;
const inline = createCpuBackend();

beforeAll(async () => {
  spawn = await bundleNodeWorker('test-cpu-worker');
  threaded = createCpuBackend({ pool: new WorkerPool(spawn, 3) });
});
afterAll(() => threaded.destroy());

/** The numbers in memory that threads share. */
function shared(numbers: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(numbers.byteLength));
  copy.set(numbers);
  return copy;
}

function load(backend: Backend, data: Float32Array | Float64Array = rows): Promise<Dataset> {
  return backend.load({ data, nFeatures: D }, { scaling: 'per-feature' });
}

describe('workers compute what the calling thread computes', () => {
  test.each(KINDS)('%s', async (kind) => {
    const parameters = randomParameters(kind, 5, D, 2);
    const here = await load(inline);
    const there = await load(threaded);
    const [a, b, again] = [
      await here.expectation(parameters),
      await there.expectation(parameters),
      await there.expectation(parameters),
    ];
    expect(again).toEqual(b);
    expect(b).toEqual(a);
    for (const what of ['labels', 'responsibilities', 'logDensities'] as const) {
      const [mine, theirs] = [await here.read(what, parameters), await there.read(what, parameters)];
      expect(theirs.constructor).toBe(mine.constructor);
      // Much faster than toEqual for so many numbers.
      expect(Buffer.compare(Buffer.from(theirs.buffer), Buffer.from(mine.buffer))).toBe(0);
    }
    here.destroy();
    there.destroy();
  });

  test('float32 points', async () => {
    const parameters = randomParameters('full', 5, D, 2);
    const [a, b] = await Promise.all(
      [inline, threaded].map(async (backend) => (await load(backend, Float32Array.from(rows))).expectation(parameters)),
    );
    expect(b).toEqual(a);
  });
});

describe.each(['calling thread', 'workers'] as const)('on the %s', (where) => {
  const backend = () => (where === 'workers' ? threaded : inline);

  test('rows come in the order asked for, in the frame', async () => {
    const dataset = await load(backend());
    const indices = Uint32Array.of(N - 1, 0, 257, 20_000, 0);
    const { shift, scale } = dataset.frame;
    const expected = Array.from(indices, (n) =>
      Array.from({ length: D }, (_, i) => (rows[n * D + i]! - shift[i]!) / scale[i]!),
    );
    expect(Array.from(await dataset.rows(indices))).toEqual(expected.flat());
  });

  test('progress ends at 1 and never falls', async () => {
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    await backend().load({ data: rows, nFeatures: D }, { scaling: 'per-feature', onProgress });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  test('bad numbers are named, the frame given or not', async () => {
    const bad = rows.slice();
    bad[30_000 * D + 2] = NaN;
    for (const frame of [undefined, identityFrame(D)]) {
      const points = { data: bad, nFeatures: D, featureNames: ['a', 'b', 'c'] };
      const loading = backend().load(points, { scaling: 'per-feature', ...(frame && { frame }) });
      await expect(loading).rejects.toMatchObject({
        code: 'non-finite',
        message: expect.stringContaining('row 30000, column c'),
      });
    }
    bad[30_000 * D + 2] = 1e300;
    const frame = { shift: new Float64Array(D), scale: new Float64Array(D).fill(2 ** -100) };
    const loading = backend().load({ data: bad, nFeatures: D }, { scaling: 'per-feature', frame });
    await expect(loading).rejects.toMatchObject({ code: 'invalid-points' });
  });

  test('points in memory that threads share: the same numbers, and bad ones are named', async () => {
    const points = shared(rows);
    const parameters = randomParameters('full', 5, D, 2);
    const copied = await (await load(backend())).expectation(parameters);
    const weighted = { data: points, nFeatures: D, sampleWeight: shared(new Float64Array(N).fill(1)) };
    const taken = await backend().load(weighted, { scaling: 'per-feature' });
    expect(await taken.expectation(parameters)).toEqual(copied);
    points[30_000 * D + 2] = NaN;
    await expect(load(backend(), points)).rejects.toMatchObject({
      code: 'non-finite',
      message: expect.stringContaining('row 30000, column 2'),
    });
  });

  test('memory of a dataset that is done with serves the next one, of whatever shape', async () => {
    const parameters = randomParameters('diag', 5, D, 2);
    const others = randomRows(N, D, 2);
    const fresh = await (await load(backend(), others)).expectation(parameters);
    const spent = await backend().load(
      { data: rows, nFeatures: D, sampleWeight: new Float64Array(N).fill(2) },
      { scaling: 'isotropic' },
    );
    const next = await backend().load({ data: others, nFeatures: D }, { scaling: 'per-feature', reuse: spent });
    await expect(spent.expectation(parameters)).rejects.toMatchObject({ code: 'destroyed' });
    expect(await next.expectation(parameters)).toEqual(fresh);
    const fewer = { data: others.slice(0, 5000 * D), nFeatures: D };
    const small = await backend().load(fewer, { scaling: 'per-feature', reuse: next });
    await expect(next.expectation(parameters)).rejects.toMatchObject({ code: 'destroyed' });
    expect((await small.expectation(parameters)).nSamples).toBe(5000);
  });

  test('an abort stops a pass between slices', async () => {
    const dataset = await load(backend());
    const parameters = randomParameters('full', 1024, D, 2);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    const pass = dataset.expectation(parameters, { signal: controller.signal });
    await expect(pass).rejects.toMatchObject({ code: 'aborted' });
    await expect(dataset.expectation(parameters, { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    // The dataset is none the worse for it.
    expect((await dataset.expectation(randomParameters('full', 2, D, 2))).nSamples).toBe(N);
  });

  test('passes at the same time do not disturb each other', async () => {
    const dataset = await load(backend());
    const [a, b] = [randomParameters('full', 64, D, 2), randomParameters('diag', 128, D, 3)];
    const alone = [await dataset.expectation(a), await dataset.expectation(b)];
    expect(await Promise.all([dataset.expectation(a), dataset.expectation(b)])).toEqual(alone);
  });

  test('after destroy', async () => {
    const dataset = await load(backend());
    const distances = dataset.seedingDistances(new Float64Array(D).fill(1));
    dataset.destroy();
    dataset.destroy();
    const destroyed = { code: 'destroyed' };
    await expect(distances.add(new Float64Array(D))).rejects.toMatchObject(destroyed);
    await expect(distances.tileSums(new Float64Array(0))).rejects.toMatchObject(destroyed);
    await expect(distances.tileValues(Uint32Array.of(0))).rejects.toMatchObject(destroyed);
    distances.destroy();
    await expect(dataset.expectation(randomParameters('diag', 2, D, 2))).rejects.toMatchObject(destroyed);
    await expect(dataset.rows(Uint32Array.of(0))).rejects.toMatchObject(destroyed);
  });

  test('parameters with another number of features', async () => {
    const dataset = await load(backend());
    const pass = dataset.expectation(randomParameters('diag', 2, D + 1, 2));
    await expect(pass).rejects.toMatchObject({ code: 'model-mismatch' });
  });
});

describe('workers that die', () => {
  test('reject what is under way and what comes after; the next load starts new ones', async () => {
    const workers: WorkerLike[] = [];
    const spawnAndKeep = () => {
      const worker = spawn();
      workers.push(worker);
      return worker;
    };
    const backend = createCpuBackend({ pool: new WorkerPool(spawnAndKeep, 2) });
    const dataset = await load(backend);
    const pass = dataset.expectation(randomParameters('full', 1024, D, 2));
    workers[1]!.terminate();
    await expect(pass).rejects.toMatchObject({ code: 'worker-failed' });
    const parameters = randomParameters('full', 2, D, 2);
    await expect(dataset.expectation(parameters)).rejects.toMatchObject({ code: 'worker-failed' });
    expect((await (await load(backend)).expectation(parameters)).nSamples).toBe(N);
    expect(workers.length).toBe(3);
    backend.destroy();
    await expect(load(backend)).rejects.toMatchObject({ code: 'destroyed' });
  });

  test('an error inside a worker is no silence', async () => {
    const dataset = await load(threaded);
    const parameters = { ...randomParameters('full', 2, D, 2), means: undefined as unknown as Float64Array };
    await expect(dataset.expectation(parameters)).rejects.toMatchObject({ code: 'worker-failed' });
  });
});

test('points on a device are refused', async () => {
  const buffer = { size: 1e6 } as GPUBuffer;
  const loading = inline.load({ buffer, nSamples: 10, nFeatures: 2 }, { scaling: 'per-feature' });
  await expect(loading).rejects.toMatchObject({ code: 'invalid-points', remedy: expect.stringContaining('webgpu') });
});

test('one worker is put to work, too: the calling thread has other things to do', async () => {
  let started = 0;
  const spawnCounted = () => {
    started++;
    return spawn();
  };
  const backend = createCpuBackend({ pool: new WorkerPool(spawnCounted, 1) });
  const parameters = randomParameters('full', 2, D, 2);
  const alone = await (await load(inline)).expectation(parameters);
  expect(await (await load(backend)).expectation(parameters)).toEqual(alone);
  expect(started).toBe(1);
  backend.destroy();
});

test('few points stay on the calling thread', async () => {
  const spawnNone = () => {
    throw new Error('No worker is worth it.');
  };
  const backend = createCpuBackend({ pool: new WorkerPool(spawnNone, 2) });
  const dataset = await backend.load({ data: rows.slice(0, 300), nFeatures: D }, { scaling: 'per-feature' });
  expect(dataset.nSamples).toBe(100);
});

test('points need no windows', () => {
  expect(inline.windowRows(128)).toBe(Infinity);
});
