import type { Numbers } from '../../data/arrays.ts';
import type { Frame } from '../../data/frame.ts';
import { frameOfPoints } from '../../data/frame-sample.ts';
import { checkPoints, type HostPoints, isDevicePoints, type Points } from '../../data/points.ts';
import { checkWeights } from '../../data/weights.ts';
import { checkFeatures } from '../../em/features.ts';
import type { Backend, Dataset, LoadOptions } from '../../em/types.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { CpuDataset, PRECISION } from './cpu-dataset.ts';
import { countWorkers, pointsPerBatch, shardStarts } from './partition.ts';
import { Shard } from './shard.ts';
import { LocalShard, type ShardClient } from './shard-client.ts';
import { allOrNone, buffersOf, ShardedPoints } from './sharded-points.ts';
import type { WorkerClient } from './worker-client.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface CpuBackendOptions {
  /** The workers. Without a pool all work is done on the calling thread; results do not depend on its size. */
  readonly pool?: WorkerPool | undefined;
  /** Why this backend was taken, for people. */
  readonly reason?: string | undefined;
}

/**
 * The float64 backend: the reference for the GPU, and what runs where there is none. `destroy()` ends the pool's workers, also for other backends
 * that share it.
 */
export function createCpuBackend(options: CpuBackendOptions = {}): Backend {
  return new CpuBackend(options);
}

class CpuBackend implements Backend {
  readonly name = 'cpu';
  readonly precision = PRECISION;
  readonly sharesMemory: boolean;
  readonly #pool: WorkerPool | undefined;
  readonly #reason: string;
  /** Set by `destroy()`. Workers that died do not matter: the next load replaces them. */
  lost = false;

  constructor({ pool, reason = 'the CPU was asked for' }: CpuBackendOptions) {
    this.#pool = pool;
    this.sharesMemory = pool !== undefined;
    this.#reason = reason;
  }

  get adapter(): string {
    const { size = 0 } = this.#pool ?? {};
    const threads = size === 1 ? '1 worker thread' : `up to ${size} worker threads`;
    return `CPU, float64, ${size === 0 ? 'on the calling thread' : threads}`;
  }

  get reason(): string {
    const { size = 0, problem } = this.#pool ?? {};
    if (!problem) return this.#reason;
    return `${this.#reason}; ${size === 0 ? 'no worker thread' : `only ${size} of the worker threads`} could be started: ${problem}`;
  }

  async load(points: Points, options: LoadOptions): Promise<Dataset> {
    this.#check();
    const host = requireHostPoints(points);
    const checked = checkWeights(host);
    throwIfAborted(options.signal);
    const frame = options.frame ?? (await frameOfPoints(host, options.scaling, options.signal));
    checkFeatures(frame.shift.length, host.nFeatures);
    const n = host.data.length / host.nFeatures;
    const workers = (await this.#pool?.take(countWorkers(n, host.nFeatures, this.#pool.size))) ?? [];
    this.#check();
    const starts = shardStarts(n, Math.max(1, workers.length));
    const { reuse } = options;
    const reused = reuse instanceof CpuDataset ? await reuse.handOver(starts, frame) : reuse?.destroy();
    const shards = reused ?? (await createShards(workers, starts, frame));
    try {
      await fillShards(options.bringNear ? nearTo(frame, host) : host, frame, shards, starts, options);
    } catch (error) {
      for (const shard of shards) shard.free();
      throw error;
    }
    return new CpuDataset(
      frame,
      new ShardedPoints(shards, starts, host.nFeatures, checked.weights !== undefined),
      checked,
    );
  }

  #check(): void {
    if (this.lost) throw new EmgpuError('destroyed', 'The CPU backend was destroyed.', 'Make a new one.');
  }

  /** Points lie in one window here, as memory is the only limit. */
  windowRows(_nFeatures: number): number {
    return Infinity;
  }

  destroy(): void {
    this.lost = true;
    this.#pool?.terminate();
  }
}

/** A shard on each of the workers; on the calling thread where there are none. */
async function createShards(
  workers: readonly WorkerClient[],
  starts: readonly number[],
  frame: Frame,
): Promise<ShardClient[]> {
  if (workers.length === 0) return [new LocalShard(new Shard(0, starts[1]!, frame))];
  return allOrNone(workers.map((worker, s) => worker.createShard(starts[s]!, starts[s + 1]! - starts[s]!, frame)));
}

function requireHostPoints(points: Points): HostPoints {
  if (isDevicePoints(points)) {
    throw new EmgpuError(
      'invalid-points',
      'The CPU backend computes on numbers in host memory, and the points are in a GPUBuffer.',
      'Copy them to the host, or use the backend webgpu.',
    );
  }
  checkPoints(points);
  return points;
}

/** In the frame. Squares of numbers up to this, and their sums, are finite. */
const FARTHEST = 1e150;

/** The points, each finite number no farther from the frame than {@link FARTHEST}. */
function nearTo({ shift, scale }: Frame, points: HostPoints): HostPoints {
  const D = points.nFeatures;
  const data = points.data.map((x: number, i: number) => {
    const reach = FARTHEST * scale[i % D]!;
    return Number.isFinite(x) ? Math.min(shift[i % D]! + reach, Math.max(shift[i % D]! - reach, x)) : x;
  });
  return { ...points, data };
}

/**
 * Brings the points to their shards, to all shards at once. Points in shared memory go at once; others are copied batch by batch, so that one batch is
 * on its way while the shard takes in the one before.
 */
async function fillShards(
  points: HostPoints,
  frame: Frame,
  shards: readonly ShardClient[],
  starts: readonly number[],
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  const { data, nFeatures: d, sampleWeight } = points;
  const n = starts.at(-1)!;
  let placed = 0;
  let failed = false;
  const shared = isShared(data) && (!sampleWeight || isShared(sampleWeight));
  const size = shared ? n : pointsPerBatch(d);
  // Sends every other batch of a shard, from point `first` on (counted over all shards).
  const fill = async (shard: ShardClient, start: number, first: number, end: number) => {
    for (let from = first; from < end; from += 2 * size) {
      throwIfAborted(signal);
      const to = Math.min(end, from + size);
      const part = shared ? viewOf : copyOf;
      const [rows, weights] = [part(data, from * d, to * d), sampleWeight && part(sampleWeight, from, to)];
      const bad = await shard.call('ingest', [from - start, rows, weights], shared ? [] : buffersOf(rows, weights));
      if (failed) return;
      if (bad >= 0) rejectNonFinite(points, from * d + bad, frame);
      placed += to - from;
      onProgress?.(placed / n);
    }
  };
  try {
    const filling = shards.flatMap((shard, s) => {
      const [start, end] = [starts[s]!, starts[s + 1]!];
      return [fill(shard, start, start, end), fill(shard, start, start + size, end)];
    });
    await Promise.all(filling);
  } catch (error) {
    // Tells the other shards to stop after the batch that is on its way to them.
    failed = true;
    throw error;
  }
}

function isShared({ buffer }: Numbers): boolean {
  return globalThis.SharedArrayBuffer !== undefined && buffer instanceof SharedArrayBuffer;
}

const viewOf = (numbers: Numbers, from: number, to: number) => numbers.subarray(from, to);
const copyOf = (numbers: Numbers, from: number, to: number) => numbers.slice(from, to);

function rejectNonFinite({ data, nFeatures: d, featureNames }: HostPoints, at: number, frame: Frame): never {
  const value = data[at]!;
  const column = featureNames?.[at % d] ?? `${at % d}`;
  const where = `row ${Math.floor(at / d)}, column ${column} (both counted from 0) is ${value}`;
  if (Number.isFinite(value)) {
    throw new EmgpuError(
      'invalid-points',
      `Numbers must stay finite when they are scaled by 1 / ${frame.scale[at % d]}; ${where}.`,
      'Remove such rows or bring them to the units that the model was fitted in.',
    );
  }
  throw new EmgpuError('non-finite', `Every number must be finite; ${where}.`, 'Remove or replace such rows.');
}
