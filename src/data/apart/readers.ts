import type { WorkerLike } from '../../threads.ts';
import type { HostPoints } from '../points.ts';
import type { WalkRequest } from './protocol.ts';
import { Reader } from './reader.ts';

/** How long a thread waits for another walk, in milliseconds. */
const IDLE = 10_000;

/** Threads that read files: as many as there are walks at once, kept for a while for the next walk. */
export class Readers {
  readonly #spawn: () => WorkerLike;
  readonly #idle = new Map<Reader, NodeJS.Timeout>();
  /** Whether a thread would not start: none is tried after that. */
  #unavailable = false;

  /** @param spawn starts a thread that runs `serveReader`; may throw */
  constructor(spawn: () => WorkerLike) {
    this.#spawn = spawn;
  }

  /** The chunks of a walk, which begins at once; undefined where no thread can be started, or none be told of the file. */
  async walk(request: WalkRequest, signal: AbortSignal | undefined): Promise<AsyncIterable<HostPoints> | undefined> {
    const reader = await this.#take();
    if (!reader) return undefined;
    const chunks = reader.walk(request, signal);
    if (chunks) return this.#lend(reader, chunks);
    this.#keep(reader);
    return undefined;
  }

  async *#lend(reader: Reader, chunks: AsyncGenerator<HostPoints>): AsyncGenerator<HostPoints> {
    try {
      yield* chunks;
    } finally {
      if (!reader.failed) this.#keep(reader);
    }
  }

  async #take(): Promise<Reader | undefined> {
    for (const [reader, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(reader);
      if (!reader.failed) return reader;
    }
    if (this.#unavailable) return undefined;
    try {
      return await Reader.start(this.#spawn());
    } catch {
      this.#unavailable = true;
      return undefined;
    }
  }

  #keep(reader: Reader): void {
    const end = () => {
      this.#idle.delete(reader);
      reader.terminate();
    };
    this.#idle.set(reader, setTimeout(end, IDLE).unref());
  }
}
