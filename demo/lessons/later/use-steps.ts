import { useEffect, useState } from 'preact/hooks';
import type { Step } from './dance.ts';

/** A way that is known to its end, shown half a round at a time: E-steps lead to odd positions, M-steps to even ones. */
export interface Steps {
  /** Half rounds taken. */
  readonly position: number;
  readonly next: Step;
  readonly running: boolean;
  step(which: Step): void;
  run(): void;
  pause(): void;
  reset(): void;
}

/** Milliseconds a half round is shown for while it runs by itself. */
const PACE = 700;

/** `rounds`: how many there are. */
export function useSteps(rounds: number): Steps {
  const [position, setPosition] = useState(0);
  const [running, setRunning] = useState(false);
  const last = 2 * rounds;
  const goTo = (to: number) => setPosition(Math.min(last, to));
  const next = position % 2 === 0 ? 'E-step' : 'M-step';
  useEffect(() => {
    if (!running) return;
    if (position >= last) {
      setRunning(false);
      return;
    }
    const timer = setTimeout(() => setPosition(position + 1), PACE);
    return () => clearTimeout(timer);
  }, [running, position, last]);
  const step = (which: Step) => {
    const odd = position % 2;
    // An E-step twice changes nothing; an M-step takes one first if there was none.
    if (which === 'M-step') goTo(position + (odd ? 1 : 2));
    else if (!odd) goTo(position + 1);
  };
  const reset = () => {
    setRunning(false);
    setPosition(0);
  };
  return {
    position: Math.min(position, last),
    next,
    running,
    step,
    reset,
    run: () => setRunning(true),
    pause: () => setRunning(false),
  };
}
