import { useEffect, useRef, useState } from 'preact/hooks';
import { tellTrouble } from '../../shared/trouble.tsx';

/**
 * What the engine computes from `inputs`, anew when they change; `undefined` before the first answer. One computation runs at a time and only
 * the latest waits for it, so that dragging never piles up work. Until the new answer is there, or where there is none, the last one
 * stands; the page says what went wrong.
 */
export function useEngine<T>(compute: () => Promise<T>, inputs: readonly unknown[]): T | undefined {
  const [answer, setAnswer] = useState<{ readonly value: T }>();
  const state = useRef<{ busy: boolean; gone: boolean; next: (() => Promise<T>) | undefined }>({
    ...{ busy: false, gone: false, next: undefined },
  }).current;
  useEffect(() => {
    state.next = compute;
    if (!state.busy) void work();
  }, inputs);
  useEffect(() => {
    state.gone = false;
    return () => {
      state.gone = true;
    };
  }, [state]);
  async function work(): Promise<void> {
    state.busy = true;
    try {
      while (state.next && !state.gone) {
        const latest = state.next;
        state.next = undefined;
        try {
          const value = await latest();
          if (!state.gone) setAnswer({ value });
        } catch (error) {
          if (!state.gone) tellTrouble(error);
        }
      }
    } finally {
      state.busy = false;
    }
  }
  return answer?.value;
}
