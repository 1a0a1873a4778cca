import type { Watch } from '../../../demo/data/pace.ts';
import type { SourceTable } from '../../../demo/data/source-table.ts';

/** Nobody watches, nobody stops it. */
export const UNWATCHED: Watch = { signal: new AbortController().signal, onProgress: () => {} };

/** A table of rows. */
export function tableOf(
  columns: readonly string[],
  rows: readonly (readonly number[])[],
  Numbers: typeof Float64Array | typeof Float32Array = Float64Array,
): SourceTable {
  return { name: 'test', data: Numbers.from(rows.flat()), columns, suggested: columns };
}

/** Column d of n × D numbers. */
export function columnOf({ data, nFeatures }: { data: ArrayLike<number>; nFeatures: number }, d: number): number[] {
  return Array.from({ length: data.length / nFeatures }, (_, i) => data[i * nFeatures + d]!);
}

export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** The mean product of deviations from the means. */
export function covarianceOf(a: readonly number[], b: readonly number[] = a): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  return meanOf(a.map((x, i) => (x - meanA) * (b[i]! - meanB)));
}
