import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { HostPoints, PointStream } from '../../node.ts';
import { pieces } from '../walk.ts';

/** Points picked for drawing. */
export interface PointSample {
  /** Rows of the original points, ascending. */
  readonly rows: readonly number[];
  /** Feature i of the s-th point picked; NaN where it is missing. */
  value(s: number, i: number): number;
  /** The component of the s-th point picked. */
  label(s: number): number;
  /** The weight of the s-th point picked, 1 where points have none. */
  weight(s: number): number;
}

/**
 * At most `most` points, one at random from each of as many stretches of equal length: even over a sorted file, and
 * not in step with a periodic one. The same points every time.
 * @param directions whether points are divided by their lengths, as the metric `cosine` sees them
 */
export async function samplePoints(
  points: HostPoints | PointStream,
  labels: Uint32Array,
  { most, directions, signal }: { readonly most: number; readonly directions: boolean; readonly signal: AbortSignal },
): Promise<PointSample> {
  const rows = sampleRows(labels.length, most);
  const D = points.nFeatures;
  const values = new Float64Array(rows.length * D);
  const weights = new Float64Array(rows.length).fill(1);
  let first = 0;
  let s = 0;
  for await (const { data, sampleWeight } of pieces(points, signal)) {
    const end = first + data.length / D;
    for (; s < rows.length && rows[s]! < end; s++) {
      const at = rows[s]! - first;
      values.set(data.subarray(at * D, (at + 1) * D), s * D);
      if (sampleWeight) weights[s] = sampleWeight[at]!;
    }
    first = end;
  }
  if (directions) for (let at = 0; at < rows.length; at++) toDirection(values.subarray(at * D, (at + 1) * D));
  return {
    rows,
    value: (s, i) => values[s * D + i]!,
    label: (s) => labels[rows[s]!]!,
    weight: (s) => weights[s]!,
  };
}

function toDirection(row: Float64Array): void {
  const length = Math.hypot(...row);
  for (let i = 0; i < row.length; i++) row[i]! /= length;
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
    weight: (s) => sample.weight(kept[s]!),
  };
}
