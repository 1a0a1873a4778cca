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

/** Numbers that medians are taken of, at most: of rows with many columns every other one will do, or every third. */
const MOST_SORTED = 2 ** 20;

/**
 * The median of every column. Where a few numbers are far away (values that stand for missing ones, say), it stays among the others, which so
 * keep their digits; the mean does not. It is within a standard deviation of the mean.
 */
export function middleOf({ data, nFeatures: D }: HostPoints): Float64Array {
  const step = Math.ceil(data.length / MOST_SORTED);
  const column = new Float64Array(Math.ceil(data.length / D / step));
  return Float64Array.from({ length: D }, (_, d) => {
    for (let i = 0; i < column.length; i++) column[i] = data[i * step * D + d]!;
    return column.sort()[(column.length - 1) >> 1]!;
  });
}

/** The frame of all points but those of weight 0, about the medians of a sample. Rejects as {@link hostMoments}. */
export async function frameOfPoints(points: HostPoints, scaling: Scaling, signal?: AbortSignal): Promise<Frame> {
  const moments = await hostMoments(points, signal);
  if (scaling === 'none') return frameFor(moments, scaling);
  const sample = takeRows(points, sampleNumbers(points.data.length / points.nFeatures));
  return frameFor(moments, scaling, sample.data.length > 0 ? middleOf(sample) : moments.mean);
}

/**
 * The frame from a sample of rows: any shift and scale near those of all points will do. A device subtracts the shifts of float32 rows, so these are
 * cut to 20 bits below the largest of most numbers of the column: then subtracting them from float32 numbers near that size is exact. float64
 * rows are shifted on the host.
 */
export async function frameOfRows({ data, nFeatures: D }: HostPoints, scaling: Scaling): Promise<Frame> {
  const sample = { data, nFeatures: D };
  const middle = middleOf(sample);
  const { shift, scale } = frameFor(await hostMoments(sample), scaling, middle);
  if (!isSingle(data)) return { shift, scale };
  const deviation = middleOf({ data: Float64Array.from(data, (x, i) => Math.abs(x - middle[i % D]!)), nFeatures: D });
  return { shift: shift.map((at, d) => cutShift(at, Math.abs(middle[d]!) + MANY * deviation[d]!)), scale };
}

/** Median deviations within which most numbers are: four standard deviations of normal ones. */
const MANY = 6;

/** Cuts a shift to 20 bits below the size of most numbers. */
function cutShift(shift: number, size: number): number {
  const unit = size > 0 ? 2 ** (Math.ceil(Math.log2(size)) - 20) : 1;
  return Math.round(shift / unit) * unit;
}

/** Components of a model: their weights (K), means and, where it knows them, standard deviations (K × D). */
interface Components {
  readonly weights: ArrayLike<number>;
  readonly means: ArrayLike<number>;
  readonly deviations?: ArrayLike<number>;
}

/**
 * The frame for points with these moments about such components, of which the median is the middle; its shifts are cut as in {@link frameOfRows}.
 */
export function frameOfComponents(moments: Moments, scaling: Scaling, components: Components): Frame {
  const { weights, means, deviations } = components;
  const D = moments.mean.length;
  const median = (d: number, value: (at: number) => number) =>
    weightedMedian(
      Array.from(weights, (_, k) => value(k * D + d)),
      weights,
    );
  const middle = moments.mean.map((_, d) => median(d, (at) => means[at]!));
  const { shift, scale } = frameFor(moments, scaling, middle);
  const size = middle.map(
    (m, d) => Math.abs(m) + median(d, (at) => Math.abs(means[at]! - m) + 4 * (deviations?.[at] ?? 0)),
  );
  return { shift: shift.map((at, d) => cutShift(at, size[d]!)), scale };
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
