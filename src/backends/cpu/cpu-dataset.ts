import type { Frame } from '../../data/frame.ts';
import type {
  Dataset,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  SeedingDistances,
  Statistics,
} from '../../em/types.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { type BlockSums, pushSums, totalSums } from './block-sums.ts';
import { splitByShard } from './partition.ts';
import type { TaskResult } from './passes.ts';
import type { Task } from './shard.ts';
import type { ShardClient } from './shard-client.ts';

/** How long a shard works before anyone looks at the abort signal, in milliseconds. */
const SLICE = 40;

/** Why a pass failed on some shard: the others stop, too. */
interface Failure {
  reason: unknown;
}

/** Points in one or more shards. Results are put together in the order of the shards, hence always alike. */
export class CpuDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly frame: Frame;
  readonly #shards: readonly ShardClient[];
  /** Index of each shard's first point, and N. */
  readonly #starts: readonly number[];
  #destroyed = false;
  #nextId = 0;

  constructor(frame: Frame, shards: readonly ShardClient[], starts: readonly number[]) {
    this.frame = frame;
    this.nFeatures = frame.shift.length;
    this.nSamples = starts.at(-1)!;
    this.#shards = shards;
    this.#starts = starts;
  }

  async expectation(parameters: KernelParameters, options: RunOptions = {}): Promise<Statistics> {
    this.#checkFeatures(parameters);
    const parts = await this.#run({ type: 'expectation', parameters }, options.signal);
    const nodes: BlockSums[] = [];
    for (const part of parts as BlockSums[][]) for (const node of part) pushSums(nodes, node);
    return this.#statistics(parameters, totalSums(nodes));
  }

  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    options: RunOptions = {},
  ): Promise<Readout[Kind]> {
    this.#checkFeatures(parameters);
    const parts = await this.#run({ type: 'read', what, parameters }, options.signal);
    return concatenate(parts as Readout[Kind][]);
  }

  async rows(indices: Uint32Array): Promise<Float64Array> {
    this.#check();
    const d = this.nFeatures;
    const out = new Float64Array(indices.length * d);
    const parts = splitByShard(indices, this.#starts);
    await Promise.all(
      parts.map(async ({ local, positions }, s) => {
        if (local.length === 0) return;
        const rows = await this.#shards[s]!.call('rows', [local]);
        positions.forEach((to, from) => {
          out.set(rows.subarray(from * d, (from + 1) * d), to * d);
        });
      }),
    );
    return out;
  }

  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    this.#check();
    const seeding = this.#nextId++;
    const parts = sample && splitByShard(sample, this.#starts);
    const size = sample ? sample.length : this.nSamples;
    const ready = Promise.all(
      this.#shards.map((shard, s) => shard.call('startSeeding', [seeding, weights, parts && parts[s]!.local])),
    );
    // Whoever adds a center sees the failure; without this line it would count as unhandled before.
    ready.catch(() => {});
    return {
      size,
      add: async (center) => {
        await ready;
        const distances = (await this.#run({ type: 'seeding', seeding, center })) as Float64Array[];
        if (!parts) return concatenate(distances);
        const out = new Float64Array(size);
        parts.forEach(({ positions }, s) => {
          positions.forEach((to, from) => {
            out[to] = distances[s]![from]!;
          });
        });
        return out;
      },
      destroy: () => {
        if (!this.#destroyed)
          for (const shard of this.#shards) void shard.call('endSeeding', [seeding]).catch(() => {});
      },
    };
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    for (const shard of this.#shards) shard.free();
  }

  /** @param totals as in `TileModel.takeSums` */
  #statistics({ kind, nComponents, nFeatures, means }: KernelParameters, totals: Float64Array): Statistics {
    const first = 1 + nComponents;
    const second = first + nComponents * nFeatures;
    return {
      ...{ kind, nComponents, nFeatures, nSamples: this.nSamples, centers: means.slice() },
      objective: totals[0]!,
      counts: totals.slice(1, first),
      first: totals.slice(first, second),
      second: totals.slice(second),
    };
  }

  /** One pass over all shards at once, in slices. The first failure stops the others. */
  async #run(task: Task, signal?: AbortSignal): Promise<TaskResult[]> {
    const pass = this.#nextId++;
    const failure: Failure = { reason: undefined };
    try {
      return await Promise.all(this.#shards.map((shard) => this.#runShard(shard, pass, task, failure, signal)));
    } catch (error) {
      failure.reason = error;
      throw error;
    }
  }

  async #runShard(
    shard: ShardClient,
    pass: number,
    task: Task,
    failure: Failure,
    signal: AbortSignal | undefined,
  ): Promise<TaskResult> {
    this.#check();
    throwIfAborted(signal);
    let progress = await shard.call('advance', [pass, task, SLICE]);
    while (!progress.done) {
      this.#check();
      if (failure.reason || signal?.aborted) {
        await shard.call('cancel', [pass]);
        throwIfAborted(signal);
        throw failure.reason;
      }
      progress = await shard.call('advance', [pass, undefined, SLICE]);
    }
    return progress.result;
  }

  #check(): void {
    if (this.#destroyed) {
      throw new EmgpuError('destroyed', 'The points were already freed.', 'Load them again.');
    }
  }

  #checkFeatures(parameters: KernelParameters): void {
    if (parameters.nFeatures !== this.nFeatures) {
      throw new EmgpuError(
        'model-mismatch',
        `The model has ${parameters.nFeatures} features, the points have ${this.nFeatures}.`,
        'Use points with the columns that the model was fitted to.',
      );
    }
  }
}

/** The parts one after the other, as the same kind of array. */
function concatenate<T extends Readout[ReadoutKind]>(parts: T[]): T {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((n, part) => n + part.length, 0);
  const out = new (parts[0]!.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
