import type { HostPoints, MixtureParts } from 'emgpu';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Dance, type Pose, type Step, startingPose } from './dance.ts';

/** The dance as a component sees it. */
export interface Dancing {
  readonly pose: Pose;
  readonly running: boolean;
  step(which: Step): void;
  run(): void;
  pause(): void;
  /** From other parameters, standing still. */
  restart(start: MixtureParts): void;
}

/**
 * EM on `points`, step by step. `perSecond`: steps while it runs by itself. The engine is called when the first step is taken, so dragging a mean
 * costs nothing.
 */
export function useDance(points: HostPoints, start: MixtureParts, perSecond: number): Dancing {
  const [pose, setPose] = useState(() => startingPose(start));
  const [running, setRunning] = useState(false);
  const dance = useRef<Dance | undefined>(undefined);
  const model = useRef(start);

  const halt = useCallback(() => {
    void dance.current?.destroy();
    dance.current = undefined;
    setRunning(false);
  }, []);
  const restart = useCallback(
    (next: MixtureParts) => {
      halt();
      model.current = next;
      setPose(startingPose(next));
    },
    [halt],
  );
  const step = useCallback(
    async (which: Step) => {
      dance.current ??= new Dance(points, model.current);
      const mine = dance.current;
      const next = await mine.step(which);
      // Meanwhile it may have been started elsewhere.
      if (mine === dance.current) setPose(next);
    },
    [points],
  );

  useEffect(() => halt, [points, halt]);
  useEffect(() => {
    if (!running) return;
    if (pose.converged) {
      setRunning(false);
      return;
    }
    const timer = setTimeout(() => step(pose.next), 1000 / perSecond);
    return () => clearTimeout(timer);
  }, [running, pose, perSecond, step]);

  return { pose, running, step, run: () => setRunning(true), pause: () => setRunning(false), restart };
}
