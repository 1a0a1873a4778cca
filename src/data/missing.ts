import { EmgpuError } from '../errors.ts';
import { roomLike } from './arrays.ts';
import type { HostPoints } from './points.ts';

/**
 * The rows without NaN, and their numbers. Where no row has a NaN, the points themselves are returned.
 * @throws `too-few-points` where no row is left
 */
export function dropMissing(points: HostPoints): { points: HostPoints; rowNumbers?: Uint32Array } {
  const { data, nFeatures: D, sampleWeight } = points;
  const n = data.length / D;
  const rows: number[] = [];
  for (let row = 0; row < n; row++) {
    let whole = true;
    for (let i = row * D; i < (row + 1) * D; i++) whole &&= !Number.isNaN(data[i]!);
    if (whole) rows.push(row);
  }
  if (rows.length === n) return { points };
  if (rows.length === 0) {
    throw new EmgpuError(
      'too-few-points',
      'Every row has a missing cell; none is left.',
      "Use missing: 'em', or fewer columns.",
    );
  }
  const kept = roomLike(data, rows.length * D);
  rows.forEach((row, i) => {
    kept.set(data.subarray(row * D, (row + 1) * D), i * D);
  });
  const rowNumbers = Uint32Array.from(rows);
  const weights = sampleWeight && { sampleWeight: Float64Array.from(rowNumbers, (row) => sampleWeight[row]!) };
  return { points: { ...points, data: kept, ...weights }, rowNumbers };
}
