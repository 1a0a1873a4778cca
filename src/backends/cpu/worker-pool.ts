import { EmgpuError } from '../../errors.ts';
import { WorkerClient } from './worker-client.ts';
import type { WorkerLike } from './worker-protocol.ts';

/** Workers that CPU backends share. They are started when points first arrive that are worth it. */
export class WorkerPool {
  /** How many workers there are at most. */
  readonly size: number;
  readonly #spawn: () => WorkerLike;
  #workers: WorkerClient[] = [];

  /** @param spawn starts a worker that runs `worker-node.ts` or `worker-web.ts` */
  constructor(spawn: () => WorkerLike, size: number) {
    if (!Number.isInteger(size) || size < 1) {
      throw new EmgpuError(
        'invalid-option',
        `The number of workers must be a whole number from 1 on, got ${size}.`,
        'Pass the number of worker threads to use.',
      );
    }
    this.size = size;
    this.#spawn = spawn;
  }

  /** The first `count` workers, with those replaced that died since the last time. */
  take(count: number): WorkerClient[] {
    this.#workers = this.#workers.filter((worker) => !worker.failed);
    while (this.#workers.length < count) this.#workers.push(new WorkerClient(this.#spawn()));
    return this.#workers.slice(0, count);
  }

  /** Stops all workers; the points they hold are lost. */
  terminate(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
}
