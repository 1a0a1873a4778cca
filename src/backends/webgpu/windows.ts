import type { Weights } from '../../data/points.ts';
import type { GpuContext } from './context.ts';
import type { Memory } from './memory.ts';
import { Usage } from './memory.ts';
import type { Flag } from './shader.ts';
import { GRAIN, PADDING, type Shape } from './shape.ts';

/** A buffer of points: tiles of 256, in the dataset's frame. */
export interface Window {
  readonly buffer: GPUBuffer;
  /** Index of its first point in the dataset; a multiple of GRAIN. */
  readonly first: number;
  readonly count: number;
  /** A float32 for each point; undefined where all points count once. */
  readonly weights: GPUBuffer | undefined;
  /** `Σ w` in float64: `count` without weights. */
  readonly totalWeight: number;
  /** Points whose weight is not 0: `count` without weights. */
  readonly nWeighted: number;
  /** The largest of the weights; 1 without. */
  readonly largestWeight: number;
}

/** No window is larger than this, even where the device would allow it: drivers fragment and compilers count in 32 bits. */
export const WINDOW_BYTES = 256 * 2 ** 20;

export function bytesPerPoint({ D }: Shape): number {
  return D * 4;
}

/** Points per window under the device's limits: all windows have as many, but the last. */
export function windowRows({ device, windowBytes }: Pick<GpuContext, 'device' | 'windowBytes'>, shape: Shape): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const bytes = Math.min(maxStorageBufferBindingSize, maxBufferSize, windowBytes);
  return Math.max(1, Math.floor(bytes / bytesPerPoint(shape) / GRAIN)) * GRAIN;
}

/** Room for N points, and for their weights where there are some. */
export async function createWindows(
  context: GpuContext,
  memory: Memory,
  shape: Shape,
  nSamples: number,
  weights: Weights | undefined,
): Promise<Window[]> {
  const rows = windowRows(context, shape);
  const windows: Window[] = [];
  for (let first = 0; first < nSamples; first += rows) {
    const count = Math.min(rows, nSamples - first);
    const size = Math.ceil(count / PADDING) * PADDING * bytesPerPoint(shape);
    const buffer = await memory.buffer(`points from ${first}`, size, Usage.STORAGE);
    windows.push({ buffer, first, count, ...(await weighed(memory, first, count, weights)) });
  }
  return windows;
}

async function weighed(memory: Memory, first: number, count: number, weights: Weights | undefined) {
  if (!weights) return { weights, totalWeight: count, nWeighted: count, largestWeight: 1 };
  let [totalWeight, nWeighted, largestWeight] = [0, 0, 0];
  for (let i = first; i < first + count; i++) {
    totalWeight += weights[i]!;
    if (weights[i]! > 0) nWeighted++;
    largestWeight = Math.max(largestWeight, weights[i]!);
  }
  const buffer = await memory.buffer(`weights from ${first}`, count * 4, Usage.STORAGE | Usage.COPY_DST);
  return { weights: buffer, totalWeight, nWeighted, largestWeight };
}

/** What a stage is told of a window's weights: the flag it is compiled with, and its last binding. Nothing where there are none. */
export function weighing({ weights }: Pick<Window, 'weights'>): {
  flags: readonly Flag[];
  bindings: readonly GPUBuffer[];
} {
  return { flags: weightFlags(weights), bindings: weights ? [weights] : [] };
}

/** Flags of stages that read weights. */
export function weightFlags(weights: object | undefined): readonly Flag[] {
  return weights ? ['WEIGHTED'] : [];
}
