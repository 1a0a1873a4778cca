import { LARGE, radiusFor } from './camera.ts';
import type { Camera, Plot } from './types.ts';

/** Pixels on which points fall are counted up to here. */
const MANY = 2000;
/** So few pixels are told of. */
const FEW = 100;
/** From fewer on, dots are as large as can be. */
const FEWEST = 300;
/** Of a pixel on which a cloud falls, CSS pixels: it is seen around the cross at a mean. */
const LARGEST = 6;
/** Pixels that the discs of all points cover together, at most. */
const MOST_COVERED = 1e7;

/** What a sample tells about the points that a camera sees. */
export interface Crowd {
  /** The share of all points that is in sight; never 0, as a sample cannot tell that. */
  readonly share: number;
  /** CSS pixels on which points fall; infinite: many. */
  readonly pixels: number;
  /** Whether some on the same pixel differ. */
  readonly mixed: boolean;
}

/** Looks at a sample: u, v, u, v, … */
export function crowdOf(sample: Float64Array, { x, y, width, height }: Camera, plot: Plot): Crowd {
  /** Where in the sample the first point of a pixel is. */
  const pixels = new Map<number, number>();
  const [perU, perV] = [plot.width / width, plot.height / height];
  let count = 0.5;
  let mixed = false;
  for (let i = 0; i < sample.length; i += 2) {
    const [across, up] = [sample[i]! - x, sample[i + 1]! - y];
    if (!(Math.abs(across) <= width / 2 && Math.abs(up) <= height / 2)) continue;
    count++;
    if (pixels.size === MANY) continue;
    const pixel = Math.floor(across * perU) * 2 ** 20 + Math.floor(up * perV);
    const first = pixels.get(pixel);
    if (first === undefined) pixels.set(pixel, i);
    else mixed ||= sample[first] !== sample[i] || sample[first + 1] !== sample[i + 1];
  }
  const share = Math.min(1, count / (sample.length / 2));
  return { share, pixels: pixels.size < MANY ? pixels.size : Number.POSITIVE_INFINITY, mixed };
}

/**
 * Radius of `nSamples` points in CSS pixels, of which a camera sees such a crowd. Where they fall on few pixels these are the dots, which can
 * be larger; the less so the more they are, so that nothing jumps while one zooms in.
 */
export function radiusIn({ share, pixels }: Crowd, nSamples: number): number {
  const inSight = nSamples * share;
  const dots = pixels * (pixels / FEWEST) ** 2;
  if (!(dots < inSight)) return radiusFor(inSight);
  const room = LARGE * Math.max(1, inSight / (10 * pixels)) ** 0.25;
  const affordable = Math.sqrt(MOST_COVERED / (Math.PI * nSamples));
  return radiusFor(dots, Math.min(room, LARGEST, affordable));
}

/** What to say where hardly any point can be told from others, but could be. */
export function crowdNote({ share, pixels, mixed }: Crowd, nSamples: number): string | undefined {
  if (!mixed || pixels > FEW || nSamples * share < 10 * pixels) return undefined;
  const where = pixels === 1 ? 'one pixel' : `${pixels} pixels`;
  return `All points in sight fall on ${where}. Zoom in to tell them apart.`;
}
