import { isSingle, roomLike } from './arrays.ts';
import { type Frame, frameFor, hostMoments, type Moments, type Scaling } from './frame.ts';
import type { HostPoints } from './points.ts';

/** A sample consists of blocks of this many rows (a multiple of 64 keeps bindings aligned). */
export const SAMPLE_BLOCK = 64;
/** A sample has at most this many blocks. */
export const SAMPLE_BLOCKS = 64;

/** The first rows of up to 64 blocks of 64 rows each, which are evenly spread from the first row to the last. */
export function sampleBlocks(nSamples: number): number[] {
  const last = Math.ceil(nSamples / SAMPLE_BLOCK) - 1;
  const blocks = Math.min(SAMPLE_BLOCKS, last + 1);
  return Array.from({ length: blocks }, (_, i) =>
    blocks > 1 ? Math.floor((i * last) / (blocks - 1)) * SAMPLE_BLOCK : 0,
  );
}

/** The numbers of the sampled rows, up to 4,096, whose moments stand for those of all rows. */
export function sampleNumbers(nSamples: number): number[] {
  return sampleBlocks(nSamples).flatMap((start) =>
    Array.from({ length: Math.min(SAMPLE_BLOCK, nSamples - start) }, (_, i) => start + i),
  );
}

/** The rows with these numbers, without those of weight 0. */
export function takeRows({ data, nFeatures: D, sampleWeight }: HostPoints, numbers: readonly number[]): HostPoints {
  const chosen = numbers.filter((n) => sampleWeight?.[n] !== 0);
  const rows = roomLike(data, chosen.length * D);
  chosen.forEach((n, i) => {
    rows.set(data.subarray(n * D, (n + 1) * D), i * D);
  });
  return { data: rows, nFeatures: D };
}

/**
 * The median of every column. Where a few numbers are far away (values that stand for missing ones, say), it stays among the others, which so
 * keep their digits; the mean does not. It is within a standard deviation of the mean.
 */
export function middleOf({ data, nFeatures: D }: HostPoints): Float64Array {
  const column = new Float64Array(data.length / D);
  return Float64Array.from({ length: D }, (_, d) => {
    for (let i = 0; i < column.length; i++) column[i] = data[i * D + d]!;
    return column.sort()[(column.length - 1) >> 1]!;
  });
}

/** The frame of all points but those of weight 0, about the medians of a sample. Rejects as {@link hostMoments}. */
export async function frameOfPoints(points: HostPoints, scaling: Scaling, signal?: AbortSignal): Promise<Frame> {
  const moments = await hostMoments(points, signal);
  const sample = takeRows(points, sampleNumbers(points.data.length / points.nFeatures));
  return frameFor(moments, scaling, sample.data.length > 0 ? middleOf(sample) : moments.mean);
}

/**
 * The frame from a sample of rows: any shift and scale near those of all points will do. A device subtracts the shifts of float32 rows, so these are
 * cut to 20 bits below the largest number of the column: then subtracting them from float32 numbers near that size is exact. float64
 * rows are shifted on the host.
 */
export async function frameOfRows({ data, nFeatures: D }: HostPoints, scaling: Scaling): Promise<Frame> {
  const sample = { data, nFeatures: D };
  const frame = frameFor(await hostMoments(sample), scaling, middleOf(sample));
  if (!isSingle(data)) return frame;
  const shift = frame.shift.map((mean, d) => {
    let largest = 0;
    for (let i = d; i < data.length; i += D) largest = Math.max(largest, Math.abs(data[i]!));
    return cutShift(mean, largest);
  });
  return { shift, scale: frame.scale };
}

/** Cuts a shift to 20 bits below the largest number. */
function cutShift(mean: number, largest: number): number {
  const unit = largest > 0 ? 2 ** (Math.ceil(Math.log2(largest)) - 20) : 1;
  return Math.round(mean / unit) * unit;
}

/**
 * The frame for points with these moments about components with these means, of which the median is the middle; its shifts are cut as in
 * {@link frameOfRows}.
 * @param means K × D
 * @param weights K numbers
 */
export function frameOfComponents(
  moments: Moments,
  scaling: Scaling,
  means: ArrayLike<number>,
  weights: ArrayLike<number>,
): Frame {
  const D = moments.mean.length;
  const middle = moments.mean.map((_, d) =>
    weightedMedian(
      Array.from(weights, (_, k) => means[k * D + d]!),
      weights,
    ),
  );
  const { shift, scale } = frameFor(moments, scaling, middle);
  const largest = moments.mean.map((mean, d) => Math.abs(mean) + 4 * Math.sqrt(moments.variance[d]!));
  return { shift: shift.map((at, d) => cutShift(at, largest[d]!)), scale };
}

/** The first value, in order, up to which there is half of the weight. */
function weightedMedian(values: readonly number[], weights: ArrayLike<number>): number {
  const order = values.map((_, k) => k).sort((a, b) => values[a]! - values[b]!);
  const half = Array.from(weights).reduce((a, b) => a + b, 0) / 2;
  let sum = 0;
  for (const k of order) {
    sum += weights[k]!;
    if (sum >= half) return values[k]!;
  }
  return values[order.at(-1)!]!;
}
