import type { HostPoints, MixtureParts } from 'emgpu';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { tellTrouble } from '../../shared/trouble.tsx';
import { Dance, type Pose, type Step, startingPose } from './dance.ts';

/** The dance as a component sees it. */
export interface Dancing {
  readonly pose: Pose;
  readonly running: boolean;
  /** A step is under way. */
  readonly busy: boolean;
  step(which: Step): void;
  run(): void;
  pause(): void;
  /** From other parameters, standing still. */
  restart(start: MixtureParts): void;
}

/**
 * EM on `points`, step by step. `perSecond`: steps while it runs by itself. The engine is called when the first step is taken, so dragging a mean
 * costs nothing. After a step that failed it stands at its start again.
 */
export function useDance(points: HostPoints, start: MixtureParts, perSecond: number): Dancing {
  const [pose, setPose] = useState(() => startingPose(start));
  const [running, setRunning] = useState(false);
  const [underway, setUnderway] = useState(0);
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
      setUnderway((n) => n + 1);
      try {
        const next = await mine.step(which);
        // Meanwhile it may have been started elsewhere.
        if (mine === dance.current) setPose(next);
      } catch (error) {
        if (mine !== dance.current) return;
        tellTrouble(error);
        restart(model.current);
      } finally {
        setUnderway((n) => n - 1);
      }
    },
    [points, restart],
  );

  useEffect(() => halt, [points, halt]);
  const pace = usePace(pose, step, perSecond, [running, setRunning]);
  return { pose, running, busy: underway > 0, step, restart, ...pace };
}

/** Takes one step after the other while it runs, until EM has converged. */
function usePace(
  pose: Pose,
  step: (which: Step) => void,
  perSecond: number,
  [running, setRunning]: readonly [boolean, (running: boolean) => void],
): Pick<Dancing, 'run' | 'pause'> {
  const timer = useRef(0);
  useEffect(() => {
    if (!running) return;
    if (pose.converged) {
      setRunning(false);
      return;
    }
    timer.current = window.setTimeout(step, 1000 / perSecond, pose.next);
    return () => clearTimeout(timer.current);
  }, [running, pose, perSecond, step]);
  const pause = () => {
    // At once, so that no step begins that was not asked for.
    clearTimeout(timer.current);
    setRunning(false);
  };
  return { run: () => setRunning(true), pause };
}
