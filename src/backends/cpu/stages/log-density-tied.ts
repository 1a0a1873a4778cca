import { centerStrip } from './shared/center';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat } from './shared/vector';

/**
 * Tied covariance, ‖Uᵀ (x − m) − Uᵀ (c − m)‖²: transforms the points, y = Uᵀ (x − m), once for all components. What
 * remains is spherical. m is the mean of the centers, to keep y small.
 * @param x D × TILE
 * @param mean D, m
 * @param factor D × D, U, upper triangular
 * @param z D × 8, scratch
 * @param y D × TILE, written
 */
export function transform(x: usize, count: usize, d: usize, mean: usize, factor: usize, z: usize, y: usize): void {
  const bytes = stripBytes(count);
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    centerStrip(x + strip, d, mean, z);
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
