import type { HostPoints, PointStream } from '../node.ts';
import { isStreamed } from './input.ts';

/** How many rows of a stream are read at a time. */
const ROWS = 65_536;

/** All rows in order: points in memory in one piece, a stream piece by piece. */
export async function* pieces(points: HostPoints | PointStream, signal: AbortSignal): AsyncGenerator<HostPoints> {
  if (isStreamed(points)) yield* points.chunks({ rows: ROWS, signal });
  else yield points;
}

/** For each label, the sum of the weights of its rows; rows without a weight count 1. */
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
