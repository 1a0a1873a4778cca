import type { Statistics } from '../em/types.ts';
import { entriesOf, type MomentForm } from './entries.ts';

/**
 * `W_k = Σ r (x − μ_k)(x − μ_k)ᵀ` about given means, from moments about the statistics' centres: with `e = μ − c`,
 * `W = s₂ − e s₁ᵀ − s₁ eᵀ + N e eᵀ`. In float64, and exact as long as the means are near the centres.
 * @param means at least K × D; components of the statistics beyond K (noise) are left out
 * @param K how many components to take
 * @returns K moments of this form, or one where the statistics have only their sum (tied)
 */
export function scatterAbout(statistics: Statistics, form: MomentForm, means: Float64Array, K: number): Float64Array {
  const { nFeatures: D, counts, centers, first, second, kind } = statistics;
  const { size, slot, row, column } = entriesOf(form, D);
  const summed = kind === 'tied';
  const scatter = second.slice(0, (summed ? 1 : K) * size);
  for (let k = 0; k < K; k++) {
    const to = summed ? 0 : k * size;
    const at = k * D;
    for (let e = 0; e < slot.length; e++) {
      const i = at + row[e]!;
      const j = at + column[e]!;
      const ei = means[i]! - centers[i]!;
      const ej = means[j]! - centers[j]!;
      scatter[to + slot[e]!]! += counts[k]! * ei * ej - ei * first[j]! - first[i]! * ej;
    }
  }
  return scatter;
}

const FORMS: Record<string, MomentForm | undefined> = {
  full: 'matrix',
  tied: 'matrix',
  spherical: 'scalar',
  'k-means': undefined,
};

/** The same sums about other centres, K × D, so that the sums of different iterations can be added. */
export function recenter(statistics: Statistics, centers: Float64Array): Statistics {
  const { nComponents: K, nFeatures: D, counts, kind } = statistics;
  const form = kind in FORMS ? FORMS[kind] : 'diagonal';
  const first = statistics.first.map((s, i) => {
    return s - counts[Math.floor(i / D)]! * (centers[i]! - statistics.centers[i]!);
  });
  return {
    ...statistics,
    centers,
    first,
    second: form ? scatterAbout(statistics, form, centers, K) : statistics.second,
  };
}

/** `shareOfA · a + shareOfB · b`, for sums about the same centres; the objective is b's. */
export function mixStatistics(a: Statistics, b: Statistics, shareOfA: number, shareOfB: number): Statistics {
  const mix = (x: Float64Array, y: Float64Array) => x.map((value, i) => shareOfA * value + shareOfB * y[i]!);
  return {
    ...b,
    nSamples: a.nSamples + b.nSamples,
    totalWeight: shareOfA * a.totalWeight + shareOfB * b.totalWeight,
    counts: mix(a.counts, b.counts),
    first: mix(a.first, b.first),
    second: mix(a.second, b.second),
  };
}

/** The sum of K moments of `size` numbers each. */
export function pool(moments: Float64Array, size: number): Float64Array {
  const sum = new Float64Array(size);
  moments.forEach((value, i) => {
    sum[i % size]! += value;
  });
  return sum;
}
