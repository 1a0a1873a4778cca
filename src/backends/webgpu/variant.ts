import { LANES } from './grid.ts';
import type { Kernel } from './kernels.ts';
import { pointsPerInvocation } from './pipelines.ts';
import type { Shape } from './shape.ts';
import { choiceKey } from './tuning-file.ts';
import { PADDING } from './windows.ts';

/** How the two large stages of a pass share out their work. Which is fastest is the adapter's to say; no bit depends on it. */
export interface Variant {
  /** Points that an invocation of the expectation stage takes. */
  readonly points: number;
  /** Components that a workgroup of the moments stage works on side by side, at most. */
  readonly across: number;
}

/** Floats of points that an invocation may hold: more would leave the registers of any adapter, and take compilers seconds. */
const MOST_FLOATS = 128;

/** Points per invocation, from the fewest on: chunks are padded to whole workgroups of the last. */
export function pointsLadder({ DB, W }: Shape): number[] {
  return [1, 2, 4, 8].filter((points) => points * 64 <= PADDING && points * DB * W <= MOST_FLOATS);
}

/** Components side by side at most, from the fewest on; the last, the default, is as many as there is room for. */
function acrossLadder({ grid }: Kernel, shape: Shape, K: number): number[] {
  const { across } = grid(shape, K);
  return [...[1, 4, 16].filter((most) => grid(shape, K, most).across < across), LANES];
}

/** What there is to choose from for one of the stages, and the name of the choice. */
export interface Ladder {
  readonly key: string;
  readonly rungs: readonly number[];
}

export function laddersFor(kernel: Kernel, shape: Shape, K: number): { points: Ladder; across: Ladder } {
  return {
    points: { key: choiceKey(kernel.expectation, shape.D, K), rungs: pointsLadder(shape) },
    across: { key: choiceKey(kernel.moments, shape.D, K), rungs: acrossLadder(kernel, shape, K) },
  };
}

/** What is taken until the adapter has been asked. */
export function defaultVariant(shape: Shape): Variant {
  return { points: pointsPerInvocation(shape), across: LANES };
}
