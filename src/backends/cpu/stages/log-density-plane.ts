import { ROW, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/**
 * Full covariance in two dimensions, as in `log-density-full.ts`, all in registers: l[k][p] = logNormalizer_k − ½ (y₀² + y₁²),
 * y₀ = u₀₀ z₀, y₁ = u₀₁ z₀ + u₁₁ z₁, z = x_p − μ_k.
 * @param x 2 × TILE
 * @param means K × 2
 * @param factors K × 2 × 2, upper triangular
 * @param logNormalizers K
 * @param out K × TILE, written
 */
export function logDensityPlane(
  x: usize,
  count: usize,
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
    const mu0 = splat(means + k * 16);
    const mu1 = splat(means + k * 16 + 8);
    const u00 = splat(factors + k * 32);
    const u01 = splat(factors + k * 32 + 8);
    const u11 = splat(factors + k * 32 + 24);
    const to = out + k * ROW;
    for (let p: usize = 0; p < bytes; p += 16) {
      const z0 = sub(v128.load(x + p), mu0);
      const z1 = sub(v128.load(x + p, ROW), mu1);
      const squares = add(square(mul(u00, z0)), square(add(mul(u01, z0), mul(u11, z1))));
      v128.store(to + p, sub(logNormalizer, mul(half, squares)));
    }
  }
}
