import type { ModelView } from '../view.ts';
import type { PointSample } from './sample.ts';

/** What an axis spans. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Axes leave out this share of the points at either end. */
const TAIL = 0.01;

/** Components lighter than this do not stretch the axes. */
const LEAST_WEIGHT = 0.01;

/** If all points fit into this many times the span without tails, there are no outliers to leave out. */
const NO_OUTLIERS = 1.5;

const MARGIN = 0.06;

/**
 * The limits of feature i's axis: from the 1st to the 99th percentile, so that outliers do not squash the rest, wide
 * enough for the means of all but the lightest components; all points if none of them is far out.
 */
export function limitsOf(sample: PointSample, view: ModelView, i: number): Limits {
  const values = Float64Array.from(sample.rows, (_, s) => sample.value(s, i))
    .filter(Number.isFinite)
    .sort();
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  const heavy = view.means.flatMap((mean, k) => (view.weights[k]! >= LEAST_WEIGHT ? [mean[i]!] : []));
  const low = Math.min(at(TAIL), ...heavy);
  const high = Math.max(at(1 - TAIL), ...heavy);
  const [least, most] = [at(0), at(1)];
  const whole = most - least <= NO_OUTLIERS * (high - low);
  return padded(whole ? Math.min(least, low) : low, whole ? Math.max(most, high) : high);
}

function padded(low: number, high: number): Limits {
  // A constant column still needs an axis of some length.
  const pad = high > low ? MARGIN * (high - low) : Math.max(Math.abs(low) * 1e-3, 0.5);
  return { low: low - pad, high: high + pad };
}

/** The points of the sample, as indices into it, that lie within the limits of all the given features. */
export function within(sample: PointSample, limits: readonly Limits[], features: readonly number[]): number[] {
  const inside = (s: number) =>
    features.every((i) => {
      const x = sample.value(s, i);
      return x >= limits[i]!.low && x <= limits[i]!.high;
    });
  return sample.rows.flatMap((_, s) => (inside(s) ? [s] : []));
}
