import type { Flag, StageName } from './shader.ts';
import { diagUnits, fullMomentsLayout, pointsLadder, type Shape, takenPoints } from './shape.ts';

/** The stages of a pass as GPUs do it best: one or two from points and parameters to sums over runs. */
export interface LeanWay {
  /** The first stage. With `moments` it ends with log-densities and norms, otherwise with sums over runs. */
  readonly first: StageName;
  /** Flags that the first stage is compiled with. */
  readonly flags?: readonly Flag[];
  /** Points that an invocation of the first stage takes at once where the adapter's best is not known. */
  readonly points: (shape: Shape) => number;
  /** Values of `points` that may be tried on the adapter; they change no bit of the result. */
  readonly ladder?: (shape: Shape) => readonly number[];
  /** Whether the stages can be compiled for this model. */
  readonly fits: (shape: Shape, K: number) => boolean;
  /** The second stage, from log-densities and norms to sums over runs. */
  readonly moments?: {
    readonly stage: StageName;
    /** Components that a workgroup takes. */
    readonly components: (K: number) => number;
    /** Workgroups per run and components. */
    readonly units: (shape: Shape) => number;
  };
  /** The first stage does both steps of EM, by way of log-densities in scratch memory. */
  readonly whole?: boolean;
}

/** Components that a workgroup that does both steps owns at a time: at most so many. */
const MOST_OWNED = 32;
/** Components that a workgroup of a moments stage owns, at most: with fewer, points are staged more often, with more, sums of fewer slices fill memory. */
const MOST_SUMMED = 16;

/** Components that a workgroup of a stage for both steps owns at a time: shares of about the same size. */
export function ownedAtOnce(K: number): number {
  return evenShare(K, MOST_OWNED);
}

/** The size of shares of K, none above `most`, that are about alike. */
function evenShare(K: number, most: number): number {
  return Math.ceil(K / Math.ceil(K / most));
}

const summedAtOnce = (K: number) => evenShare(K, MOST_SUMMED);

/** An invocation of a stage for both steps takes four points in all. */
const WHOLE_LADDER = [1, 2, 4] as const;

/** Block products, and vec4f of points, that the text of a density stage may have: more would take compilers seconds, or leave registers. */
const MOST_PRODUCTS = 144;
const MOST_TIED_VECTORS = 32;

const fullLadder = (shape: Shape) =>
  pointsLadder(shape).filter((points) => (points * shape.DB * (shape.DB + 1)) / 2 <= MOST_PRODUCTS);

/** Points and transformed points are in registers. */
const tiedLadder = (shape: Shape) => pointsLadder(shape).filter((points) => 2 * points * shape.DB <= MOST_TIED_VECTORS);

/** Both steps in one stage, where that leaves room for enough workgroups, else in two. */
export const fullWays: readonly LeanWay[] = [
  {
    first: 'lean-full',
    points: () => 4,
    ladder: () => WHOLE_LADDER,
    // With more tiles than one, two stages leave more registers to each.
    fits: ({ D }) => D <= 8,
    whole: true,
  },
  {
    first: 'lean-density-full',
    points: ({ D }) => (D <= 8 ? 4 : D <= 32 ? 2 : 1),
    ladder: fullLadder,
    moments: { stage: 'lean-moments-full', components: summedAtOnce, units: (shape) => fullMomentsLayout(shape).tiles },
    // Beyond, its text would take compilers seconds.
    fits: ({ D }) => D <= 64,
  },
];

export const diagWays: readonly LeanWay[] = [
  {
    first: 'lean-diag',
    // Beyond, four would leave registers for fewer workgroups than a dispatch has.
    points: ({ D }) => (D <= 16 ? 4 : 2),
    ladder: () => WHOLE_LADDER,
    // All features of four points are more than registers hold.
    fits: ({ D }) => D <= 32,
    whole: true,
  },
  {
    first: 'lean-density-diag',
    points: ({ D }) => (D <= 16 ? 4 : D <= 64 ? 2 : 1),
    ladder: pointsLadder,
    moments: { stage: 'lean-moments-diag', components: summedAtOnce, units: diagUnits },
    fits: () => true,
  },
];

/** As with diagonal covariances, but for the densities; points and transformed points are in registers at once. */
export const tiedFirstWays: readonly LeanWay[] = [
  { ...diagWays[0]!, flags: ['TIED'], fits: ({ D }) => D <= 16 },
  {
    ...diagWays[1]!,
    flags: ['TIED'],
    points: ({ D }) => (D <= 16 ? 4 : D <= 32 ? 2 : 1),
    ladder: tiedLadder,
    fits: ({ D }) => D <= 64,
  },
];

/** The same densities, and a triangle of sums for each component. */
export const tiedWays: readonly LeanWay[] = [{ ...tiedFirstWays[1]!, moments: fullWays[1]!.moments! }];

/** Clusters that a workgroup of `lean-k-means` has an invocation for. */
const MOST_CLUSTERS = 128;

export const kMeansWays: readonly LeanWay[] = [
  {
    first: 'lean-k-means',
    points: takenPoints,
    ladder: (shape) => [1, 2].filter((points) => points <= takenPoints(shape)),
    fits: ({ DB }, K) => DB <= 16 && K <= MOST_CLUSTERS,
  },
];
