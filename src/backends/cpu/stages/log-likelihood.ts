import { STRIP, stripBytes } from './shared/tile';
import { add, mul, sumLanes } from './shared/vector';

/** Points whose totals are multiplied: each is in [1, K], so with K ≤ 2³¹ the product stays below 2^1000. */
const GROUP: usize = 32;

/**
 * A tile's log-likelihood Σ (peak[p] + log total[p]) but for its logarithms, of which one for 32 points will do: returns Σ peak.
 * @param peak TILE, 0 from point `count` to the end of its strip
 * @param total TILE, 1 there
 * @param products TILE / 32, written as far as there are points: Π total of 32 points each
 */
export function logLikelihood(peak: usize, total: usize, count: usize, products: usize): f64 {
  const bytes = stripBytes(count);
  let sum: f64 = 0;
  for (let from: usize = 0; from < bytes; from += GROUP * 8) {
    const to = min(from + GROUP * 8, bytes);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let p0 = f64x2.splat(1);
    let p1 = p0;
    for (let p = from; p < to; p += STRIP) {
      s0 = add(s0, add(v128.load(peak + p, 0), v128.load(peak + p, 16)));
      s1 = add(s1, add(v128.load(peak + p, 32), v128.load(peak + p, 48)));
      p0 = mul(p0, mul(v128.load(total + p, 0), v128.load(total + p, 16)));
      p1 = mul(p1, mul(v128.load(total + p, 32), v128.load(total + p, 48)));
    }
    sum += sumLanes(add(s0, s1));
    const product = mul(p0, p1);
    store<f64>(products, f64x2.extract_lane(product, 0) * f64x2.extract_lane(product, 1));
    products += 8;
  }
  return sum;
}
