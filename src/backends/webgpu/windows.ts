import type { GpuContext } from './context.ts';
import type { Memory } from './memory.ts';
import { Usage } from './memory.ts';
import { type Shape, SLAB, TILE } from './shape.ts';

/** A buffer of points: tiles of 256, in the dataset's frame. */
export interface Window {
  readonly buffer: GPUBuffer;
  /** Index of its first point in the dataset; a multiple of SLAB. */
  readonly first: number;
  readonly count: number;
}

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
  const capacity = Math.max(1, Math.floor(bytes / pointBytes / SLAB)) * SLAB;
  const windows: Window[] = [];
  for (let first = 0; first < nSamples; first += capacity) {
    const count = Math.min(capacity, nSamples - first);
    const size = Math.ceil(count / TILE) * TILE * pointBytes;
    const buffer = await memory.buffer(`points from ${first}`, size, Usage.STORAGE);
    windows.push({ buffer, first, count });
  }
  return windows;
}
