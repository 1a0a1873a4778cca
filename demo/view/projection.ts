import type { HostPoints } from 'emgpu';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { ViewChoice } from '../models/choices.ts';
import type { Projection } from './types.ts';

/** Products that principal axes are computed from, at most: more rows would not change what one sees. */
const MOST_PRODUCTS = 2e7;

/** The plane that a choice names. Columns that are not there become the first two. */
export function projectionFor(points: HostPoints, plane: ViewChoice['plane']): Projection {
  return plane === 'principal' && points.nFeatures > 2 ? principalAxes(points) : columns(points, plane);
}

/** Whether all of a plane is one column, along the horizontal. */
export function isLine({ rows }: Projection): boolean {
  return rows[1].every((part) => part === 0);
}

/** The name of column d, for people. */
export function columnName({ featureNames }: HostPoints, d: number): string {
  return featureNames?.[d] ?? `column ${d}`;
}

/** Every `stride`-th row, so that there are at most `most`. */
export function strideFor(nRows: number, most: number): number {
  return Math.max(1, Math.ceil(nRows / most));
}

function columns(points: HostPoints, plane: ViewChoice['plane']): Projection {
  const D = points.nFeatures;
  const [i, j] = plane !== 'principal' && Math.max(...plane) < D ? plane : [0, Math.min(1, D - 1)];
  const origin = points.data.slice(0, D);
  // One column alone is spread along the horizontal; the vertical is then the same number for all.
  const lone = i === j;
  return {
    rows: [unit(D, i), lone ? new Float64Array(D) : unit(D, j)],
    origin: Float64Array.from(origin),
    offset: [origin[i]!, lone ? 0 : origin[j]!],
    names: [columnName(points, i), lone ? '' : columnName(points, j)],
  };
}

function unit(length: number, at: number): Float64Array {
  const row = new Float64Array(length);
  row[at] = 1;
  return row;
}

/** Directions of the largest variance; coordinates are counted from the mean. */
function principalAxes(points: HostPoints): Projection {
  const { mean, covariance } = moments(points);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0) || 1;
  const axis = (rank: number) => upright(Float64Array.from(eigenvectorMatrix.getColumn(order[rank]!)));
  const name = (rank: number) => `PC ${rank + 1} (${Math.round((100 * realEigenvalues[order[rank]!]!) / total)} %)`;
  return { rows: [axis(0), axis(1)], origin: mean, offset: [0, 0], names: [name(0), name(1)] };
}

/** An eigenvector's sign is arbitrary; this one makes the largest part positive, so that pictures do not flip. */
function upright(axis: Float64Array): Float64Array {
  const largest = axis.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most), 0);
  return largest < 0 ? axis.map((part) => -part) : axis;
}

function moments({ data, nFeatures: D }: HostPoints): { mean: Float64Array; covariance: Matrix } {
  const nRows = data.length / D;
  const stride = strideFor(nRows, Math.ceil((2 * MOST_PRODUCTS) / (D * (D + 1))));
  const mean = new Float64Array(D);
  let count = 0;
  for (let n = 0; n < nRows; n += stride, count++) for (let d = 0; d < D; d++) mean[d]! += data[n * D + d]!;
  for (let d = 0; d < D; d++) mean[d]! /= count;
  const covariance = Matrix.zeros(D, D);
  const centred = new Float64Array(D);
  for (let n = 0; n < nRows; n += stride) {
    for (let d = 0; d < D; d++) centred[d] = data[n * D + d]! - mean[d]!;
    for (let i = 0; i < D; i++) {
      for (let j = 0; j <= i; j++) covariance.set(i, j, covariance.get(i, j) + centred[i]! * centred[j]!);
    }
  }
  for (let i = 0; i < D; i++) for (let j = 0; j < i; j++) covariance.set(j, i, covariance.get(i, j));
  return { mean, covariance: covariance.div(count) };
}

/** Coordinates in the plane of one point, of which `at` is the first number in `data`. */
export function project({ rows, origin, offset }: Projection, data: ArrayLike<number>, at = 0): [number, number] {
  let [u, v] = offset;
  for (let d = 0; d < origin.length; d++) {
    const x = data[at + d]! - origin[d]!;
    u += rows[0][d]! * x;
    v += rows[1][d]! * x;
  }
  return [u, v];
}

/** Coordinates in the plane of every stride-th point, at most `most` of them: u, v, u, v, … */
export function projectSample(projection: Projection, { data, nFeatures: D }: HostPoints, most: number): Float64Array {
  const nRows = data.length / D;
  const stride = strideFor(nRows, most);
  const plane = new Float64Array(2 * Math.ceil(nRows / stride));
  for (let n = 0, i = 0; n < nRows; n += stride, i += 2) plane.set(project(projection, data, n * D), i);
  return plane;
}
