import type { HostPoints, MixtureModel } from 'emgpu';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sentenceOf } from '../shared/sentence.ts';
import { type Contour, contoursOf, whyNoContours } from './contours.ts';
import { isMixture, type ViewModel } from './ellipse.ts';
import type { Camera, Projection } from './types.ts';

/** What density lines are of. */
interface Subject {
  readonly points: HostPoints;
  readonly model: MixtureModel;
  readonly projection: Projection;
}

interface Lines {
  readonly of: Subject;
  readonly contours: readonly Contour[];
}

interface Job extends Subject {
  readonly camera: Camera;
}

const NONE: readonly Contour[] = [];

/**
 * Density lines for what a camera sees, or none. They are computed one set at a time, the latest wish next, so that a fit that
 * goes on or a drag does not pile them up. Until then the last ones stay, if they are of the same plane and the same fit.
 */
export function useContours(
  wanted: boolean,
  { points, model, projection }: { points: HostPoints; model: ViewModel | undefined; projection: Projection },
  camera: Camera,
  onError: (message: string) => void,
): readonly Contour[] {
  const [lines, setLines] = useState<Lines>();
  const next = useRef<Job | undefined>(undefined);
  const working = useRef(false);
  const subject = wanted ? subjectOf(points, model, projection) : undefined;
  const work = async () => {
    if (working.current) return;
    working.current = true;
    for (let job = next.current; job; job = next.current) {
      next.current = undefined;
      try {
        setLines({ of: job, contours: await contoursOf(job.model, job.projection, job.camera) });
      } catch (error) {
        onError(sentenceOf(error));
      }
    }
    working.current = false;
  };
  useEffect(() => {
    next.current = subject && { ...subject, camera };
    void work();
  }, [wanted, points, model, projection, camera]);
  return lines && subject && akin(lines.of, subject) ? lines.contours : NONE;
}

function subjectOf(points: HostPoints, model: ViewModel | undefined, projection: Projection): Subject | undefined {
  if (!model || !isMixture(model) || whyNoContours(model, projection)) return undefined;
  return { points, model, projection };
}

/** Whether lines of one may stand until those of the other are there: each iteration of a fit has a model of its own, hardly different from the last. */
function akin(a: Subject, b: Subject): boolean {
  return (
    a.points === b.points &&
    a.projection === b.projection &&
    a.model.covarianceType === b.model.covarianceType &&
    a.model.nComponents === b.model.nComponents
  );
}
