import { EmgpuError } from '../errors.ts';
import type { HostPoints } from './points.ts';
import { rowBlocks } from './row-blocks.ts';

/**
 * The coordinates in which a dataset is stored: `x_frame = (x − shift) / scale`, per feature, computed in float64.
 * Scales are powers of two, so scaling never rounds. Points are never rotated: that would round them again.
 */
export interface Frame {
  /** D numbers, in data units. */
  readonly shift: Float64Array;
  /** D powers of two. */
  readonly scale: Float64Array;
}

/**
 * `per-feature` scales every column by its own spread, so that no product over- or underflows float32.
 * `isotropic` scales all columns alike, for models whose distances mix columns (spherical mixtures, k-means).
 * `none` leaves them as they are, for models of counts.
 */
export type Scaling = 'per-feature' | 'isotropic' | 'none';

/** Mean and population variance of every column. */
export interface Moments {
  /** D means, in data units. */
  readonly mean: Float64Array;
  /** D population variances (divided by N), in squared data units. */
  readonly variance: Float64Array;
}

/**
 * The frame that brings columns with these moments near zero and unit spread, unless scaling is `none`. A constant column keeps scale 1.
 * @param middle D numbers that become 0, within some spreads of the means
 */
export function frameFor(moments: Moments, scaling: Scaling, middle = moments.mean): Frame {
  if (scaling === 'none') return { shift: moments.mean.map(() => 0), scale: moments.mean.map(() => 1) };
  const spread = Float64Array.from(moments.variance, Math.sqrt);
  const widest = spread.reduce((a, b) => Math.max(a, b), 0);
  const scale = spread.map((s) => nearestPowerOfTwo(scaling === 'isotropic' ? widest : s));
  return { shift: Float64Array.from(middle), scale };
}

/** Converts rows, M × D, from data units into the frame. */
export function intoFrame(rows: Float64Array, { shift, scale }: Frame): Float64Array {
  const D = shift.length;
  return rows.map((x, i) => (x - shift[i % D]!) / scale[i % D]!);
}

/** Converts rows, M × D, from the frame into data units. */
export function outOfFrame(rows: Float64Array, { shift, scale }: Frame): Float64Array {
  const D = shift.length;
  return rows.map((z, i) => z * scale[i % D]! + shift[i % D]!);
}

function nearestPowerOfTwo(x: number): number {
  return x > 0 ? 2 ** Math.round(Math.log2(x)) : 1;
}

/**
 * Mean and population variance in float64, two passes (the second about the mean of the first, so that an offset of
 * 1e6 spreads costs nothing). Rows of weight 0 are left out, all others count once. Rejects with `non-finite`, naming the
 * first bad row (whatever its weight) and column, or `aborted`.
 */
export async function hostMoments(points: HostPoints, signal?: AbortSignal): Promise<Moments> {
  const { data, nFeatures: d, sampleWeight } = points;
  const rows = data.length / d;
  const mean = new Float64Array(d);
  let n = 0;
  for await (const [from, to] of rowBlocks(rows, d, signal)) {
    for (let i = from, o = from * d; i < to; i++) {
      // Rows are left out by a factor, not by a branch, so that NaN in a row of weight 0 still shows in the sums: 0 · NaN is NaN.
      const counts = sampleWeight?.[i] === 0 ? 0 : 1;
      n += counts;
      for (let j = 0; j < d; j++, o++) mean[j]! += counts * data[o]!;
    }
  }
  if (!mean.every(Number.isFinite)) rejectNonFinite(points);
  for (let j = 0; j < d; j++) mean[j]! /= n;
  const variance = new Float64Array(d);
  for await (const [from, to] of rowBlocks(rows, d, signal)) {
    for (let i = from; i < to; i++) {
      if (sampleWeight?.[i] === 0) continue;
      for (let j = 0, o = i * d; j < d; j++, o++) {
        const z = data[o]! - mean[j]!;
        variance[j]! += z * z;
      }
    }
  }
  if (!variance.every(Number.isFinite)) rejectNonFinite(points);
  for (let j = 0; j < d; j++) variance[j] = isRounding(variance[j]! / n, mean[j]!) ? 0 : variance[j]! / n;
  return { mean, variance };
}

/** Whether a column is constant but for the rounding of its mean. */
export function isRounding(variance: number, mean: number): boolean {
  return variance <= (8 * Number.EPSILON * mean) ** 2;
}

function rejectNonFinite(points: HostPoints): never {
  const { data, nFeatures: d, featureNames } = points;
  const at = data.findIndex((x: number) => !Number.isFinite(x));
  if (at < 0) {
    throw new EmgpuError(
      'invalid-points',
      'The sum of a column, or of its squares, overflows float64.',
      'Divide the column by a constant.',
    );
  }
  const column = featureNames?.[at % d] ?? `${at % d}`;
  throw new EmgpuError(
    'non-finite',
    `Every number must be finite; row ${Math.floor(at / d)}, column ${column} (both counted from 0) is ${data[at]}.`,
    'Remove or replace such rows (on the command line: --missing drop).',
  );
}
