import type { KernelParameters } from '../../../em/types.ts';
import { GROUP, padSquares, padToGroups, TILE } from '../tile.ts';
import { logDensityPlane } from './plane.ts';
import { center } from './shared/center.ts';
import { multiplyAboveDiagonal } from './shared/triangular.ts';
import type { LogDensity } from './types.ts';
import { liveLogNormalizers } from './types.ts';

/**
 * Full covariance: l[k][p] = logNormalizer_k − ½ ‖U_kᵀ (x_p − c_k)‖².
 * Features are padded to whole groups of 4 by zeros in z and U, which add nothing.
 */
export function logDensityFull(parameters: KernelParameters): LogDensity {
  const { nComponents, nFeatures: d, means } = parameters;
  if (d === 2) return logDensityPlane(parameters);
  const size = padToGroups(d);
  const factors = padSquares(parameters.precisionsCholesky, d, size);
  const logNormalizers = liveLogNormalizers(parameters);
  const z = new Float64Array(size * TILE);
  const y = new Float64Array(GROUP * TILE);
  return (x, count, out) => {
    for (let k = 0; k < nComponents; k++) {
      const u = k * size * size;
      center(x, count, d, means, k * d, z);
      out.fill(logNormalizers[k]!, k * TILE, k * TILE + count);
      for (let j = 0; j < size; j += GROUP) {
        multiplyAboveDiagonal(z, count, j, factors, u, size, y);
        subtractHalfSquares(z, j * TILE, count, factors, u + j * size + j, size, y, out, k * TILE);
      }
    }
  };
}

/** Completes four outputs by the triangle on the diagonal of U and subtracts half their squares from the log-density. */
function subtractHalfSquares(
  z: Float64Array,
  row0: number,
  count: number,
  factors: Float64Array,
  u: number,
  size: number,
  y: Float64Array,
  out: Float64Array,
  o: number,
): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  const y1 = TILE;
  const y2 = 2 * TILE;
  const y3 = 3 * TILE;
  const u00 = factors[u]!;
  const u01 = factors[u + 1]!;
  const u02 = factors[u + 2]!;
  const u03 = factors[u + 3]!;
  const u11 = factors[u + size + 1]!;
  const u12 = factors[u + size + 2]!;
  const u13 = factors[u + size + 3]!;
  const u22 = factors[u + 2 * size + 2]!;
  const u23 = factors[u + 2 * size + 3]!;
  const u33 = factors[u + 3 * size + 3]!;
  for (let p = 0; p < count; p++) {
    const z0 = z[row0 + p]!;
    const z1 = z[row1 + p]!;
    const z2 = z[row2 + p]!;
    const z3 = z[row3 + p]!;
    const a = y[p]! + u00 * z0;
    const b = y[y1 + p]! + u01 * z0 + u11 * z1;
    const c = y[y2 + p]! + u02 * z0 + u12 * z1 + u22 * z2;
    const e = y[y3 + p]! + u03 * z0 + u13 * z1 + (u23 * z2 + u33 * z3);
    out[o + p]! -= 0.5 * (a * a + b * b + (c * c + e * e));
  }
}
