import { EmgpuError } from '../errors.ts';
import type { Statistics } from './types.ts';

/** Statistics of two sets of points together. Both must be of the same model and relative to the same centres. */
export function addStatistics(a: Statistics, b: Statistics): Statistics {
  const add = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + y[i]!);
  return {
    ...a,
    nSamples: a.nSamples + b.nSamples,
    totalWeight: a.totalWeight + b.totalWeight,
    objective: a.objective + b.objective,
    counts: add(a.counts, b.counts),
    first: add(a.first, b.first),
    second: add(a.second, b.second),
  };
}

/**
 * With less weight a component has no points: what it has of them cannot be told from rounding. In the unit of the weights: a share of what a
 * point weighs on average.
 */
export function leastCount({ totalWeight, nSamples }: Statistics): number {
  return (10 * Number.EPSILON * totalWeight) / nSamples;
}

/** @throws `invalid-points` where the objective is no number any more */
export function checkInRange({ objective }: Statistics): void {
  if (Number.isFinite(objective)) return;
  throw new EmgpuError(
    'invalid-points',
    `The points and parameters leave the range of numbers: the objective is ${objective}.`,
    'Bring the columns to comparable units, remove outliers that are orders of magnitude away, or use the CPU backend, whose range is wider.',
  );
}
