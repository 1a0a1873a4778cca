import { BLOCK } from './block-sums.ts';
import { TILE } from './tile.ts';

/** Below this many numbers per shard, messages to a worker cost more than it saves. */
const MIN_NUMBERS_PER_SHARD = 16_384;

/** Numbers per message while shards are filled: bounds the memory for copies in flight, two per shard. */
const NUMBERS_PER_BATCH = 2 ** 19;

/** Points per message while shards of D features are filled, a multiple of TILE. */
export function pointsPerBatch(nFeatures: number): number {
  return Math.max(1, Math.floor(NUMBERS_PER_BATCH / nFeatures / TILE)) * TILE;
}

/** Among how many of `concurrency` workers to divide N × D numbers; 0 when there are so few numbers that the calling thread is faster. */
export function countWorkers(nSamples: number, nFeatures: number, concurrency: number): number {
  const worthwhile = Math.min(Math.floor((nSamples * nFeatures) / MIN_NUMBERS_PER_SHARD), Math.ceil(nSamples / BLOCK));
  return worthwhile < 2 ? 0 : Math.min(concurrency, worthwhile);
}

/** The index of each shard's first point, and then N. Shards are contiguous and of whole blocks, as even as that allows. */
export function shardStarts(nSamples: number, nShards: number): number[] {
  const nBlocks = Math.ceil(nSamples / BLOCK);
  return Array.from({ length: nShards + 1 }, (_, s) => Math.min(nSamples, Math.round((nBlocks * s) / nShards) * BLOCK));
}

/** Points of one shard: their indices, counted from the shard's start, and their positions in the list. */
export interface ShardIndices {
  readonly local: Uint32Array;
  readonly positions: Uint32Array;
}

/** Splits a list of point indices by shard. */
export function splitByShard(indices: Uint32Array, starts: readonly number[]): ShardIndices[] {
  return starts.slice(0, -1).map((start, s) => {
    const end = starts[s + 1]!;
    const positions = Uint32Array.from(indices.keys()).filter((m) => indices[m]! >= start && indices[m]! < end);
    return { local: positions.map((m) => indices[m]! - start), positions };
  });
}
