import { EmgpuError } from 'emgpu';
import { stopped } from './pace.ts';
import { type FromRoom, fromFailure, type TableRef, type Task, type ToRoom } from './protocol.ts';
import type { DataChoice, LabTable, OnProgress, Preparation, Prepared } from './types.ts';

/** How a call is watched and stopped. */
export interface RoomOptions {
  /** Rejects the call at once, with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Where files are read, samples made and columns prepared: a worker, so that the page never waits. Errors are `EmgpuError`s. */
export interface DataRoom {
  /** Reads or makes a table, which the room holds in place of the one before; if that fails it keeps the one before. */
  load(choice: DataChoice, options?: RoomOptions): Promise<LabTable>;
  /** Points from the table loaded last. */
  prepare(preparation: Preparation, options?: RoomOptions): Promise<Prepared>;
  /** Stops the worker. Calls under way, and later ones, reject with `destroyed`. */
  destroy(): void;
}

/** The part of a `Worker` that the room needs. */
export type RoomWorker = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror' | 'onmessageerror'>;

/** A room whose worker starts with the first call, and again after it broke down. */
export function createDataRoom(spawn: () => RoomWorker = spawnWorker): DataRoom {
  return new Client(spawn);
}

function spawnWorker(): RoomWorker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}

/** A worker that does not answer within this time is within a call that nothing can interrupt. */
const PATIENCE_MS = 1000;

interface Call {
  readonly message: ToRoom;
  readonly onProgress: OnProgress | undefined;
  readonly resolve: (value: LabTable | Prepared) => void;
  readonly reject: (error: EmgpuError) => void;
}

class Client implements DataRoom {
  readonly #spawn: () => RoomWorker;
  #worker: RoomWorker | undefined;
  readonly #calls = new Map<number, Call>();
  /** Of cancelled calls that the worker has not heard of yet. */
  readonly #deadlines = new Map<number, ReturnType<typeof setTimeout>>();
  #lastId = 0;
  #loaded: TableRef | undefined;
  #destroyed = false;

  constructor(spawn: () => RoomWorker) {
    this.#spawn = spawn;
  }

  async load(choice: DataChoice, options: RoomOptions = {}): Promise<LabTable> {
    const ref = { table: ++this.#lastId, choice };
    const table = await this.#call({ task: 'load', ...ref }, options);
    this.#loaded = ref;
    return table as LabTable;
  }

  async prepare(preparation: Preparation, options: RoomOptions = {}): Promise<Prepared> {
    if (!this.#loaded) throw new EmgpuError('invalid-option', 'No data are loaded.', 'Choose data first.');
    return (await this.#call({ task: 'prepare', preparation, ...this.#loaded }, options)) as Prepared;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#stop();
    this.#rejectAll(new EmgpuError('destroyed', 'The data room is closed.', 'Open another one.'));
  }

  async #call(task: Task, { signal, onProgress }: RoomOptions): Promise<LabTable | Prepared> {
    if (this.#destroyed) throw new EmgpuError('destroyed', 'The data room is closed.', 'Open another one.');
    if (signal?.aborted) throw stopped(signal.reason);
    const id = ++this.#lastId;
    const cancel = () => this.#cancel(id, stopped(signal?.reason));
    try {
      return await new Promise((resolve, reject) => {
        const message = { id, ...task };
        this.#calls.set(id, { message, onProgress, resolve, reject });
        signal?.addEventListener('abort', cancel);
        this.#post(message);
      });
    } finally {
      this.#calls.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  #post(message: ToRoom): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
  }

  #start(): RoomWorker {
    const worker = this.#spawn();
    worker.onmessage = ({ data }: MessageEvent<FromRoom>) => this.#hear(data);
    worker.onmessageerror = () => this.#breakDown();
    worker.onerror = (event) => {
      // The page tells it; the console need not.
      event.preventDefault();
      this.#breakDown();
    };
    return worker;
  }

  #breakDown(): void {
    const message = 'The worker that reads the data broke down, perhaps for lack of memory.';
    this.#stop();
    this.#rejectAll(new EmgpuError('worker-failed', message, 'Try again, or with less data.'));
  }

  #hear(message: FromRoom): void {
    const call = this.#calls.get(message.id);
    if (message.type === 'cancelled') this.#forgive(message.id);
    else if (message.type === 'progress') call?.onProgress?.(message.stage, message.fraction);
    else if (message.type === 'result') call?.resolve(message.value);
    else call?.reject(fromFailure(message.failure));
  }

  #cancel(id: number, error: EmgpuError): void {
    this.#calls.get(id)?.reject(error);
    this.#calls.delete(id);
    this.#post({ id, task: 'cancel' });
    this.#deadlines.set(
      id,
      setTimeout(() => this.#replace(), PATIENCE_MS),
    );
  }

  #forgive(id: number): void {
    clearTimeout(this.#deadlines.get(id));
    this.#deadlines.delete(id);
  }

  /** Gives what is still wanted to a new worker, which loads the table again when it is asked about it. */
  #replace(): void {
    this.#stop();
    for (const { message } of this.#calls.values()) this.#post(message);
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const id of this.#deadlines.keys()) this.#forgive(id);
  }

  #rejectAll(error: EmgpuError): void {
    for (const { reject } of this.#calls.values()) reject(error);
    this.#calls.clear();
  }
}
