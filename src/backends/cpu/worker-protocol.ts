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
  /** Node only: makes the worker keep the process alive, as it shall while a call is under way. */
  ref?(): void;
  unref?(): void;
}

/** The worker's end of the wire. */
export interface HostPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  listen(onMessage: (data: unknown) => void): void;
}

/** A Web Worker as {@link WorkerLike}. */
export function fromWebWorker(worker: Worker): WorkerLike {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    listen: (onMessage, onFailure) => {
      worker.onmessage = (event) => onMessage(event.data);
      worker.onmessageerror = () => onFailure(new Error('A message could not be read.'));
      worker.onerror = (event) => onFailure(event.error ?? new Error(event.message));
    },
    terminate: () => worker.terminate(),
  };
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
      worker.on('exit', (code) => onFailure(new Error(`The worker exited with code ${code}.`)));
    },
    terminate: () => void worker.terminate(),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  };
}
