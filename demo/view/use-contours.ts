import type { MixtureModel } from 'emgpu';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Contour, contoursOf, hasContours } from './contours.ts';
import { isMixture, type ViewModel } from './ellipse.ts';
import type { Camera } from './types.ts';

interface Job {
  readonly model: MixtureModel;
  readonly plane: readonly [number, number];
  readonly camera: Camera;
}

/**
 * Density lines for what a camera sees, or none. They are computed one set at a time, the latest wish next, so that a fit that
 * goes on or a drag does not pile them up; until then the last ones stay.
 */
export function useContours(
  wanted: boolean,
  model: ViewModel | undefined,
  plane: readonly [number, number] | 'principal',
  camera: Camera,
  onError: (message: string) => void,
): readonly Contour[] {
  const [contours, setContours] = useState<readonly Contour[]>([]);
  const next = useRef<Job | undefined>(undefined);
  const working = useRef(false);
  const can = wanted && model !== undefined && isMixture(model) && plane !== 'principal' && hasContours(model, plane);
  const work = async () => {
    if (working.current) return;
    working.current = true;
    try {
      for (let job = next.current; job; job = next.current) {
        next.current = undefined;
        setContours(await contoursOf(job.model, job.plane, job.camera));
      }
    } catch (error) {
      onError(error instanceof Error ? error.message : `${error}`);
    }
    working.current = false;
  };
  useEffect(() => {
    next.current = can
      ? { model: model as MixtureModel, plane: plane as readonly [number, number], camera }
      : undefined;
    if (can) void work();
    else setContours([]);
  }, [can, model, `${plane}`, camera]);
  return can ? contours : [];
}
