import type { HostPoints } from 'emgpu';
import { useMemo } from 'preact/hooks';
import type { ViewChoice } from '../models/choices.ts';
import { fitCamera } from './camera.ts';
import { projectionFor, projectSample } from './projection.ts';
import type { Camera, Projection } from './types.ts';

/** Points that the fitted camera and the size of points are computed from, at most. */
const SAMPLE = 20_000;

/** A plane, some of the points in it (u, v, u, v, …), and the camera that shows all. */
export interface PlaneOf {
  readonly projection: Projection;
  readonly sample: Float64Array;
  readonly all: Camera;
}

/** The plane that a choice names, for these points. */
export function usePlane(points: HostPoints, plane: ViewChoice['plane']): PlaneOf {
  return useMemo(() => {
    const projection = projectionFor(points, plane);
    const sample = projectSample(projection, points, SAMPLE);
    return { projection, sample, all: fitCamera(sample) };
  }, [points, `${plane}`]);
}
