import type { KernelParameters } from '../../../em/types.ts';
import { LongSums } from '../long-sums.ts';
import { TILE } from '../tile.ts';
import { sumRow } from './shared/sum-row.ts';
import type { Moments } from './types.ts';

/**
 * Σ r, Σ r z and Σ r z² per component and feature, z = x − c_k. `second` is K × D (diag) or, summed over the features,
 * K traces (spherical).
 */
export function momentsDiag(parameters: KernelParameters, layout: 'diagonals' | 'traces'): Moments {
  const { nComponents, nFeatures: d, means } = parameters;
  const counts = new LongSums(nComponents);
  const first = new LongSums(nComponents * d);
  const second = new LongSums(layout === 'traces' ? nComponents : nComponents * d);
  const sums = new Float64Array(2 * d);
  const add = (x: Float64Array, count: number, responsibilities: Float64Array) => {
    for (let k = 0; k < nComponents; k++) {
      const r = k * TILE;
      const weight = sumRow(responsibilities, r, count);
      if (weight === 0) continue;
      counts.add(k, weight);
      let i = 0;
      for (; i + 4 <= d; i += 4) sum4(x, i, count, means, k * d + i, responsibilities, r, sums);
      for (; i < d; i++) sum1(x, i, count, means[k * d + i]!, responsibilities, r, sums);
      for (i = 0; i < d; i++) {
        first.add(k * d + i, sums[2 * i]!);
        second.add(layout === 'traces' ? k : k * d + i, sums[2 * i + 1]!);
      }
    }
  };
  return { counts, first, second, add };
}

/** Writes Σ r z and Σ r z² of feature i to `sums[2i]` and `sums[2i + 1]`. */
function sum1(
  x: Float64Array,
  i: number,
  count: number,
  c: number,
  responsibilities: Float64Array,
  r: number,
  sums: Float64Array,
): void {
  const row = i * TILE;
  let first = 0;
  let second = 0;
  for (let p = 0; p < count; p++) {
    const z = x[row + p]! - c;
    const w = responsibilities[r + p]! * z;
    first += w;
    second += w * z;
  }
  sums[2 * i] = first;
  sums[2 * i + 1] = second;
}

/** The same for features i … i + 3; eight sums are enough to hide the latency of an addition. */
function sum4(
  x: Float64Array,
  i: number,
  count: number,
  means: Float64Array,
  c: number,
  responsibilities: Float64Array,
  r: number,
  sums: Float64Array,
): void {
  const row0 = i * TILE;
  const row1 = row0 + TILE;
  const row2 = row1 + TILE;
  const row3 = row2 + TILE;
  const c0 = means[c]!;
  const c1 = means[c + 1]!;
  const c2 = means[c + 2]!;
  const c3 = means[c + 3]!;
  let first0 = 0;
  let first1 = 0;
  let first2 = 0;
  let first3 = 0;
  let second0 = 0;
  let second1 = 0;
  let second2 = 0;
  let second3 = 0;
  for (let p = 0; p < count; p++) {
    const weight = responsibilities[r + p]!;
    const z0 = x[row0 + p]! - c0;
    const w0 = weight * z0;
    first0 += w0;
    second0 += w0 * z0;
    const z1 = x[row1 + p]! - c1;
    const w1 = weight * z1;
    first1 += w1;
    second1 += w1 * z1;
    const z2 = x[row2 + p]! - c2;
    const w2 = weight * z2;
    first2 += w2;
    second2 += w2 * z2;
    const z3 = x[row3 + p]! - c3;
    const w3 = weight * z3;
    first3 += w3;
    second3 += w3 * z3;
  }
  const s = 2 * i;
  sums[s] = first0;
  sums[s + 1] = second0;
  sums[s + 2] = first1;
  sums[s + 3] = second1;
  sums[s + 4] = first2;
  sums[s + 5] = second2;
  sums[s + 6] = first3;
  sums[s + 7] = second3;
}
