import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, square, sub } from './shared/vector';

/**
 * Spherical covariance: l[k][p] = logNormalizer_k − halfPrecision_k ‖x_p − μ_k‖².
 * @param x D × TILE
 * @param means K × D
 * @param halfPrecisions K
 * @param logNormalizers K
 * @param out K × TILE, written
 */
export function logDensitySpherical(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  means: usize,
  halfPrecisions: usize,
  logNormalizers: usize,
  out: usize,
): void {
  const bytes = stripBytes(count);
  for (let k: usize = 0; k < nComponents; k++) {
    const logNormalizer = splat(logNormalizers + k * 8);
    const halfPrecision = splat(halfPrecisions + k * 8);
    for (let strip: usize = 0; strip < bytes; strip += STRIP) {
      let s0 = f64x2.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let row = x + strip;
      let mean = means + k * d * 8;
      const end = mean + d * 8;
      for (; mean < end; mean += 8) {
        const mu = splat(mean);
        s0 = add(s0, square(sub(v128.load(row, 0), mu)));
        s1 = add(s1, square(sub(v128.load(row, 16), mu)));
        s2 = add(s2, square(sub(v128.load(row, 32), mu)));
        s3 = add(s3, square(sub(v128.load(row, 48), mu)));
        row += ROW;
      }
      const to = out + k * ROW + strip;
      v128.store(to, sub(logNormalizer, mul(halfPrecision, s0)), 0);
      v128.store(to, sub(logNormalizer, mul(halfPrecision, s1)), 16);
      v128.store(to, sub(logNormalizer, mul(halfPrecision, s2)), 32);
      v128.store(to, sub(logNormalizer, mul(halfPrecision, s3)), 48);
    }
  }
}
