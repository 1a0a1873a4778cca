import { EmgpuError, type ErrorCode } from 'emgpu';
import type { DataChoice, LabTable, Preparation, Prepared } from './types.ts';

/** A source as the page speaks of it. */
export interface TableRef {
  /** Of the call that loaded it. */
  readonly table: number;
  /** From which a worker that does not hold the table loads it. */
  readonly choice: DataChoice;
}

/** Work for the room. */
export type Task =
  | ({ readonly task: 'load' } & TableRef)
  | ({ readonly task: 'prepare'; readonly preparation: Preparation } & TableRef);

/** Page → worker. A task is answered once by a result or a failure; a cancel at once by `cancelled`. */
export type ToRoom = { readonly id: number } & (Task | { readonly task: 'cancel' });

/** Worker → page. */
export type FromRoom = { readonly id: number } & (
  | { readonly type: 'progress'; readonly stage: string; readonly fraction: number }
  | { readonly type: 'result'; readonly value: LabTable | Prepared }
  | { readonly type: 'failure'; readonly failure: Failure }
  | { readonly type: 'cancelled' }
);

/** An error as it crosses the border: what `EmgpuError` is made from. */
export interface Failure {
  readonly code: ErrorCode;
  /** Without the remedy. */
  readonly message: string;
  readonly remedy: string;
}

/** Any error as a {@link Failure}. */
export function toFailure(error: unknown): Failure {
  if (error instanceof EmgpuError) {
    const { code, message, remedy } = error;
    return { code, message: message.slice(0, -remedy.length).trimEnd(), remedy };
  }
  // The only RangeError that can come is that of an array which is too long to be had.
  if (error instanceof RangeError) {
    const message = 'The points do not fit into memory.';
    return { code: 'out-of-memory', message, remedy: 'Choose fewer points or columns.' };
  }
  const reason = error instanceof Error ? error.message : `${error}`;
  return {
    code: 'worker-failed',
    message: `The data could not be read: ${reason.replace(/\.$/, '')}.`,
    remedy: 'Try again.',
  };
}

/** The error again, on the other side. */
export function fromFailure({ code, message, remedy }: Failure): EmgpuError {
  return new EmgpuError(code, message, remedy);
}
