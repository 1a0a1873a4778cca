import type { KernelParameters } from '../../../em/types.ts';
import { GROUP, padSquares, padToGroups, TILE } from '../tile.ts';
import { distanceToLogDensity } from './log-density-spherical.ts';
import { center } from './shared/center.ts';
import { squaredDistances } from './shared/squared-distances.ts';
import { multiplyAboveDiagonal } from './shared/triangular.ts';
import { type LogDensity, liveLogNormalizers } from './types.ts';

/**
 * Tied covariance: l[k][p] = logNormalizer_k − ½ ‖y_p − b_k‖². The points are transformed once, y = Uᵀ (x − m), and so
 * are the centers, b = Uᵀ (c − m); what remains is spherical. m is the mean of the centers, to keep y small.
 */
export function logDensityTied(parameters: KernelParameters): LogDensity {
  const { nComponents, nFeatures: d, means } = parameters;
  const size = padToGroups(d);
  const factors = padSquares(parameters.precisionsCholesky, d, size);
  const logNormalizers = liveLogNormalizers(parameters);
  const middle = meanOfRows(means, nComponents, d);
  const centers = transformRows(means, nComponents, d, middle, parameters.precisionsCholesky);
  const z = new Float64Array(size * TILE);
  const y = new Float64Array(size * TILE);
  return (x, count, out) => {
    center(x, count, d, middle, 0, z);
    for (let j = 0; j < size; j += GROUP) {
      const rows = y.subarray(j * TILE, (j + GROUP) * TILE);
      multiplyAboveDiagonal(z, count, j, factors, 0, size, rows);
      addTriangle(z, j, count, factors, size, rows);
    }
    squaredDistances(y, count, d, centers, 0, nComponents, out);
    for (let k = 0; k < nComponents; k++) {
      distanceToLogDensity(out, k * TILE, count, 0.5, logNormalizers[k]!);
    }
  };
}

/** Completes output rows j … j + 3 by the triangle on the diagonal of U. Once per point: plain loops suffice. */
function addTriangle(z: Float64Array, j: number, count: number, factors: Float64Array, size: number, y: Float64Array) {
  for (let row = 0; row < GROUP; row++) {
    for (let i = 0; i <= row; i++) {
      const u = factors[(j + i) * size + j + row]!;
      const from = (j + i) * TILE;
      const to = row * TILE;
      for (let p = 0; p < count; p++) y[to + p]! += u * z[from + p]!;
    }
  }
}

function meanOfRows(rows: Float64Array, n: number, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let k = 0; k < n; k++) for (let i = 0; i < d; i++) mean[i]! += rows[k * d + i]! / n;
  return mean;
}

/** Uᵀ (row − middle) for each of n rows. */
function transformRows(
  rows: Float64Array,
  n: number,
  d: number,
  middle: Float64Array,
  factor: Float64Array,
): Float64Array {
  const out = new Float64Array(n * d);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < d; i++) {
      const z = rows[k * d + i]! - middle[i]!;
      for (let j = i; j < d; j++) out[k * d + j]! += factor[i * d + j]! * z;
    }
  }
  return out;
}
