import { centerStrip } from './shared/center';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/**
 * Full covariance: l[k][p] = logNormalizer_k − ½ ‖U_kᵀ (x_p − μ_k)‖².
 *
 * Two outputs y_j = Σ_{i ≤ j} U_ij z_i are computed at a time, so `size` is D rounded up to an even number: the row of z
 * and the row and column of U that this may add are zeros.
 * @param x D × TILE
 * @param means K × D
 * @param factors K × size × size, upper triangular
 * @param logNormalizers K
 * @param z size × 8, scratch; the last row 0 where D is odd
 * @param out K × TILE, written
 */
export function logDensityFull(
  x: usize,
  count: usize,
  d: usize,
  size: usize,
  nComponents: usize,
  means: usize,
  factors: usize,
  logNormalizers: usize,
  z: usize,
  out: usize,
): void {
  const bytes = stripBytes(count);
  for (let k: usize = 0; k < nComponents; k++) {
    const logNormalizer = splat(logNormalizers + k * 8);
    for (let strip: usize = 0; strip < bytes; strip += STRIP) {
      const to = out + k * ROW + strip;
      v128.store(to, logNormalizer, 0);
      v128.store(to, logNormalizer, 16);
      v128.store(to, logNormalizer, 32);
      v128.store(to, logNormalizer, 48);
      centerStrip(x + strip, d, means + k * d * 8, z);
      subtractHalfSquares(z, size, factors + k * size * size * 8, to);
    }
  }
}

/** out −= ½ ‖Uᵀ z‖² for one strip. */
function subtractHalfSquares(z: usize, size: usize, factor: usize, out: usize): void {
  const half = f64x2.splat(0.5);
  for (let j: usize = 0; j < size; j += 2) {
    let a0 = f64x2.splat(0);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let b3 = a0;
    let u = factor + j * 8;
    let row = z;
    const end = z + (j + 2) * STRIP;
    for (; row < end; row += STRIP) {
      const ua = splat(u);
      const ub = splat(u + 8);
      const z0 = v128.load(row, 0);
      const z1 = v128.load(row, 16);
      const z2 = v128.load(row, 32);
      const z3 = v128.load(row, 48);
      a0 = add(a0, mul(ua, z0));
      a1 = add(a1, mul(ua, z1));
      a2 = add(a2, mul(ua, z2));
      a3 = add(a3, mul(ua, z3));
      b0 = add(b0, mul(ub, z0));
      b1 = add(b1, mul(ub, z1));
      b2 = add(b2, mul(ub, z2));
      b3 = add(b3, mul(ub, z3));
      u += size * 8;
    }
    v128.store(out, sub(v128.load(out, 0), mul(half, add(square(a0), square(b0)))), 0);
    v128.store(out, sub(v128.load(out, 16), mul(half, add(square(a1), square(b1)))), 16);
    v128.store(out, sub(v128.load(out, 32), mul(half, add(square(a2), square(b2)))), 32);
    v128.store(out, sub(v128.load(out, 48), mul(half, add(square(a3), square(b3)))), 48);
  }
}
