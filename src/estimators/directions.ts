import { checkPoints, type HostPoints, isDevicePoints } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import { largestOf, scaleTo } from '../math/scale.ts';
import { isStream, type PointSource } from './session.ts';

/**
 * Rows divided by their Euclidean lengths: what the metric `cosine` compares. Throws `invalid-points` for a row of length 0, which has
 * no direction.
 */
export function normalizeRows(points: PointSource): HostPoints {
  if (!isStream(points)) checkPoints(points);
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
    // A NaN is passed on: loading refuses it, naming its place.
    if (!bringToLengthOne(row) && largestOf(row) === 0) refuseZero(from / D);
  }
  return { ...points, data: directions };
}

/** Divides a vector by its length, however long or short it is; false, and the vector as it was, where it has no direction. */
export function bringToLengthOne(vector: Float64Array): boolean {
  const largest = largestOf(vector);
  if (!(largest > 0 && largest < Infinity)) return false;
  const scale = scaleTo(0, largest);
  for (let d = 0; d < vector.length; d++) vector[d]! *= scale;
  const length = Math.hypot(...vector);
  for (let d = 0; d < vector.length; d++) vector[d]! /= length;
  return true;
}

/** Throws `invalid-points` for a row of length 0. */
export function refuseZero(row: number): never {
  throw new EmgpuError(
    'invalid-points',
    `Row ${row} (counted from 0) is 0 everywhere, so it has no direction.`,
    "Remove such rows, or use metric 'euclidean'.",
  );
}
