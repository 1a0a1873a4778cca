import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/**
 * distance[p] = Σ_d weights_d (x_pd − center_d)².
 * @param x D × TILE
 * @param weights D
 * @param center D
 * @param distance TILE, written
 */
export function seedDistance(x: usize, count: usize, d: usize, weights: usize, center: usize, distance: usize): void {
  const bytes = stripBytes(count);
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let row = x + strip;
    for (let i: usize = 0; i < d; i++) {
      const w = splat(weights + i * 8);
      const c = splat(center + i * 8);
      s0 = add(s0, mul(w, square(sub(v128.load(row, 0), c))));
      s1 = add(s1, mul(w, square(sub(v128.load(row, 16), c))));
      s2 = add(s2, mul(w, square(sub(v128.load(row, 32), c))));
      s3 = add(s3, mul(w, square(sub(v128.load(row, 48), c))));
      row += ROW;
    }
    v128.store(distance + strip, s0, 0);
    v128.store(distance + strip, s1, 16);
    v128.store(distance + strip, s2, 32);
    v128.store(distance + strip, s3, 48);
  }
}
