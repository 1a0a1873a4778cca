import { signal } from '@preact/signals';
import type { Palette, Session } from './session.ts';

/** Iterations per second that the speed control offers; Infinity: as many as the backend gives. */
export const SPEEDS = [1, 2, 5, 10, 30, Infinity] as const;

/** Milliseconds between pictures in which iterations follow one another, at full speed. */
const BURST_MS = 12;

/** What Run has set going, and how fast. All models on the page keep the same time. */
export class Clock {
  readonly running = signal(false);
  /** Index into {@link SPEEDS}. */
  readonly speed = signal(SPEEDS.length - 1);
  #stop = () => {};
  /** Of the run under way: one that was paused must not go on, or end, with the next. */
  #turn = 0;

  /** Iterates all sessions until they are done or `pause()`; resolves then. Rejects when one fails. */
  async run(sessions: readonly Session[], palette: () => Palette): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const turn = ++this.#turn;
    const on = () => this.#turn === turn && this.running.value;
    this.running.value = true;
    try {
      while (on() && sessions.some(({ done }) => !done)) {
        const began = performance.now();
        const rate = SPEEDS[this.speed.value]!;
        do {
          for (const session of sessions) {
            if (!session.done) await session.iterate(palette(), rate === Infinity);
          }
        } while (
          rate === Infinity &&
          on() &&
          performance.now() - began < BURST_MS &&
          sessions.some(({ done }) => !done)
        );
        // The page is drawn and input heard; a pause need not wait for a slow tick.
        await nextFrame();
        const rest = 1000 / rate - (performance.now() - began);
        if (rest > 0) await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, rest))]);
      }
    } finally {
      if (this.#turn === turn) this.running.value = false;
    }
    // What was left for later.
    for (const session of sessions) if (!session.done) await session.recolor(palette());
  }

  pause(): void {
    this.running.value = false;
    this.#stop();
  }
}

/** Hidden tabs get no frames, and go on by a timer, also where they are hidden meanwhile. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      document.removeEventListener('visibilitychange', go);
      resolve();
    };
    if (document.hidden) setTimeout(resolve);
    else {
      document.addEventListener('visibilitychange', go);
      requestAnimationFrame(go);
    }
  });
}
