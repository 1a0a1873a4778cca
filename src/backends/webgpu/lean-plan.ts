import type { Kernel } from './kernels.ts';
import type { LeanWay } from './lean-ways.ts';
import { type Shape, TILE } from './shape.ts';
import { bytesPerPoint, WINDOW_BYTES, type Window } from './windows.ts';

/** Log-densities and norms of a chunk, and its partial sums: at most so many bytes. 128 components bear the longest run. */
const DENSITY_BYTES = 33 * 2 ** 20;
const PARTIAL_BYTES = 12 * 2 ** 20;
/** Sums of a window by groups of runs: at most so many bytes. */
const MIDDLE_BYTES = 15 * 2 ** 20;
/** The same where both steps are one stage: log-densities, norms and partial sums of a chunk together, and sums by groups. */
const WHOLE_BYTES = 58 * 2 ** 20;
const WHOLE_MIDDLE_BYTES = 5 * 2 ** 20;
/** Totals of a window that are read back: at most this many bytes, or one. */
const READBACK_BYTES = 2 ** 14;
/** Of all windows that are read back at once: at most this many, or one window's. So scratch memory does not grow with N. */
const BATCH_BYTES = 3 * 2 ** 17;
/** Runs whose sums are added up before the totals are. */
export const GROUP = 16;
/** Partial log-likelihoods of tiles that are joined before they are read back. */
const JOINED = 64;
/** Points per run, the shortest and the longest, and workgroups that keep a large GPU busy; of a moments stage twice as many still run at once. */
const RUNS = { least: 256, most: 4096, workgroups: 600 };
const HARD_RUNS = { least: 256, most: 1024, workgroups: 2048 };
/** A large GPU runs about a thousand of these workgroups at once: as many have all the points, none waits for another to end. */
const WHOLE_RUNS = { least: 256, most: TILE * JOINED, workgroups: 1024 };
/** Workgroups of a dispatch at most, of which each takes a run: the limit of every device. */
const MOST_WORKGROUPS = 65_535;
/** Where fewer fit the memory, two stages do better. */
const FEWEST_WORKGROUPS = 512;

/** Bytes of a point's log-densities and norm. */
const densityBytes = (K: number) => 4 * K + 8;

/** What a plan is for. */
interface Model {
  readonly way: LeanWay;
  readonly shape: Shape;
  readonly K: number;
  /** Bytes of the sums of all components. */
  readonly column: number;
}

function modelOf(way: LeanWay, { layout }: Kernel, shape: Shape, K: number): Model {
  const { tiles, sums } = layout(shape);
  return { way, shape, K, column: K * tiles * sums * 16 };
}

/** Rows of 256 log-densities that a workgroup of a stage for both steps has: `first_row` of `shaders/shared/lean-whole.wgsl`. */
export const densityRows = (K: number) => K | 1;

/** Bytes of scratch memory per run of a stage for both steps. */
function wholeBytes({ way, K, column }: Model): number {
  return densityRows(K) * TILE * 4 + TILE * 8 + rowsPerRun(way) * column;
}

/** The largest power of two that is no larger. */
const floorPower = (value: number) => 2 ** Math.floor(Math.log2(value));

/**
 * Points per run, a power of two. Sums depend on it, so it depends on nothing but the model and the number of points. A group of runs is
 * the least that a chunk may be.
 */
function runOf({ way, shape, K, column }: Model, count: number): number {
  const { moments, whole } = way;
  const { least, most, workgroups } = whole ? WHOLE_RUNS : moments ? RUNS : HARD_RUNS;
  const perRun = moments ? Math.ceil(K / moments.components(K)) * moments.units(shape) : 1;
  const atOnce = moments ? DENSITY_BYTES / densityBytes(K) : Number.POSITIVE_INFINITY;
  const busy = (Math.min(count, atOnce) * perRun) / workgroups;
  const [longest, shortest, run] = [Math.min(most, atOnce / GROUP), least, busy].map(floorPower);
  // With shorter ones, sums by groups would be too many for their memory.
  const fewest = moments ? 2 * floorPower((2 * count * column) / (GROUP * Math.max(1, MIDDLE_BYTES - 2 * column))) : 0;
  return Math.min(longest!, Math.max(shortest!, run!, fewest));
}

/** Sums of a run are two numbers each where they come from log-densities. */
export function rowsPerRun({ moments, whole }: LeanWay): number {
  return moments || whole ? 2 : 1;
}

/** The part of a window that one dispatch covers: whole groups of runs. */
interface LeanChunk {
  readonly first: number;
  readonly count: number;
}

/** A window: its chunks, how its sums are added up, and where its results lie among those of its batch. */
export interface LeanPortion {
  readonly window: Window;
  /** Which readback brings its results. */
  readonly batch: number;
  readonly chunks: readonly LeanChunk[];
  /** Points of a chunk at most. */
  readonly capacity: number;
  /** Points per run, and how many runs there are, in the window and in a chunk at most. */
  readonly run: number;
  readonly runs: number;
  readonly runsAtOnce: number;
  /** Sums of `GROUP` runs each, and totals: pairs of numbers, as `totals.wgsl` leaves them. */
  readonly middle: number;
  readonly groups: number;
  /** Partial log-likelihoods, and how many of them are joined. */
  readonly likelihoods: number;
  readonly joinedAtOnce: number;
  /** Bytes. */
  readonly totalsAt: number;
  readonly likelihoodsAt: number;
}

/**
 * Whether sums of a group of runs and of the largest window fit the memory for them, and, of a stage for both steps, enough workgroups to
 * keep a large GPU busy. A window's own size does not count, so that all windows of a dataset go the same way.
 */
function suits(model: Model): boolean {
  const { way, shape, K, column } = model;
  if (!way.fits(shape, K)) return false;
  if (way.whole && WHOLE_BYTES / wholeBytes(model) < FEWEST_WORKGROUPS) return false;
  const count = Math.floor(WINDOW_BYTES / bytesPerPoint(shape));
  if (way.whole) {
    // Runs are powers of two: of a smaller window there may be twice as many.
    const runs = Math.max(2 * WHOLE_RUNS.workgroups, count / WHOLE_RUNS.most);
    return ((2 * runs) / GROUP) * column <= WHOLE_MIDDLE_BYTES;
  }
  const middle = 2 * Math.ceil(count / (GROUP * runOf(model, count))) * column;
  return GROUP * rowsPerRun(way) * column <= PARTIAL_BYTES && middle <= MIDDLE_BYTES;
}

/** The first way of a kernel that suits the model; undefined where passes cannot be lean. */
export function leanWay(kernel: Kernel, shape: Shape, K: number): LeanWay | undefined {
  return kernel.lean?.find((way) => suits(modelOf(way, kernel, shape, K)));
}

/** Points of a chunk: about `budget` operations, within the memory for log-densities and sums; whole groups of runs. */
export function leanCapacity(
  way: LeanWay,
  kernel: Kernel,
  shape: Shape,
  K: number,
  count: number,
  budget: number,
): number {
  const model = modelOf(way, kernel, shape, K);
  const run = runOf(model, count);
  const runs = way.whole ? WHOLE_BYTES / wholeBytes(model) : PARTIAL_BYTES / (rowsPerRun(way) * model.column);
  const points = Math.min(
    Math.floor(Math.min(runs, MOST_WORKGROUPS)) * run,
    way.moments ? DENSITY_BYTES / densityBytes(K) : Number.POSITIVE_INFINITY,
    budget / (K * kernel.flops(shape.D)),
  );
  const grain = GROUP * run;
  const most = Math.max(1, Math.floor(points / grain)) * grain;
  // Chunks of the same size: a short last one would keep few workgroups busy.
  return Math.ceil(count / Math.ceil(count / most) / grain) * grain;
}

/** Log-likelihoods of a window that are read back. */
export function likelihoodsOf({ count }: Pick<Window, 'count'>): number {
  return Math.ceil(count / (TILE * JOINED));
}

/** Where the windows of a pass have their sums, each with what a pass over it alone would do. */
export function layPortions(
  way: LeanWay,
  kernel: Kernel,
  shape: Shape,
  K: number,
  windows: readonly Window[],
  budget: number,
): LeanPortion[] {
  const model = modelOf(way, kernel, shape, K);
  const { column } = model;
  let [batch, totalsAt, likelihoodsAt] = [0, 0, 0];
  return windows.map((window) => {
    const { count } = window;
    const capacity = leanCapacity(way, kernel, shape, K, count, budget);
    const run = runOf(model, count);
    const runs = Math.ceil(count / run);
    const runsAtOnce = Math.min(runs, capacity / run);
    const middle = Math.ceil(runs / GROUP);
    const groups = Math.min(middle, Math.max(1, Math.floor(READBACK_BYTES / (2 * column))));
    const chunks = Array.from({ length: Math.ceil(count / capacity) }, (_, i) => {
      return { first: i * capacity, count: Math.min(capacity, count - i * capacity) };
    });
    const likelihoods = way.moments ? Math.ceil(count / TILE) : runs;
    const joinedAtOnce = way.moments ? JOINED : (JOINED * TILE) / run;
    const totals = 2 * groups * column;
    const joined = likelihoodsOf(window) * 12;
    const fits = totalsAt + totals + likelihoodsAt + joined <= BATCH_BYTES;
    if (totalsAt > 0 && !fits) [batch, totalsAt, likelihoodsAt] = [batch + 1, 0, 0];
    const portion = {
      ...{ window, batch, chunks, capacity, run, runs, runsAtOnce, middle, groups },
      ...{ likelihoods, joinedAtOnce, totalsAt, likelihoodsAt },
    };
    totalsAt += totals;
    likelihoodsAt += joined;
    return portion;
  });
}
