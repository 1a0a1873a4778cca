import { EmgpuError } from '../errors.ts';
import type { Statistics } from './types.ts';

/** The statistics of two sets of points together. Both must belong to the same model and be relative to the same centres. */
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
 * A component with less weight than this has no points: what it has cannot be told from rounding. In the unit of the weights, as a share of the
 * average weight of a point.
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
