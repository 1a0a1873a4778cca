import type { KernelParameters } from '../../../em/types.ts';
import { TILE } from '../tile.ts';
import { type LogDensity, liveLogNormalizers } from './types.ts';

/** Diagonal covariance: l[k][p] = logNormalizer_k − ½ Σ_d (u_kd (x_pd − c_kd))² with u = 1 / σ. */
export function logDensityDiag(parameters: KernelParameters): LogDensity {
  const { nComponents, nFeatures: d, means, precisionsCholesky } = parameters;
  const logNormalizers = liveLogNormalizers(parameters);
  return (x, count, out) => {
    for (let k = 0; k < nComponents; k++) {
      const o = k * TILE;
      out.fill(logNormalizers[k]!, o, o + count);
      let i = 0;
      for (; i + 4 <= d; i += 4) subtract4(x, i * TILE, count, means, precisionsCholesky, k * d + i, out, o);
      for (; i < d; i++) subtract1(x, i * TILE, count, means[k * d + i]!, precisionsCholesky[k * d + i]!, out, o);
    }
  };
}

function subtract1(
  x: Float64Array,
  row: number,
  count: number,
  c: number,
  u: number,
  out: Float64Array,
  o: number,
): void {
  for (let p = 0; p < count; p++) {
    const y = u * (x[row + p]! - c);
    out[o + p]! -= 0.5 * (y * y);
  }
}

function subtract4(
  x: Float64Array,
  row0: number,
  count: number,
  means: Float64Array,
  factors: Float64Array,
  at: number,
  out: Float64Array,
  o: number,
): void {
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  const c0 = means[at]!;
  const c1 = means[at + 1]!;
  const c2 = means[at + 2]!;
  const c3 = means[at + 3]!;
  const u0 = factors[at]!;
  const u1 = factors[at + 1]!;
  const u2 = factors[at + 2]!;
  const u3 = factors[at + 3]!;
  for (let p = 0; p < count; p++) {
    const y0 = u0 * (x[row0 + p]! - c0);
    const y1 = u1 * (x[row1 + p]! - c1);
    const y2 = u2 * (x[row2 + p]! - c2);
    const y3 = u3 * (x[row3 + p]! - c3);
    out[o + p]! -= 0.5 * (y0 * y0 + y1 * y1 + (y2 * y2 + y3 * y3));
  }
}
