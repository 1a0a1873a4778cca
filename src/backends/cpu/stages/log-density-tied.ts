import { centerStrip } from './shared/center';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat } from './shared/vector';

/**
 * Tied covariance, ‖Uᵀ (x_p − μ_k)‖² = ‖Uᵀ (x_p − middle) − Uᵀ (μ_k − middle)‖²: transforms the points once for all
 * components, y = Uᵀ (x − middle). What remains is spherical, about the transformed means. `middle` is the mean of the μ_k:
 * it keeps y small. The shader does without.
 * @param x D × TILE
 * @param middle D
 * @param factor D × D, U, upper triangular
 * @param z D × 8, scratch
 * @param y D × TILE, written
 */
export function transform(x: usize, count: usize, d: usize, middle: usize, factor: usize, z: usize, y: usize): void {
  const bytes = stripBytes(count);
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    centerStrip(x + strip, d, middle, z);
    for (let j: usize = 0; j < d; j++) {
      let s0 = f64x2.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      for (let i: usize = 0; i <= j; i++) {
        const u = splat(factor + (i * d + j) * 8);
        const row = z + i * STRIP;
        s0 = add(s0, mul(u, v128.load(row, 0)));
        s1 = add(s1, mul(u, v128.load(row, 16)));
        s2 = add(s2, mul(u, v128.load(row, 32)));
        s3 = add(s3, mul(u, v128.load(row, 48)));
      }
      const to = y + j * ROW + strip;
      v128.store(to, s0, 0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
    }
  }
}
