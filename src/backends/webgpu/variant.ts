import { LANES } from './grid.ts';
import type { Kernel } from './kernels.ts';
import type { LeanWay } from './lean-ways.ts';
import { pointsPerInvocation } from './pipelines.ts';
import { pointsLadder, type Shape } from './shape.ts';
import type { Tuning } from './tuning.ts';
import { choiceKey, type Ladder } from './tuning-file.ts';

/** How the two large stages of a pass share out their work. Which is fastest is the adapter's to say; no bit depends on it. */
export interface Variant {
  /** Points that an invocation of the expectation stage takes. */
  readonly points: number;
  /** Components that a workgroup of the moments stage works on side by side, at most. */
  readonly across: number;
}

/** Components side by side at most, from the fewest on; the last, the default, is as many as there is room for. */
function acrossLadder({ grid }: Kernel, shape: Shape, K: number): number[] {
  const { across } = grid(shape, K);
  return [...[1, 4, 16].filter((most) => grid(shape, K, most).across < across), LANES];
}

/** What there is to choose from for the two large stages. */
export function laddersFor(kernel: Kernel, shape: Shape, K: number): { points: Ladder; across: Ladder } {
  return {
    points: { key: choiceKey(kernel.expectation, shape.D, K), rungs: pointsLadder(shape) },
    across: { key: choiceKey(kernel.moments, shape.D, K), rungs: acrossLadder(kernel, shape, K) },
  };
}

/** The fastest variant as far as is known. */
export async function chooseVariant(tuning: Tuning, kernel: Kernel, shape: Shape, K: number): Promise<Variant> {
  const { points, across } = laddersFor(kernel, shape, K);
  const fallback = defaultVariant(shape);
  return {
    points: await tuning.choose(points, fallback.points),
    across: await tuning.choose(across, fallback.across),
  };
}

/** What is taken until the adapter has been asked. */
export function defaultVariant(shape: Shape): Variant {
  return { points: pointsPerInvocation(shape), across: LANES };
}

/** Points at once of a lean way's first stage; undefined where it leaves no choice. */
export function leanLadder({ first, flags = [], ladder }: LeanWay, shape: Shape, K: number): Ladder | undefined {
  return ladder && { key: choiceKey([first, ...flags].join('+'), shape.D, K), rungs: ladder(shape) };
}

/** The fastest number of points at once as far as is known. */
export async function choosePoints(tuning: Tuning, way: LeanWay, shape: Shape, K: number): Promise<number> {
  const ladder = leanLadder(way, shape, K);
  const fallback = way.points(shape);
  return ladder ? tuning.choose(ladder, fallback) : fallback;
}
