import { flopPerPoint } from './formulas.ts';
import { BLOCK_ROWS, KINDS, type Kind, nearestSize } from './problem.ts';

export const SUITES = ['quick', 'full', 'scaling', 'peers', 'streams', 'start'] as const;
export type Suite = (typeof SUITES)[number];

/** One row of the benchmark. */
export interface Case {
  readonly suite: Suite;
  readonly kind: Kind;
  readonly nFeatures: number;
  readonly nComponents: number;
  /** How many points: a number, or what takes about `ms` per iteration here (a share of it in a series). */
  readonly size: { readonly nSamples: number } | { readonly ms: number; readonly share: number };
  /** Whole fits are timed: small problems, where an iteration is mostly waiting. */
  readonly latency?: boolean;
  /** What varies along the series that this row belongs to. */
  readonly series?: 'N' | 'D' | 'K';
}

/** Timings of a pass over a stream, and of its stages. */
export const STREAM_ROUNDS = 3;

/** No more points than this, however fast the adapter. */
export const MOST_SAMPLES = 1e8;

/** Milliseconds per iteration that sizes aim at, and at which the longest of a series in N ends. */
export const AIM = 250;
export const AIM_LONGEST = 1000;
/** ms of an iteration that tell most: less is lost among submits and the rounding of clocks, more takes time and tells nothing else. */
export const TELLING_MS = { least: 20, most: 2000 };

const FEATURES = [2, 8, 16, 32, 64];
const COMPONENTS = [8, 32, 128];
const SMALL = [1e3, 1e4, 1e5];

function sized(suite: Suite, kind: Kind, nFeatures: number, nComponents: number): Case {
  return { suite, kind, nFeatures, nComponents, size: { ms: AIM, share: 1 } };
}

function small(suite: Suite, kind: Kind, nSamples: number): Case {
  return { suite, kind, nFeatures: 2, nComponents: 5, size: { nSamples }, latency: true };
}

/** The handful that tells most, in the order of its worth. */
function quick(suite: Suite = 'quick'): Case[] {
  return [
    sized(suite, 'full', 8, 32),
    sized(suite, 'diag', 16, 32),
    sized(suite, 'k-means', 16, 32),
    small(suite, 'full', 1e4),
    sized(suite, 'tied', 8, 32),
    sized(suite, 'spherical', 16, 32),
    sized(suite, 'full', 2, 8),
    sized(suite, 'k-means', 2, 8),
    sized(suite, 'full', 32, 32),
    sized(suite, 'diag', 64, 128),
    sized(suite, 'k-means', 64, 128),
    small(suite, 'k-means', 1e4),
    small(suite, 'full', 1e3),
    small(suite, 'full', 1e5),
  ];
}

/** Every combination; those of the quick suite first, then what is small, then what is large. */
function full(): Case[] {
  const all = [
    ...FEATURES.flatMap((D) => COMPONENTS.flatMap((K) => KINDS.map((kind) => sized('full', kind, D, K)))),
    ...KINDS.flatMap((kind) => SMALL.map((n) => small('full', kind, n))),
  ];
  const first = quick('full');
  const known = new Set(first.map(labelOf));
  return [...first, ...all.filter((one) => !known.has(labelOf(one)))];
}

/** Doublings of N, and numbers of features and components up to tiles and just past them. */
function scaling(): Case[] {
  const kinds: Kind[] = ['full', 'diag', 'k-means'];
  const inSamples = (kind: Kind) =>
    [5, 4, 3, 2, 1, 0].map((halvings): Case => {
      const size = { ms: AIM_LONGEST, share: 2 ** -halvings };
      return { ...{ suite: 'scaling', kind, nFeatures: 8, nComponents: 16, size }, series: 'N' };
    });
  const inFeatures = (kind: Kind) =>
    [2, 4, 5, 8, 9, 16, 17, 32, 33, 64].map((D): Case => ({ ...sized('scaling', kind, D, 16), series: 'D' }));
  const inComponents = (kind: Kind) =>
    [8, 9, 16, 17, 32, 33, 64, 128].map((K): Case => ({ ...sized('scaling', kind, 8, K), series: 'K' }));
  return [inSamples, inComponents, inFeatures].flatMap((series) => kinds.flatMap(series));
}

/** The rows of a suite, those worth most first. `peers`, `streams` and `start` have others: `compare.ts`, `streams.ts`, `start.ts`. */
export function casesOf(suite: Suite, kinds: readonly Kind[] = KINDS): Case[] {
  const none = (): Case[] => [];
  const cases = { quick, full, scaling, peers: none, streams: none, start: none }[suite]();
  return cases.filter(({ kind }) => kinds.includes(kind));
}

/** For example `full, D 8, K 32`, with what else tells it apart. */
export function labelOf({ kind, nFeatures, nComponents, size, series }: Case): string {
  const of = 'nSamples' in size ? `, N ${size.nSamples}` : series === 'N' ? `, N × ${size.share}` : '';
  return `${kind}, D ${nFeatures}, K ${nComponents}${of}`;
}

/** The same for rows that say the same of the same thing: of different series they do not, even where sizes happen to be equal. */
export function keyOf(one: Case): string {
  return `${labelOf(one)}, series ${one.series ?? 'none'}`;
}

/** Fewest points for which a model makes sense: ten per component, and where a component has a matrix, 2D. */
export function fewestSamples({ kind, nFeatures, nComponents }: Case): number {
  return nComponents * (kind === 'full' ? Math.max(10, 2 * nFeatures) : 10);
}

/** A number of points to begin the search for the right one with: about a tenth of a second on two processor cores. */
export function firstGuess({ kind, nFeatures, nComponents }: Case): number {
  return nearestSize(Math.min(BLOCK_ROWS, Math.max(1000, 4e8 / flopPerPoint(kind, nFeatures, nComponents))));
}
