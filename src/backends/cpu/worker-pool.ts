import { EmgpuError } from '../../errors.ts';
import type { WorkerLike } from '../../threads.ts';
import { WorkerClient } from './worker-client.ts';

/** Workers that CPU backends share. They are started when points first arrive that are worth it. */
export class WorkerPool {
  readonly #spawn: () => WorkerLike;
  readonly #most: number;
  #size: number;
  #problem: string | undefined;
  /** Those included of which it is not yet known whether they will run. */
  #workers: WorkerClient[] = [];
  #filling: Promise<void> = Promise.resolve();

  /** @param spawn starts a worker that runs `worker-node.ts` or `worker-web.ts`; may throw */
  constructor(spawn: () => WorkerLike, size: number) {
    if (!Number.isInteger(size) || size < 1) {
      throw new EmgpuError(
        'invalid-option',
        `The number of workers must be a whole number from 1 on, got ${size}.`,
        'Pass the number of worker threads to use.',
      );
    }
    this.#most = size;
    this.#size = size;
    this.#spawn = spawn;
  }

  /** How many workers there are at most: once one could not be started, as many as could, which may be none. */
  get size(): number {
    return this.#size;
  }

  /** Why {@link size} is less than was asked for. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The first `count` workers, or as many as {@link size}, with those replaced that died since the last time. */
  async take(count: number): Promise<WorkerClient[]> {
    // One after the other, so that two callers at once share what is started.
    const filled = this.#filling.then(() => this.#fill(count));
    this.#filling = filled.catch(() => {});
    await filled;
    return this.#workers.slice(0, count);
  }

  /** Stops all workers; the points they hold are lost. */
  terminate(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.#size = this.#most;
    this.#problem = undefined;
  }

  async #fill(count: number): Promise<void> {
    this.#dropFailed();
    const missing = Math.max(0, Math.min(count, this.#size) - this.#workers.length);
    const started = await Promise.allSettled(Array.from({ length: missing }, () => this.#start()));
    const failed = started.find((start) => start.status === 'rejected');
    if (failed) this.#settleFor(failed.reason);
  }

  async #start(): Promise<void> {
    const worker = new WorkerClient(this.#spawn());
    this.#workers.push(worker);
    await worker.started;
  }

  /** Makes do with the workers that run: what kept one from it (a page's policy, no more threads) will keep the next one. */
  #settleFor(reason: unknown): void {
    if (reason instanceof EmgpuError && reason.code === 'destroyed') throw reason;
    this.#dropFailed();
    this.#size = this.#workers.length;
    const why = reason instanceof EmgpuError ? reason.cause : reason;
    this.#problem = why instanceof Error ? why.message : `${why}`;
  }

  #dropFailed(): void {
    this.#workers = this.#workers.filter((worker) => !worker.failed);
  }
}
