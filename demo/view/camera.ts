import { project } from './projection.ts';
import type { Camera, Frame, Plot } from './types.ts';

/** Shares of the points that may be out of sight on each side when all points are fitted. */
const OUTLIERS = 0.005;
/** Room around the points, as a share of their extent. */
const PAD = 0.06;
/** How far one can zoom in and out, relative to the picture of all points. */
const CLOSEST = 1e-6;
const WIDEST = 50;
/** How far from the middle of all points one can look, in widths of their picture. */
const FARTHEST = 1000;

/** The camera that shows all points but the farthest outliers. `sample`: u, v, u, v, … */
export function fitCamera(sample: Float64Array): Camera {
  const [u, v] = [rangeOf(sample, 0), rangeOf(sample, 1)];
  return {
    ...{ x: (u.low + u.high) / 2, y: (v.low + v.high) / 2 },
    ...{ width: (u.high - u.low) * (1 + 2 * PAD), height: (v.high - v.low) * (1 + 2 * PAD) },
  };
}

/** All of a coordinate, except where its extremes lie far beyond the quantiles. */
function rangeOf(sample: Float64Array, part: 0 | 1): { low: number; high: number } {
  const sorted = Float64Array.from({ length: sample.length / 2 }, (_, i) => sample[2 * i + part]!)
    .filter(Number.isFinite)
    .sort();
  if (sorted.length === 0) return { low: -1, high: 1 };
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const [first, last] = [at(OUTLIERS), at(1 - OUTLIERS)];
  const slack = 0.25 * (last - first);
  const [low, high] = [Math.max(at(0), first - slack), Math.min(at(1), last + slack)];
  if (high > low) return { low, high };
  const half = Math.abs(low) * 1e-3 || 1;
  return { low: low - half, high: high + half };
}

/** A camera as a link tells it, unless no gesture could have led there: then that of all points. */
export function within(camera: Camera | undefined, all: Camera): Camera {
  if (!camera) return all;
  const sound = (place: number, middle: number, length: number, whole: number) =>
    length >= 0.5 * CLOSEST * whole && length <= 2 * WIDEST * whole && Math.abs(place - middle) <= FARTHEST * whole;
  const { x, y, width, height } = camera;
  return sound(x, all.x, width, all.width) && sound(y, all.y, height, all.height) ? camera : all;
}

/** Moves what is seen by shares of its width and height. */
export function pan(camera: Camera, right: number, up: number): Camera {
  return { ...camera, x: camera.x + right * camera.width, y: camera.y + up * camera.height };
}

/**
 * Zooms by `factor` (below 1: closer) so that a place keeps its position. `across` and `up`: the place, 0 … 1 from the left and from the
 * bottom. `all`: the camera that shows everything, which limits both directions.
 */
export function zoom(
  camera: Camera,
  factor: number,
  { across, up }: { across: number; up: number },
  all: Camera,
): Camera {
  const least = Math.max((CLOSEST * all.width) / camera.width, (CLOSEST * all.height) / camera.height);
  const most = Math.min((WIDEST * all.width) / camera.width, (WIDEST * all.height) / camera.height);
  const f = Math.min(Math.max(factor, least), Math.max(most, least));
  return {
    x: camera.x + (1 - f) * (across - 0.5) * camera.width,
    y: camera.y + (1 - f) * (up - 0.5) * camera.height,
    width: f * camera.width,
    height: f * camera.height,
  };
}

/** From the plane to the pixels of a plot, whose y runs downwards. */
export interface PixelMap {
  x(u: number): number;
  y(v: number): number;
  /** Pixels per unit; that of v is negative. */
  readonly scale: readonly [number, number];
}

/** How a camera maps the plane onto a plot. */
export function pixelMap(camera: Camera, plot: Plot): PixelMap {
  const scale = [plot.width / camera.width, -plot.height / camera.height] as const;
  // From the middle outwards: the plane may lie far from 0.
  return {
    x: (u) => plot.left + plot.width / 2 + (u - camera.x) * scale[0],
    y: (v) => plot.top + plot.height / 2 + (v - camera.y) * scale[1],
    scale,
  };
}

/** Pixels as a linear function of points: `pixel = rows · (x − shift) / scale + offset`. */
export interface PixelRows {
  readonly rows: readonly [Float64Array, Float64Array];
  readonly offset: readonly [number, number];
}

/**
 * The frame's way from stored numbers to pixels, where `x = shift + scale · stored`. In float64 on the host, so that what is left for float32
 * is a product of numbers around 1 with pixels, however far from 0 the data lie.
 */
export function pixelRows(
  { projection, camera, plot }: Pick<Frame, 'projection' | 'camera' | 'plot'>,
  stored: { readonly shift: Float64Array; readonly scale: Float64Array },
): PixelRows {
  const map = pixelMap(camera, plot);
  const [u, v] = project(projection, stored.shift);
  return {
    rows: [0, 1].map((i) =>
      projection.rows[i as 0 | 1].map((a, d) => a * stored.scale[d]! * map.scale[i as 0 | 1]),
    ) as [Float64Array, Float64Array],
    offset: [map.x(u), map.y(v)],
  };
}

/** Radius of a point where there is room, CSS pixels. */
export const LARGE = 3.2;

/**
 * Radius of a point in CSS pixels, for so many points in sight: large where there is room, 0 (one pixel of the canvas) from about 80,000 on,
 * where the density is the picture. `most`: the largest that it may be.
 */
export function radiusFor(nInSight: number, most = LARGE): number {
  const radius = Math.min(most, LARGE * (300 / Math.max(1, nInSight)) ** 0.25);
  return radius < 0.8 ? 0 : radius;
}
