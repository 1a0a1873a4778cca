import type { RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { scheme } from '../shared/scheme.ts';
import { type AxisTicks, axisTicks, plotFor } from './axes.tsx';
import { type PixelMap, pixelMap, radiusFor, shareInSight, within } from './camera.ts';
import type { Contour } from './contours.ts';
import type { ViewProps } from './points-view.tsx';
import type { Camera, Frame, Plot } from './types.ts';
import { useContours } from './use-contours.ts';
import { type PlaneOf, usePlane } from './use-plane.ts';
import { useSize } from './use-size.ts';

/** All that a view shows, and where on the page: CSS pixels of its stage. */
export interface Scene extends PlaneOf {
  readonly size: { readonly width: number; readonly height: number };
  readonly camera: Camera;
  readonly ticks: AxisTicks;
  readonly plot: Plot;
  readonly map: PixelMap;
  readonly contours: readonly Contour[];
  readonly frame: Frame;
}

/** What a view with these properties shows on a stage. */
export function useScene({ points, model, choice, onError }: ViewProps, stage: RefObject<HTMLElement | null>): Scene {
  const size = useSize(stage);
  const { plane, color, contours: wanted } = choice.value;
  const seen = usePlane(points, plane);
  const { projection, sample, all } = seen;
  const camera = within(choice.value.camera, all);
  const places = useMemo(() => {
    const ticks = axisTicks(camera, size);
    const plot = plotFor(size, ticks);
    return { ticks, plot, map: pixelMap(camera, plot) };
  }, [camera, size]);
  const contours = useContours(wanted, { points, model, plane }, camera, onError);
  const dimmed = contours.length > 0;
  const { plot } = places;
  const frame = useMemo<Frame>(() => {
    const radius = radiusFor((points.data.length / points.nFeatures) * shareInSight(sample, camera));
    return { projection, camera, plot, radius, color, scheme: scheme.value, dimmed };
  }, [points, projection, sample, camera, plot, color, scheme.value, dimmed]);
  return { ...seen, ...places, size, camera, contours, frame };
}
