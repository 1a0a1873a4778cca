import { useSignal } from '@preact/signals';
import type { WriteCall } from './blocks.ts';

/** Work that takes a while. */
export interface Running {
  /** In words: `Labels CSV`. */
  readonly what: string;
  /** 0 … 1; absent while it cannot be told. */
  readonly fraction?: number;
  readonly stop: () => void;
}

/** One task at a time, with its progress. `run` ends with a sentence for the visitor, also when the work fails or is stopped. */
export function useTask(say: (message: string) => void) {
  const running = useSignal<Running | undefined>(undefined);
  const run = async (what: string, work: (call: WriteCall) => Promise<string>): Promise<void> => {
    if (running.value) return;
    const controller = new AbortController();
    const stop = () => controller.abort();
    running.value = { what, stop };
    const onProgress = (fraction: number) => {
      running.value = { what, fraction, stop };
    };
    try {
      say(await work({ signal: controller.signal, onProgress }));
    } catch (error) {
      say(controller.signal.aborted ? `${what}: stopped.` : `${what}: ${(error as Error).message}`);
    } finally {
      running.value = undefined;
    }
  };
  return { running, run };
}
