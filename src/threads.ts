import { EmgpuError } from './errors.ts';

/** An {@link EmgpuError} as it crosses from a thread to the host. */
export type Failure = Pick<EmgpuError, 'code' | 'problem' | 'remedy'>;

/** @param what completes the sentence "A … failed": who met an error that is none of ours */
export function failureOf(error: unknown, what: string): Failure {
  const known =
    error instanceof EmgpuError
      ? error
      : new EmgpuError('worker-failed', `A ${what} failed: ${error}.`, 'Please report this as a bug.');
  const { code, problem, remedy } = known;
  return { code, problem, remedy };
}

export function fromFailure({ code, problem, remedy }: Failure): EmgpuError {
  return new EmgpuError(code, problem, remedy);
}

/** A thread as the host sees it, on any platform. */
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

/** The thread's end of the wire. */
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

/** The part of `parentPort` of `node:worker_threads` that is used. */
interface NodePort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
}

/** A Node thread's end of the wire as {@link HostPort}. */
export function fromNodePort(port: NodePort): HostPort {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    listen: (onMessage) => port.on('message', onMessage),
  };
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
