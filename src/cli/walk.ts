import type { HostPoints, PointStream } from '../node.ts';
import { isStreamed } from './input.ts';

/** Rows of a stream that are looked at at once. */
const ROWS = 65_536;

/** All rows in order: those in memory as they are, those of a stream piece by piece. */
export async function* pieces(points: HostPoints | PointStream, signal: AbortSignal): AsyncGenerator<HostPoints> {
  if (isStreamed(points)) yield* points.chunks({ rows: ROWS, signal });
  else yield points;
}

/** The sum of the weights of the rows of each label; rows without a weight count 1. */
export async function weightsByLabel(
  points: HostPoints | PointStream,
  labels: Uint32Array,
  nLabels: number,
  signal: AbortSignal,
): Promise<Float64Array> {
  const sums = new Float64Array(nLabels);
  let row = 0;
  for await (const { data, nFeatures, sampleWeight } of pieces(points, signal)) {
    const rows = data.length / nFeatures;
    for (let i = 0; i < rows; i++) sums[labels[row++]!]! += sampleWeight?.[i] ?? 1;
  }
  return sums;
}
