import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { HostPoints } from '../../node.ts';

/** Points picked for drawing. */
export interface PointSample {
  /** Rows of the original points, ascending. */
  readonly rows: readonly number[];
  /** Feature i of the s-th point picked. */
  value(s: number, i: number): number;
  /** The component of the s-th point picked. */
  label(s: number): number;
}

/**
 * At most `most` points, one at random from each of as many stretches of equal length: even over a sorted file, and
 * not in step with a periodic one. The same points every time.
 */
export function samplePoints(points: HostPoints, labels: Uint32Array, most: number): PointSample {
  const { data, nFeatures } = points;
  const rows = sampleRows(labels.length, most);
  return {
    rows,
    value: (s, i) => data[rows[s]! * nFeatures + i]!,
    label: (s) => labels[rows[s]!]!,
  };
}

function sampleRows(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const random = xoroshiro128plus(0);
  return Array.from({ length: most }, (_, s) => {
    const first = Math.floor((s * n) / most);
    const last = Math.floor(((s + 1) * n) / most) - 1;
    return uniformInt(random, first, last);
  });
}

/** The same sample, thinned to at most `most` points. */
export function thin(sample: PointSample, most: number): PointSample {
  const kept = sampleRows(sample.rows.length, most);
  return {
    rows: kept.map((s) => sample.rows[s]!),
    value: (s, i) => sample.value(kept[s]!, i),
    label: (s) => sample.label(kept[s]!),
  };
}
