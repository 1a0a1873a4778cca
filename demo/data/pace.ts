import { EmgpuError } from 'emgpu';
import type { OnProgress } from './types.ts';

/** How a task of the worker is watched and stopped. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Milliseconds of work after which the worker looks at its messages: another may say that the work is off. */
const TURN_MS = 50;

/** The error of a call that was stopped. */
export function stopped(cause: unknown): EmgpuError {
  return new EmgpuError('aborted', 'Stopped.', 'Start it again when you like.', { cause });
}

/** Of long work between two blocks; throws `aborted`. */
export type Pace = (fraction: number) => Promise<void>;

/** Reports `stage` and gives the event loop its turns. */
export function paceOf(stage: string, { signal, onProgress }: Watch): Pace {
  let last = performance.now();
  return async (fraction) => {
    onProgress(stage, fraction);
    if (performance.now() - last >= TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      last = performance.now();
    }
    if (signal.aborted) throw stopped(signal.reason);
  };
}
