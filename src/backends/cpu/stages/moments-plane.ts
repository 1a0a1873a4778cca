import { addLong, LONG } from './shared/long-sums';
import { ROW, stripBytes } from './shared/tile';
import { add, mul, splat, sub, sumLanes } from './shared/vector';

/**
 * Adds Σ r, Σ r z and the lower triangle of Σ r z zᵀ per component, z = x − μ_k, to long sums: as `moments-full.ts`, in two
 * dimensions, where all six sums stay in registers.
 * @param x 2 × TILE
 * @param means K × 2
 * @param responsibilities K × TILE
 * @param counts K
 * @param first K × 2
 * @param second packed triangles, 3 numbers each: K (full), or one for all components (`tied`)
 */
export function momentsPlane(
  x: usize,
  count: usize,
  nComponents: usize,
  means: usize,
  responsibilities: usize,
  counts: usize,
  first: usize,
  second: usize,
  tied: bool,
): void {
  const bytes = stripBytes(count);
  for (let k: usize = 0; k < nComponents; k++) {
    const triangle = tied ? second : second + k * 3 * LONG;
    addComponent(
      x,
      bytes,
      means + k * 16,
      responsibilities + k * ROW,
      counts + k * LONG,
      first + k * 2 * LONG,
      triangle,
    );
  }
}

/** Sums s and t take turns: an addition need not wait for the one before. */
function addComponent(
  x: usize,
  bytes: usize,
  mean: usize,
  r: usize,
  count: usize,
  first: usize,
  triangle: usize,
): void {
  const mu0 = splat(mean);
  const mu1 = splat(mean + 8);
  const zero = f64x2.splat(0);
  let s = zero;
  let s0 = zero;
  let s1 = zero;
  let s00 = zero;
  let s10 = zero;
  let s11 = zero;
  let t = zero;
  let t0 = zero;
  let t1 = zero;
  let t00 = zero;
  let t10 = zero;
  let t11 = zero;
  for (let p: usize = 0; p < bytes; p += 32) {
    const ra = v128.load(r + p);
    const a0 = sub(v128.load(x + p), mu0);
    const a1 = sub(v128.load(x + p, ROW), mu1);
    const ra0 = mul(ra, a0);
    const ra1 = mul(ra, a1);
    s = add(s, ra);
    s0 = add(s0, ra0);
    s1 = add(s1, ra1);
    s00 = add(s00, mul(ra0, a0));
    s10 = add(s10, mul(ra1, a0));
    s11 = add(s11, mul(ra1, a1));
    const rb = v128.load(r + p, 16);
    const b0 = sub(v128.load(x + p, 16), mu0);
    const b1 = sub(v128.load(x + p, ROW + 16), mu1);
    const rb0 = mul(rb, b0);
    const rb1 = mul(rb, b1);
    t = add(t, rb);
    t0 = add(t0, rb0);
    t1 = add(t1, rb1);
    t00 = add(t00, mul(rb0, b0));
    t10 = add(t10, mul(rb1, b0));
    t11 = add(t11, mul(rb1, b1));
  }
  addLong(count, sumLanes(add(s, t)));
  addLong(first, sumLanes(add(s0, t0)));
  addLong(first + LONG, sumLanes(add(s1, t1)));
  addLong(triangle, sumLanes(add(s00, t00)));
  addLong(triangle + LONG, sumLanes(add(s10, t10)));
  addLong(triangle + 2 * LONG, sumLanes(add(s11, t11)));
}
