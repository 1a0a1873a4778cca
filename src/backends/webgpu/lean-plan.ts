import type { Kernel } from './kernels.ts';
import { type Shape, TILE } from './shape.ts';
import { bytesPerPoint, WINDOW_BYTES, type Window } from './windows.ts';

/** Log-densities and norms of a chunk, and its partial sums: at most so many bytes. 128 components bear the longest run. */
const DENSITY_BYTES = 33 * 2 ** 20;
const PARTIAL_BYTES = 12 * 2 ** 20;
/** Sums of a window by groups of runs: at most so many bytes. */
const MIDDLE_BYTES = 16 * 2 ** 20;
/** Totals of a window that are read back: at most this many bytes, or one. */
const READBACK_BYTES = 2 ** 14;
/** Runs whose sums are added up before the totals are. */
export const GROUP = 16;
/** Partial log-likelihoods that are joined before they are read back. */
export const JOINED = 64;
/** Points per run, the shortest and the longest, and workgroups that keep a large GPU busy. */
const RUNS = { least: 512, most: 4096, workgroups: 4096 };
const HARD_RUNS = { least: 256, most: 1024, workgroups: 2048 };

/** Bytes of a point's log-densities and norm. */
const densityBytes = (K: number) => 4 * K + 8;

/**
 * Points per run, a power of two. Sums depend on it, so it depends on nothing but the model and the number of points. A group of runs is
 * the least that a chunk may be.
 */
export function leanRun({ lean }: Kernel, shape: Shape, K: number, count: number): number {
  const { moments } = lean!;
  const { least, most, workgroups } = moments ? RUNS : HARD_RUNS;
  const perRun = moments ? Math.ceil(K / moments.components) * moments.units(shape) : 1;
  const room = moments ? DENSITY_BYTES / (densityBytes(K) * GROUP) : Number.POSITIVE_INFINITY;
  return 2 ** Math.floor(Math.log2(Math.min(room, most, Math.max(least, (count * perRun) / workgroups))));
}

/** Sums of a run are two numbers each where they come from log-densities. */
export function rowsPerRun({ lean }: Kernel): number {
  return lean!.moments ? 2 : 1;
}

/** The part of a window that one dispatch covers: whole groups of runs. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** A window: its chunks, how its sums are added up, and where its results lie among those of all. */
export interface Portion {
  readonly window: Window;
  readonly chunks: readonly Chunk[];
  /** Points per run, and how many runs there are. */
  readonly run: number;
  readonly runs: number;
  /** Sums of `GROUP` runs each, and totals: pairs of numbers, as `totals.wgsl` leaves them. */
  readonly middle: number;
  readonly groups: number;
  /** Bytes. */
  readonly totalsAt: number;
  readonly likelihoodsAt: number;
}

/**
 * Whether a pass can be a lean one: a kernel has one, and the sums of a group of runs and of the largest window fit the memory for
 * them. A window's own size does not count, so that all windows of a dataset go the same way.
 */
export function suitsLean(kernel: Kernel, shape: Shape, K: number): boolean {
  if (!kernel.lean?.fits(shape, K)) return false;
  const { tiles, sums } = kernel.layout(shape);
  const column = K * tiles * sums * 16;
  const count = Math.floor(WINDOW_BYTES / bytesPerPoint(shape));
  const groups = Math.ceil(count / (GROUP * leanRun(kernel, shape, K, count)));
  return GROUP * rowsPerRun(kernel) * column <= PARTIAL_BYTES && 2 * groups * column <= MIDDLE_BYTES;
}

/** Points of a chunk: about `budget` operations, within the memory for log-densities and partial sums; whole groups of runs. */
export function leanCapacity(kernel: Kernel, shape: Shape, K: number, count: number, budget: number): number {
  const { tiles, sums } = kernel.layout(shape);
  const run = leanRun(kernel, shape, K, count);
  const points = Math.min(
    Math.floor(PARTIAL_BYTES / (rowsPerRun(kernel) * K * tiles * sums * 16)) * run,
    kernel.lean!.moments ? DENSITY_BYTES / densityBytes(K) : Number.POSITIVE_INFINITY,
    budget / (K * kernel.flops(shape.D)),
  );
  const grain = GROUP * run;
  return Math.min(Math.max(1, Math.floor(points / grain)), Math.ceil(count / grain)) * grain;
}

/** Log-likelihoods of a window that are read back. */
export function likelihoodsOf({ count }: Pick<Window, 'count'>): number {
  return Math.ceil(count / (TILE * JOINED));
}

/** Where the windows of a pass have their sums, each with what a pass over it alone would do. */
export function layPortions(
  kernel: Kernel,
  shape: Shape,
  K: number,
  windows: readonly Window[],
  capacity: number,
): Portion[] {
  const { tiles, sums } = kernel.layout(shape);
  const column = K * tiles * sums * 16;
  let totalsAt = 0;
  let likelihoodsAt = 0;
  return windows.map((window) => {
    const { count } = window;
    const run = leanRun(kernel, shape, K, count);
    const runs = Math.ceil(count / run);
    const middle = Math.ceil(runs / GROUP);
    const groups = Math.min(middle, Math.max(1, Math.floor(READBACK_BYTES / (2 * column))));
    const chunks = Array.from({ length: Math.ceil(count / capacity) }, (_, i) => {
      return { first: i * capacity, count: Math.min(capacity, count - i * capacity) };
    });
    const portion = { window, chunks, run, runs, middle, groups, totalsAt, likelihoodsAt };
    totalsAt += 2 * groups * column;
    likelihoodsAt += likelihoodsOf(window) * 12;
    return portion;
  });
}
