import type { Frame } from '../../data/frame.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { countWorkers, pointsPerBatch, shardStarts, splitByShard } from './partition.ts';
import type { TaskResult } from './passes.ts';
import type { Task } from './shard.ts';
import type { ShardClient } from './shard-client.ts';

/** How long a shard works before anyone looks at the abort signal, in milliseconds. */
const SLICE = 40;

/** Why a pass failed on some shard: the others stop, too. */
interface Failure {
  reason: unknown;
}

/** Points in one or more shards. Results come in the order of the shards, so they are the same in every run. */
export class ShardedPoints {
  readonly shards: readonly ShardClient[];
  /** The index of each shard's first point, and then N. */
  readonly starts: readonly number[];
  readonly nFeatures: number;
  /** Whether points have weights. */
  readonly weighted: boolean;
  #freed = false;
  #nextPass = 0;

  constructor(shards: readonly ShardClient[], starts: readonly number[], nFeatures: number, weighted: boolean) {
    this.shards = shards;
    this.starts = starts;
    this.nFeatures = nFeatures;
    this.weighted = weighted;
  }

  /** @throws `destroyed` after {@link free} */
  check(): void {
    if (this.#freed) throw new EmgpuError('destroyed', 'The points were already freed.', 'Load them again.');
  }

  /** The points at these indices, M × D. */
  rows(indices: Uint32Array): Promise<Float64Array> {
    return this.gather(indices, this.starts, this.nFeatures, (shard, local) => shard.call('rows', [local]));
  }

  /**
   * Gathers items of `width` numbers that lie in shards, in the order of `indices`, which count the items of all shards from 0.
   * @param starts the index of each shard's first item, and then how many items there are
   * @param ask asks one shard for items, counted from the shard's first
   */
  async gather(
    indices: Uint32Array,
    starts: readonly number[],
    width: number,
    ask: (shard: ShardClient, local: Uint32Array) => Promise<Float64Array>,
  ): Promise<Float64Array> {
    this.check();
    const out = new Float64Array(indices.length * width);
    const parts = splitByShard(indices, starts);
    await Promise.all(
      parts.map(async ({ local, positions }, s) => {
        if (local.length === 0) return;
        const found = await ask(this.shards[s]!, local);
        positions.forEach((to, from) => {
          out.set(found.subarray(from * width, (from + 1) * width), to * width);
        });
      }),
    );
    return out;
  }

  /** A copy of the points at these indices and of their weights, on the same threads. The caller frees it. */
  async sample(indices: Uint32Array): Promise<ShardedPoints> {
    const d = this.nFeatures;
    const nShards = Math.max(1, countWorkers(indices.length, d, this.shards.length));
    const starts = shardStarts(indices.length, nShards);
    // The points are in the frame already.
    const frame: Frame = { shift: new Float64Array(d), scale: new Float64Array(d).fill(1) };
    const making = this.shards.slice(0, nShards).map(async (shard, s) => {
      const copy = await shard.sibling(starts[s + 1]! - starts[s]!, frame);
      try {
        await this.#copy(indices.subarray(starts[s], starts[s + 1]), copy);
      } catch (error) {
        copy.free();
        throw error;
      }
      return copy;
    });
    return new ShardedPoints(await allOrNone(making), starts, d, this.weighted);
  }

  async #copy(indices: Uint32Array, to: ShardClient): Promise<void> {
    const size = pointsPerBatch(this.nFeatures);
    for (let from = 0; from < indices.length; from += size) {
      const batch = indices.subarray(from, from + size);
      const rows = await this.rows(batch);
      const weights = this.weighted
        ? await this.gather(batch, this.starts, 1, (shard, local) => shard.call('weights', [local]))
        : undefined;
      await to.call('ingest', [from, rows, weights], buffersOf(rows, weights));
    }
  }

  /**
   * One pass over all shards at once, in slices. The first failure stops the others.
   * @param taskFor the task of the shard that holds points `from` to `to`
   */
  async run(taskFor: (from: number, to: number) => Task, signal?: AbortSignal): Promise<TaskResult[]> {
    const pass = this.#nextPass++;
    const failure: Failure = { reason: undefined };
    const { starts } = this;
    try {
      return await Promise.all(
        this.shards.map((shard, s) =>
          this.#runShard(shard, pass, () => taskFor(starts[s]!, starts[s + 1]!), failure, signal),
        ),
      );
    } catch (error) {
      failure.reason = error;
      throw error;
    }
  }

  async #runShard(
    shard: ShardClient,
    pass: number,
    task: () => Task,
    failure: Failure,
    signal: AbortSignal | undefined,
  ): Promise<TaskResult> {
    this.check();
    throwIfAborted(signal);
    let progress = await shard.call('advance', [pass, task(), SLICE]);
    while (!progress.done) {
      this.check();
      if (failure.reason || signal?.aborted) {
        await shard.call('cancel', [pass]);
        throwIfAborted(signal);
        throw failure.reason;
      }
      progress = await shard.call('advance', [pass, undefined, SLICE]);
    }
    return progress.result;
  }

  /** The shards, for other points that lie in shards of the same sizes and own them from then on; undefined where the sizes differ. */
  async handOver(starts: readonly number[], frame: Frame): Promise<readonly ShardClient[] | undefined> {
    const alike = frame.shift.length === this.nFeatures && `${starts}` === `${this.starts}`;
    if (this.#freed || !alike) return undefined;
    this.#freed = true;
    await Promise.all(this.shards.map((shard) => shard.call('renew', [frame])));
    return this.shards;
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    for (const shard of this.shards) shard.free();
  }
}

/** All of the shards; where one cannot be made, the others are freed, and its failure is thrown. */
export async function allOrNone(making: readonly Promise<ShardClient>[]): Promise<ShardClient[]> {
  const made = await Promise.allSettled(making);
  const failed = made.find((result) => result.status === 'rejected');
  if (!failed) return made.map((result) => (result as PromiseFulfilledResult<ShardClient>).value);
  for (const result of made) if (result.status === 'fulfilled') result.value.free();
  throw failed.reason;
}

/** The buffers to transfer to a shard's thread with rows and their weights, both of which are copies made for it. */
export function buffersOf(...arrays: (Float32Array | Float64Array | undefined)[]): ArrayBuffer[] {
  return arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : []));
}
