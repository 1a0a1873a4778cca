import { type HostPoints, isDevicePoints } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import { isStream, type PointSource } from './session.ts';

/**
 * Rows divided by their Euclidean lengths: what the metric `cosine` compares. Throws `invalid-points` for a row of length 0, which has
 * no direction.
 */
export function normalizeRows(points: PointSource): HostPoints {
  if (isStream(points) || isDevicePoints(points)) {
    throw new EmgpuError(
      'invalid-option',
      "metric 'cosine' needs the points in host memory.",
      "Pass an array, or divide the rows by their lengths beforehand and leave metric at 'euclidean'.",
    );
  }
  const { data, nFeatures: D } = points;
  const directions = Float64Array.from(data);
  for (let from = 0; from < data.length; from += D) {
    const row = directions.subarray(from, from + D);
    const length = Math.hypot(...row);
    if (length === 0) {
      throw new EmgpuError(
        'invalid-points',
        `Row ${from / D} (counted from 0) is 0 everywhere, so it has no direction.`,
        "Remove such rows, or use metric 'euclidean'.",
      );
    }
    // A NaN goes on to whoever refuses it by its place.
    for (let d = 0; d < D; d++) row[d]! /= length;
  }
  return { ...points, data: directions };
}
