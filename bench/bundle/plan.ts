import type { Kind } from '../problem.ts';
import type { Suite } from '../suites.ts';

/** One run of the benchmark. */
export interface Step {
  readonly name: string;
  readonly suite: Suite;
  /** Its share of the time. */
  readonly weight: number;
  readonly kinds?: Kind;
}

/** Of the peers, each model is a step: what a library that hangs can spoil is little. */
const peers = (kinds: Kind, weight: number): Step => ({ name: `peers ${kinds}`, suite: 'peers', weight, kinds });

/** In the order of their worth. The first peers include starting and compiling, and those that matter most come last. */
export const STEPS: readonly Step[] = [
  { name: 'quick', suite: 'quick', weight: 3 },
  peers('full', 5),
  peers('k-means', 3),
  peers('diag', 3),
  peers('tied', 0.5),
  peers('spherical', 0.5),
  { name: 'streams', suite: 'streams', weight: 1 },
  { name: 'start', suite: 'start', weight: 0.5 },
  { name: 'scaling', suite: 'scaling', weight: 2 },
  { name: 'full', suite: 'full', weight: 1.5 },
];

/** Less than this is not worth a start. */
export const LEAST_SECONDS = 10;

/** Seconds for the first of some steps when so many are left for all of them; undefined when it has to be left out. */
export function secondsFor(weights: readonly number[], left: number): number | undefined {
  const share = (left * weights[0]!) / weights.reduce((sum, weight) => sum + weight, 0);
  const seconds = Math.floor(Math.max(share, Math.min(left, LEAST_SECONDS)));
  return seconds >= LEAST_SECONDS ? seconds : undefined;
}
