import { useSignal } from '@preact/signals';
import type { HostPoints, SelectionRow } from 'emgpu';
import { useEffect } from 'preact/hooks';
import type { ModelChoice } from '../models/choices.ts';
import { bicOverK } from './bic.ts';
import type { BicRequest } from './types.ts';

/** What BIC over K is computed for, besides the points, as text. K itself is not of it. */
function topicOf({ kind, init, seed, tol, restarts, softness, backend }: ModelChoice): string {
  return [kind, init, seed, tol, restarts, softness, backend].join();
}

/**
 * BIC over K on demand: its rows so far, what there is to say of it, and how to begin and to stop. Other points, or a model with other options,
 * end what is under way and take rows and sentence away.
 */
export function useBic(request: BicRequest | undefined, points: HostPoints | undefined) {
  const rows = useSignal<readonly SelectionRow[]>([]);
  const said = useSignal('');
  const running = useSignal<AbortController | undefined>(undefined);
  const clear = () => {
    rows.value = [];
    said.value = '';
  };
  // Also when the panel goes.
  useEffect(() => {
    clear();
    return () => running.value?.abort();
  }, [points, request && topicOf(request.choice)]);
  const begin = async () => {
    clear();
    if (!request) return;
    if (request.choice.kind === 'k-means') {
      said.value = 'k-means has no likelihood, so there is no BIC. Choose a mixture.';
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    running.value = controller;
    try {
      await bicOverK(request, { signal, onRows: (found) => (rows.value = found) });
    } catch (error) {
      if (!signal.aborted) said.value = (error as Error).message;
    } finally {
      running.value = undefined;
    }
  };
  const stop = () => {
    running.value?.abort();
    said.value = 'Stopped.';
  };
  return { rows, said, running, begin, stop };
}
