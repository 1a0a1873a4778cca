import type { KernelParameters } from '../../../em/types.ts';
import { TILE } from '../tile.ts';
import { squaredDistances } from './shared/squared-distances.ts';
import { type LogDensity, liveLogNormalizers } from './types.ts';

/** Spherical covariance: l[k][p] = logNormalizer_k − ½ u_k² ‖x_p − c_k‖² with u = 1 / σ. */
export function logDensitySpherical(parameters: KernelParameters): LogDensity {
  const { nComponents, nFeatures: d, means, precisionsCholesky } = parameters;
  const logNormalizers = liveLogNormalizers(parameters);
  return (x, count, out) => {
    squaredDistances(x, count, d, means, 0, nComponents, out);
    for (let k = 0; k < nComponents; k++) {
      const halfPrecision = 0.5 * precisionsCholesky[k]! * precisionsCholesky[k]!;
      distanceToLogDensity(out, k * TILE, count, halfPrecision, logNormalizers[k]!);
    }
  };
}

/** In place: l = logNormalizer − halfPrecision · distance. */
export function distanceToLogDensity(
  values: Float64Array,
  o: number,
  count: number,
  halfPrecision: number,
  logNormalizer: number,
): void {
  for (let p = o; p < o + count; p++) values[p] = logNormalizer - halfPrecision * values[p]!;
}
