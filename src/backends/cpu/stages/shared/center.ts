import { ROW, STRIP } from './tile';
import { splat, sub } from './vector';

/**
 * z = x − c for one strip of points.
 * @param x the strip within the first row of a tile
 * @param mean D
 * @param z D × 8 points, written
 */
export function centerStrip(x: usize, d: usize, mean: usize, z: usize): void {
  const end = mean + d * 8;
  for (; mean < end; mean += 8) {
    const c = splat(mean);
    v128.store(z, sub(v128.load(x, 0), c), 0);
    v128.store(z, sub(v128.load(x, 16), c), 16);
    v128.store(z, sub(v128.load(x, 32), c), 32);
    v128.store(z, sub(v128.load(x, 48), c), 48);
    x += ROW;
    z += STRIP;
  }
}
