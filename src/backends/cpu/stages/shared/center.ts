import { ROW, STRIP } from './tile';
import { splat, sub } from './vector';

/**
 * z = x − μ for one strip of points.
 * @param x the strip within the first row of a tile
 * @param mean D
 * @param z D × 8 points, written
 */
export function centerStrip(x: usize, d: usize, mean: usize, z: usize): void {
  const end = mean + d * 8;
  for (; mean < end; mean += 8) {
    const mu = splat(mean);
    v128.store(z, sub(v128.load(x, 0), mu), 0);
    v128.store(z, sub(v128.load(x, 16), mu), 16);
    v128.store(z, sub(v128.load(x, 32), mu), 32);
    v128.store(z, sub(v128.load(x, 48), mu), 48);
    x += ROW;
    z += STRIP;
  }
}
