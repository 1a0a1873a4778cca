import type { GridAxis } from 'emgpu';

/** Where on an axis of `densityGrid` a place of a contour lies. d3-contour has the value with index i at i + ½. */
export function gridPlace([min, max, count]: GridAxis, at: number): number {
  return min + ((at - 0.5) / (count - 1)) * (max - min);
}
