import type { RefObject } from 'preact';
import { useMemo } from 'preact/hooks';
import { scheme } from '../shared/scheme.ts';
import { type AxisTicks, axisTicks, plotFor } from './axes.tsx';
import { type PixelMap, pixelMap, within } from './camera.ts';
import { ABOUT_LINES, type Contour, whyNoContours } from './contours.ts';
import { crowdNote, crowdOf, radiusIn } from './crowd.ts';
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
  /** What the legend says about the picture. */
  readonly notes: readonly string[];
  readonly frame: Frame;
}

/** What a view with these properties shows on a stage. */
export function useScene({ points, model, choice, onError }: ViewProps, stage: RefObject<HTMLElement | null>): Scene {
  const size = useSize(stage);
  const { plane, color, isolated, contours: wanted } = choice.value;
  const seen = usePlane(points, plane);
  const { projection, sample, all } = seen;
  const camera = within(choice.value.camera, all);
  const places = useMemo(() => {
    const ticks = axisTicks(camera, size);
    const plot = plotFor(size, ticks);
    return { ticks, plot, map: pixelMap(camera, plot) };
  }, [camera, size]);
  const contours = useContours(wanted, { points, model, projection }, camera, onError);
  // Points that are quiet already would be lost.
  const dimmed = contours.length > 0 && color !== 'uncertainty' && isolated === undefined;
  const { plot } = places;
  const nSamples = points.data.length / points.nFeatures;
  const crowd = useMemo(() => crowdOf(sample, camera, plot), [sample, camera, plot]);
  const frame = useMemo<Frame>(() => {
    const radius = radiusIn(crowd, nSamples);
    return { projection, camera, plot, radius, color, scheme: scheme.value, dimmed };
  }, [points, projection, crowd, camera, plot, color, scheme.value, dimmed]);
  const about = wanted && model && (whyNoContours(model, projection) ?? (contours.length > 0 && ABOUT_LINES));
  const notes = [about, crowdNote(crowd, nSamples)].filter((note) => typeof note === 'string');
  return { ...seen, ...places, size, camera, contours, notes, frame };
}
