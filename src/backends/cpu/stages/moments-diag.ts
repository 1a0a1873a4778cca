import { addLong, LONG } from './shared/long-sums';
import { sumRow } from './shared/sum-row';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, mul, splat, sub, sumLanes } from './shared/vector';

/**
 * Adds Σ r, Σ r z and Σ r z² per component and feature, z = x − μ_k, to long sums.
 * @param x D × TILE
 * @param means K × D
 * @param responsibilities K × TILE
 * @param counts K
 * @param first K × D
 * @param second K × D (diag), or, with `traces`, K sums over the features (spherical)
 */
export function momentsDiag(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  means: usize,
  responsibilities: usize,
  counts: usize,
  first: usize,
  second: usize,
  traces: bool,
): void {
  const bytes = stripBytes(count);
  for (let k: usize = 0; k < nComponents; k++) {
    const r = responsibilities + k * ROW;
    const weight = sumRow(r, bytes);
    if (weight === 0) continue;
    addLong(counts + k * LONG, weight);
    for (let i: usize = 0; i < d; i++) {
      const at = k * d + i;
      addFeature(x + i * ROW, bytes, means + at * 8, r, first + at * LONG, second + (traces ? k : at) * LONG);
    }
  }
}

function addFeature(x: usize, bytes: usize, mean: usize, r: usize, first: usize, second: usize): void {
  const mu = splat(mean);
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const end = x + bytes;
  for (; x < end; x += STRIP) {
    const z0 = sub(v128.load(x, 0), mu);
    const z1 = sub(v128.load(x, 16), mu);
    const z2 = sub(v128.load(x, 32), mu);
    const z3 = sub(v128.load(x, 48), mu);
    const w0 = mul(v128.load(r, 0), z0);
    const w1 = mul(v128.load(r, 16), z1);
    const w2 = mul(v128.load(r, 32), z2);
    const w3 = mul(v128.load(r, 48), z3);
    a0 = add(a0, w0);
    a1 = add(a1, w1);
    a2 = add(a2, w2);
    a3 = add(a3, w3);
    b0 = add(b0, mul(w0, z0));
    b1 = add(b1, mul(w1, z1));
    b2 = add(b2, mul(w2, z2));
    b3 = add(b3, mul(w3, z3));
    r += STRIP;
  }
  addLong(first, sumLanes(add(add(a0, a1), add(a2, a3))));
  addLong(second, sumLanes(add(add(b0, b1), add(b2, b3))));
}
