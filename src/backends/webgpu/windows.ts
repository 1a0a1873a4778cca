import type { GpuContext } from './context.ts';
import type { Memory } from './memory.ts';
import { Usage } from './memory.ts';
import { GRAIN, type Shape } from './shape.ts';

/** A buffer of points: tiles of 256, in the dataset's frame. */
export interface Window {
  readonly buffer: GPUBuffer;
  /** Index of its first point in the dataset; a multiple of GRAIN. */
  readonly first: number;
  readonly count: number;
}

/** Points in a buffer are padded with zeros to multiples of this: whole workgroups of any stage. */
export const PADDING = 512;

/** Room for N points under the device's limits. */
export async function createWindows(
  { device, windowBytes }: GpuContext,
  memory: Memory,
  shape: Shape,
  nSamples: number,
): Promise<Window[]> {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const bytes = Math.min(maxStorageBufferBindingSize, maxBufferSize, windowBytes);
  const pointBytes = shape.DB * shape.W * 4;
  const capacity = Math.max(1, Math.floor(bytes / pointBytes / GRAIN)) * GRAIN;
  const windows: Window[] = [];
  for (let first = 0; first < nSamples; first += capacity) {
    const count = Math.min(capacity, nSamples - first);
    const size = Math.ceil(count / PADDING) * PADDING * pointBytes;
    const buffer = await memory.buffer(`points from ${first}`, size, Usage.STORAGE);
    windows.push({ buffer, first, count });
  }
  return windows;
}
