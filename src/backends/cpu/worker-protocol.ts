import type { Frame } from '../../data/frame.ts';
import type { EmgpuError } from '../../errors.ts';
import type { ShardMethod } from './shard-client.ts';

/** Host → worker. Every `create` and `call` is answered; `free` is not. */
export type Request =
  | {
      readonly type: 'create';
      readonly id: number;
      readonly shard: number;
      readonly start: number;
      readonly nSamples: number;
      readonly frame: Frame;
    }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly shard: number;
      readonly method: ShardMethod;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'free'; readonly shard: number };

/** The answer with this id comes unasked, once the worker runs. */
export const STARTED = -1;

/** Worker → host. */
export type Response =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly failure: Pick<EmgpuError, 'code' | 'problem' | 'remedy'>;
    };

/** A worker thread as this backend uses it, on any platform. */
export interface WorkerLike {
  /** Buffers in `transfer` move to the worker. */
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Called once, before the first message, with the receivers of messages and of the news that the worker died. */
  listen(onMessage: (data: unknown) => void, onFailure: (cause: unknown) => void): void;
  terminate(): void;
  /** Where a worker can keep its process alive: makes it do so, as it shall while a call is under way. */
  ref?(): void;
  unref?(): void;
}

/** The worker's end of the wire. */
export interface HostPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  listen(onMessage: (data: unknown) => void): void;
}

/** A Web Worker; Bun's can be told not to keep the process alive. */
type WebWorker = Worker & Partial<Pick<NodeWorker, 'ref' | 'unref'>>;

/** A Web Worker as {@link WorkerLike}. */
export function fromWebWorker(worker: WebWorker): WorkerLike {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    listen: (onMessage, onFailure) => {
      worker.onmessage = (event) => onMessage(event.data);
      worker.onmessageerror = () => onFailure(new Error('a message could not be read'));
      worker.onerror = (event) => {
        // It is told to whoever awaits the worker; Deno would end the program besides.
        event.preventDefault();
        onFailure(errorOf(event));
      };
    },
    terminate: () => worker.terminate(),
    ref: () => worker.ref?.(),
    unref: () => worker.unref?.(),
  };
}

/** Where no script was loaded, browsers send a bare event without message or place. */
function errorOf({ message, filename, lineno, error }: ErrorEvent): Error {
  const what =
    message ||
    'the browser loaded no script for it and does not say why (a Content-Security-Policy must allow worker-src blob:)';
  return new Error(filename ? `${what} (${filename}:${lineno})` : what, { cause: error });
}

/** The part of `Worker` of `node:worker_threads` that is used, spelled out so that nothing here imports Node. */
export interface NodeWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  terminate(): unknown;
  ref(): void;
  unref(): void;
}

/** A worker of `node:worker_threads` as {@link WorkerLike}. */
export function fromNodeWorker(worker: NodeWorker): WorkerLike {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    listen: (onMessage, onFailure) => {
      worker.on('message', onMessage);
      worker.on('error', onFailure);
      worker.on('exit', (code) => onFailure(new Error(`it exited with code ${code}`)));
    },
    terminate: () => void worker.terminate(),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  };
}
