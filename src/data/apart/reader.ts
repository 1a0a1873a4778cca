import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { fromFailure, type WorkerLike } from '../../threads.ts';
import type { HostPoints } from '../points.ts';
import type { ReaderRequest, ReaderResponse, WalkRequest } from './protocol.ts';

interface Waiting {
  resolve(response: ReaderResponse): void;
  reject(error: EmgpuError): void;
}

/** How long a thread may take to stop, in milliseconds, before it is ended: a library may be caught in a damaged file. */
const PATIENCE = 2000;

/** The host's end of a thread that reads files, one walk at a time. */
export class Reader {
  readonly #worker: WorkerLike;
  /** Responses that nobody has awaited yet. */
  readonly #arrived: ReaderResponse[] = [];
  #waiting: Waiting | undefined;
  #failure: EmgpuError | undefined;
  #ending: ReturnType<typeof setTimeout> | undefined;

  private constructor(worker: WorkerLike) {
    this.#worker = worker;
    worker.listen(
      (data) => this.#arrive(data as ReaderResponse),
      (cause) => this.#fail(cause),
    );
  }

  /** Rejects with `worker-failed` where the thread never runs. */
  static async start(worker: WorkerLike): Promise<Reader> {
    const reader = new Reader(worker);
    await reader.#next();
    return reader;
  }

  /** Whether the thread died. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The chunks of a walk, which begins at once; undefined where its request cannot be sent, as that for a Blob of `fs.openAsBlob`. */
  walk(request: WalkRequest, signal: AbortSignal | undefined): AsyncGenerator<HostPoints> | undefined {
    try {
      this.#send({ type: 'walk', ...request });
    } catch {
      return undefined;
    }
    return this.#chunks(signal);
  }

  /** The chunks of the walk that was begun. Where it is left early or aborted the thread has stopped, or was ended, when this ends. */
  async *#chunks(signal: AbortSignal | undefined): AsyncGenerator<HostPoints> {
    const stop = () => this.#stop();
    let over = false;
    signal?.addEventListener('abort', stop);
    try {
      throwIfAborted(signal);
      for (;;) {
        const response = await this.#next();
        over = response.type === 'end';
        if (response.type === 'chunk') yield response.chunk;
        else if (response.type === 'end' && response.failure) throw fromFailure(response.failure);
        if (over) return;
        this.#send({ type: 'ask' });
      }
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (!over) await this.#leave();
      clearTimeout(this.#ending);
    }
  }

  terminate(): void {
    this.#worker.terminate();
  }

  #stop(): void {
    this.#send({ type: 'stop' });
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.terminate(), PATIENCE);
  }

  /** Waits until the thread has stopped, or is no more. */
  async #leave(): Promise<void> {
    this.#stop();
    try {
      while ((await this.#next()).type !== 'end');
    } catch {
      // A thread that died has stopped, too.
    }
  }

  #send(request: ReaderRequest): void {
    if (!this.failed) this.#worker.postMessage(request, []);
  }

  /** The thread keeps the process alive only meanwhile: nobody may come back for the rest of a walk. */
  #next(): Promise<ReaderResponse> {
    const arrived = this.#arrived.shift();
    if (arrived) return Promise.resolve(arrived);
    if (this.#failure) return Promise.reject(this.#failure);
    this.#worker.ref?.();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #arrive(response: ReaderResponse): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!waiting) {
      this.#arrived.push(response);
      return;
    }
    this.#worker.unref?.();
    waiting.resolve(response);
  }

  #fail(cause: unknown): void {
    this.#failure ??= new EmgpuError(
      'worker-failed',
      `A thread that read a file stopped: ${cause instanceof Error ? cause.message : cause}.`,
      'Walk the stream again.',
      { cause },
    );
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}
