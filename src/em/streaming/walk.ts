import type { Frame } from '../../data/frame.ts';
import type { HostPoints } from '../../data/points.ts';
import type { PointStream } from '../../data/replay.ts';
import { EmgpuError } from '../../errors.ts';
import type { Backend, Dataset, LoadOptions } from '../types.ts';
import { type ChunkWalk, type NumberedChunk, numberedChunks, weighsNothing } from './chunks.ts';

/** How a stream is walked, and how its chunks are loaded. */
export interface WalkOptions extends ChunkWalk, LoadOptions {
  readonly frame: Frame;
}

/** A loaded chunk. Its dataset is destroyed when the next one is asked for. */
export interface LoadedChunk {
  readonly dataset: Dataset;
  /** The number of the chunk's first row in the stream. */
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
  const chunks = new ChunkLoader(backend, stream, options);
  let loading = chunks.load();
  try {
    for (;;) {
      const current = await loading;
      if (!current) return;
      loading = chunks.load();
      loading.catch(ignore);
      try {
        yield current;
      } finally {
        chunks.spend(current.dataset);
      }
    }
  } finally {
    // Where the caller has left early, or something failed.
    const left = await loading.catch(ignore);
    left?.dataset.destroy();
    await chunks.close();
  }
}

/** Handles the failure of a promise that is awaited later: until then it would count as unhandled. */
function ignore(): undefined {
  return undefined;
}

/** Loads the chunks of a stream in their order, and reads one ahead. */
class ChunkLoader {
  readonly #backend: Backend;
  readonly #options: WalkOptions;
  readonly #chunks: AsyncGenerator<NumberedChunk>;
  #reading: Promise<IteratorResult<NumberedChunk>>;
  /** A dataset that is done with: its memory is for the next one that is loaded. */
  #spent: Dataset | undefined;

  constructor(backend: Backend, stream: PointStream, options: WalkOptions) {
    this.#backend = backend;
    this.#options = options;
    // Chunks may be lent, as each is loaded before the next but one is asked for, or the end.
    this.#chunks = numberedChunks(stream, { ...options, lent: true, shared: backend.sharesMemory });
    this.#reading = this.#chunks.next();
  }

  /** The next chunk that weighs something; undefined after the last. One call at a time. */
  async load(): Promise<LoadedChunk | undefined> {
    for (;;) {
      const { done, value } = await this.#reading;
      if (done) return this.#free();
      const { data, nFeatures } = value.chunk;
      const isLast = value.first + data.length / nFeatures === this.#options.nSamples;
      if (!isLast) this.#readOn();
      const loaded = weighsNothing(value.chunk) ? undefined : await this.#load(value);
      if (isLast) this.#readOn();
      if (loaded) return loaded;
    }
  }

  #readOn(): void {
    this.#reading = this.#chunks.next();
    this.#reading.catch(ignore);
  }

  /** Gives back a dataset that was loaded. */
  spend(dataset: Dataset): void {
    this.#free();
    this.#spent = dataset;
  }

  async close(): Promise<void> {
    this.#free();
    await this.#chunks.return(undefined);
  }

  #free(): undefined {
    this.#spent?.destroy();
    this.#spent = undefined;
  }

  async #load({ chunk, first }: NumberedChunk): Promise<LoadedChunk> {
    const reuse = this.#spent;
    this.#spent = undefined;
    try {
      return { dataset: await loadChunk(this.#backend, chunk, first, { ...this.#options, reuse }), first };
    } finally {
      reuse?.destroy();
    }
  }
}

/** Errors whose message may name a row, which the backend counts from the chunk's first. */
const ABOUT_ROWS = ['non-finite', 'invalid-points', 'invalid-weights'];

async function loadChunk(backend: Backend, chunk: HostPoints, first: number, options: WalkOptions): Promise<Dataset> {
  try {
    return await backend.load(chunk, options);
  } catch (error) {
    if (first === 0 || !(error instanceof EmgpuError) || !ABOUT_ROWS.includes(error.code)) throw error;
    const problem = `In the chunk that starts at row ${first}: ${error.problem}`;
    throw new EmgpuError(error.code, problem, error.remedy, { cause: error });
  }
}
