import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/**
 * Diagonal covariance: l[k][p] = logNormalizer_k − ½ Σ_d (u_kd (x_pd − μ_kd))² with u = 1 / σ.
 * @param x D × TILE
 * @param means K × D
 * @param factors K × D, u
 * @param logNormalizers K
 * @param out K × TILE, written
 */
export function logDensityDiag(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  means: usize,
  factors: usize,
  logNormalizers: usize,
  out: usize,
): void {
  const bytes = stripBytes(count);
  const half = f64x2.splat(0.5);
  for (let k: usize = 0; k < nComponents; k++) {
    const logNormalizer = splat(logNormalizers + k * 8);
    for (let strip: usize = 0; strip < bytes; strip += STRIP) {
      let s0 = f64x2.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let row = x + strip;
      for (let i = k * d; i < (k + 1) * d; i++) {
        const mu = splat(means + i * 8);
        const u = splat(factors + i * 8);
        s0 = add(s0, square(mul(u, sub(v128.load(row, 0), mu))));
        s1 = add(s1, square(mul(u, sub(v128.load(row, 16), mu))));
        s2 = add(s2, square(mul(u, sub(v128.load(row, 32), mu))));
        s3 = add(s3, square(mul(u, sub(v128.load(row, 48), mu))));
        row += ROW;
      }
      const to = out + k * ROW + strip;
      v128.store(to, sub(logNormalizer, mul(half, s0)), 0);
      v128.store(to, sub(logNormalizer, mul(half, s1)), 16);
      v128.store(to, sub(logNormalizer, mul(half, s2)), 32);
      v128.store(to, sub(logNormalizer, mul(half, s3)), 48);
    }
  }
}
