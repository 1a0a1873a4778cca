import { ROW, STRIP, stripBytes } from './shared/tile';
import { mul } from './shared/vector';

/**
 * r[k][p] *= w[p]: what a point with a weight adds to the sums of the M-step.
 * @param values K × TILE: responsibilities, 0 from point `count` to the end of its strip
 * @param weights TILE
 */
export function weigh(values: usize, count: usize, nComponents: usize, weights: usize): void {
  const bytes = stripBytes(count);
  const end = values + nComponents * ROW;
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    const w0 = v128.load(weights + strip, 0);
    const w1 = v128.load(weights + strip, 16);
    const w2 = v128.load(weights + strip, 32);
    const w3 = v128.load(weights + strip, 48);
    for (let at = values + strip; at < end; at += ROW) {
      v128.store(at, mul(v128.load(at, 0), w0), 0);
      v128.store(at, mul(v128.load(at, 16), w1), 16);
      v128.store(at, mul(v128.load(at, 32), w2), 32);
      v128.store(at, mul(v128.load(at, 48), w3), 48);
    }
  }
}
