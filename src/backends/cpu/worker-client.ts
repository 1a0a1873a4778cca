import type { Frame } from '../../data/frame.ts';
import { EmgpuError } from '../../errors.ts';
import { fromFailure, type WorkerLike } from '../../threads.ts';
import type { Shard } from './shard.ts';
import type { ShardClient, ShardMethod } from './shard-client.ts';
import { type Request, type Response, STARTED } from './worker-protocol.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: EmgpuError): void;
}

/** The host's end of one worker: makes shards there and calls them. */
export class WorkerClient {
  /** Resolves once the worker runs. Rejects with `worker-failed` where it never does, with `destroyed` where it is terminated before. */
  readonly started: Promise<unknown>;
  readonly #worker: WorkerLike;
  readonly #pending = new Map<number, Pending>();
  #failure: EmgpuError | undefined;
  #nextCall = 0;
  #nextShard = 0;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    this.started = new Promise((resolve, reject) => this.#pending.set(STARTED, { resolve, reject }));
    worker.listen(
      (data) => this.#settle(data as Response),
      (cause) => this.#fail(cause),
    );
  }

  /** Whether the worker died; nothing can be computed there any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** @throws `out-of-memory`, `worker-failed` */
  async createShard(start: number, nSamples: number, frame: Frame): Promise<ShardClient> {
    const shard = this.#nextShard++;
    await this.#request((id) => ({ type: 'create', id, shard, start, nSamples, frame }), []);
    return {
      call: <M extends ShardMethod>(method: M, args: Parameters<Shard[M]>, transfer: ArrayBuffer[] = []) =>
        this.#request((id) => ({ type: 'call', id, shard, method, args }), transfer) as Promise<ReturnType<Shard[M]>>,
      sibling: (n, frameOfSibling) => this.createShard(0, n, frameOfSibling),
      free: () => this.#post({ type: 'free', shard }, []),
    };
  }

  terminate(): void {
    this.#fail(new EmgpuError('destroyed', 'The CPU backend was destroyed.', 'Make a new one.'));
  }

  #request(make: (id: number) => Request, transfer: ArrayBuffer[]): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#nextCall++;
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#worker.ref?.();
      this.#pending.set(id, { resolve, reject });
      this.#post(make(id), transfer);
    });
  }

  #post(request: Request, transfer: ArrayBuffer[]): void {
    if (!this.#failure) this.#worker.postMessage(request, transfer);
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0) this.#worker.unref?.();
    if ('value' in response) pending?.resolve(response.value);
    else pending?.reject(fromFailure(response.failure));
  }

  #fail(cause: unknown): void {
    this.#failure ??=
      cause instanceof EmgpuError
        ? cause
        : new EmgpuError(
            'worker-failed',
            `A CPU worker stopped: ${cause instanceof Error ? cause.message : cause}.`,
            'Load the points again; if it happens again, use fewer points or the backend without workers.',
            { cause },
          );
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
    // A Web Worker lives on after an error that nobody caught, with its points.
    this.#worker.terminate();
  }
}
