import type { Frame } from '../../data/frame.ts';
import type { HostPoints } from '../../data/points.ts';
import type { PointStream } from '../../data/replay.ts';
import { EmgpuError } from '../../errors.ts';
import type { Backend, Dataset, LoadOptions } from '../types.ts';
import { type ChunkWalk, numberedChunks, weighsNothing } from './chunks.ts';

/** How a stream is walked, and how its chunks are loaded. */
export interface WalkOptions extends ChunkWalk, LoadOptions {
  readonly frame: Frame;
}

/** A chunk at home. It is destroyed when the next one is asked for. */
export interface LoadedChunk {
  readonly dataset: Dataset;
  /** Number of its first row in the stream. */
  readonly first: number;
}

/**
 * The chunks of a stream as datasets, one after the other. While the caller computes with one, the next is on its way to the backend and the
 * one after that is read; so at most three are in memory. Chunks without any weight are passed over.
 */
export async function* walkDatasets(
  backend: Backend,
  stream: PointStream,
  options: WalkOptions,
): AsyncGenerator<LoadedChunk> {
  // A chunk is loaded before the next but one is asked for.
  const chunks = numberedChunks(stream, { ...options, lent: backend.sharesMemory });
  /** The chunk before: its memory is for the next one that is loaded. */
  let spent: Dataset | undefined;
  const spend = (dataset?: Dataset) => {
    spent?.destroy();
    spent = dataset;
  };
  let reading = chunks.next();
  const loadNext = async (): Promise<LoadedChunk | undefined> => {
    for (;;) {
      const { done, value } = await reading;
      if (done) {
        spend();
        return undefined;
      }
      reading = chunks.next();
      // Whoever awaits it sees its failure; without this it would count as unhandled before.
      reading.catch(() => {});
      const { chunk, first } = value;
      if (weighsNothing(chunk)) continue;
      const reuse = spent;
      spent = undefined;
      try {
        return { dataset: await loadChunk(backend, chunk, first, { ...options, reuse }), first };
      } finally {
        reuse?.destroy();
      }
    }
  };
  let loading = loadNext();
  try {
    for (;;) {
      const current = await loading;
      if (!current) return;
      loading = loadNext();
      loading.catch(() => {});
      try {
        yield current;
      } finally {
        spend(current.dataset);
      }
    }
  } finally {
    // Where the caller has left early, or something failed.
    const left = await loading.catch(() => undefined);
    left?.dataset.destroy();
    spend();
    await chunks.return(undefined);
  }
}

/** What a backend says of a row, whose number it counts from the chunk's first. */
const ABOUT_ROWS = ['non-finite', 'invalid-points', 'invalid-weights'];

async function loadChunk(backend: Backend, chunk: HostPoints, first: number, options: WalkOptions): Promise<Dataset> {
  try {
    return await backend.load(chunk, options);
  } catch (error) {
    if (first === 0 || !(error instanceof EmgpuError) || !ABOUT_ROWS.includes(error.code)) throw error;
    const words = error.message.slice(0, -error.remedy.length).trimEnd();
    throw new EmgpuError(error.code, `In the chunk that starts at row ${first}: ${words}`, error.remedy, {
      cause: error,
    });
  }
}
