import type { SeedingDistances } from '../../em/seeding-distances.ts';
import type { TaskResult } from './passes.ts';
import type { Task } from './shard.ts';
import type { ShardedPoints } from './sharded-points.ts';
import { TILE } from './tile.ts';

/** A seeding over all points, in their shards, or over a copy of a sample, in shards of its own. */
export class CpuSeedingDistances implements SeedingDistances {
  readonly size: number;
  readonly #points: ShardedPoints;
  readonly #sample: Uint32Array | undefined;
  /** Identifies the seeding in its shards. */
  readonly #id: number;
  /** Where the values are kept. */
  readonly #home: Promise<ShardedPoints>;

  /** @param weights D: what a squared difference counts for in each feature */
  constructor(points: ShardedPoints, id: number, weights: Float64Array, sample: Uint32Array | undefined) {
    this.size = sample?.length ?? points.starts.at(-1)!;
    this.#points = points;
    this.#sample = sample;
    this.#id = id;
    this.#home = start(points, id, weights, sample);
    // Every call awaits `#home` and so sees a failure; without this line it would count as unhandled until then.
    this.#home.catch(() => {});
  }

  rowAt(position: number): number {
    return this.#sample ? this.#sample[position]! : position;
  }

  async tileSums(candidates: Float64Array): Promise<Float64Array> {
    const { starts } = await this.#home;
    const parts = (await this.#run({ type: 'seeding-sums', seeding: this.#id, candidates })) as Float64Array[];
    const nTiles = Math.ceil(this.size / TILE);
    const nSums = 1 + candidates.length / this.#points.nFeatures;
    const out = new Float64Array(nSums * nTiles);
    parts.forEach((part, s) => {
      const length = part.length / nSums;
      for (let m = 0; m < nSums; m++) {
        out.set(part.subarray(m * length, (m + 1) * length), m * nTiles + starts[s]! / TILE);
      }
    });
    return out;
  }

  async tileValues(tiles: Uint32Array): Promise<Float64Array> {
    this.#points.check();
    const home = await this.#home;
    const starts = home.starts.map((start) => Math.ceil(start / TILE));
    return home.gather(tiles, starts, TILE, (shard, local) => shard.call('seedingValues', [this.#id, local]));
  }

  async add(center: Float64Array): Promise<void> {
    await this.#run({ type: 'seeding-add', seeding: this.#id, center });
  }

  destroy(): void {
    void this.#home.then(
      (home) => {
        if (home !== this.#points) home.free();
        // Where the points are gone, so is the seeding.
        else for (const shard of home.shards) void shard.call('endSeeding', [this.#id]).catch(() => {});
      },
      () => {},
    );
  }

  async #run(task: Task): Promise<TaskResult[]> {
    this.#points.check();
    return (await this.#home).run(() => task);
  }
}

async function start(
  points: ShardedPoints,
  id: number,
  weights: Float64Array,
  sample: Uint32Array | undefined,
): Promise<ShardedPoints> {
  const home = sample ? await points.sample(sample) : points;
  try {
    await Promise.all(home.shards.map((shard) => shard.call('startSeeding', [id, weights])));
  } catch (error) {
    if (home !== points) home.free();
    throw error;
  }
  return home;
}
