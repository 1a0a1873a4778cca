import type { Dataset } from './types.ts';

/** What the last objectives of a run say about when to stop. All numbers are per unit of weight, which is a point where there are no weights. */
export interface Trend {
  /** The last gain; negative where the objective fell. */
  readonly gain: number;
  /** What is still to gain, as far as can be told; infinite while that cannot be told. */
  readonly remaining: number;
  /** The objective fell by more than rounding explains. */
  readonly fell: boolean;
  /** The last so many steps gained no more together than rounding explains; {@link MOST_STEPS} at most. */
  readonly idle: number;
  /** What rounding usually does to a gain. */
  readonly noise: number;
}

/** How many points there are, and what they weigh. */
export type Size = Pick<Dataset, 'nSamples' | 'totalWeight'>;

/** A smaller relative fall is never reported: components near the regulariser magnify rounding a thousandfold. */
const LEAST_FALL = 1e-9;

/** So few steps without a gain are chance, unless those before them gained so many times what rounding does. */
const FEW_STEPS = 3;
const FAR_MORE = 1000;

/** Steps over which a rate, or a gain, is told at most. */
const MOST_STEPS = 64;

/**
 * Judges a run by Aitken's Δ² estimate of its limit (Böhning et al. 1994; McLachlan & Krishnan 2008, §4.9):
 * with the rate `a` = last gain / gain before, `l∞ − l = gain · a / (1 − a)`. While gains grow (a ≥ 1) there is no limit in
 * sight. EM slows down near its limit, so a small gain alone says little; this is why `tol` bounds the remaining gain. The
 * first steps may be much faster than the last ones, so the larger of the last two rates counts. Where a gain may be rounding,
 * those of several steps together may still be told; only where those of {@link MOST_STEPS} may not, nothing is left.
 *
 * @param history objectives (totals), at least two
 * @param points that they are objectives of
 * @param precision relative rounding of one evaluation
 */
export function judge(history: readonly number[], points: Size, precision: number): Trend {
  const { totalWeight } = points;
  const last = history.length - 1;
  const gain = gainAt(history, last) / totalWeight;
  const { size, rounding, noise } = roundingOf(history[last]!, points, precision);
  const idle = countIdle(history, noise * totalWeight);
  if (gain < -Math.max(rounding, LEAST_FALL * size)) return { gain, remaining: Infinity, fell: true, idle, noise };
  const left = idle > 0 ? leftWhileIdle(history, idle, noise * totalWeight) : leftByLast(history, noise * totalWeight);
  return { gain, remaining: left / totalWeight, fell: false, idle, noise };
}

function countIdle(history: readonly number[], noise: number): number {
  const last = history.length - 1;
  let steps = 0;
  while (steps < Math.min(MOST_STEPS, last) && history[last]! - history[last - steps - 1]! <= noise) steps++;
  return steps;
}

/** By the last gain, which is more than rounding. */
function leftByLast(history: readonly number[], noise: number): number {
  const last = history.length - 1;
  const rate = Math.max(...[last, last - 1].map((step) => rateAt(history, step, noise)));
  return rate > 0 && rate < 1 ? (gainAt(history, last) * rate) / (1 - rate) : Infinity;
}

/**
 * At most: the last `idle` steps gained `noise` or less together, and those before them, as many or all there are, told how gains shrink.
 * Noise may be more than is usual, as where many points are equal and so their roundings are: one or two idle steps are chance unless those
 * before them gained far more.
 */
function leftWhileIdle(history: readonly number[], idle: number, noise: number): number {
  const from = history.length - 1 - idle;
  if (idle === MOST_STEPS || from === 0) return 0;
  const before = history[from]! - history[Math.max(0, from - idle)]!;
  if (idle < FEW_STEPS && before < FAR_MORE * noise) return Infinity;
  const rate = noise / (before - noise);
  return rate > 0 && rate < 1 ? (noise * rate) / (1 - rate) : Infinity;
}

/** The share of its rounding at worst by which a gain is off however many points there are: parameters are rounded for all of them alike. */
const COMMON = 1 / 8;

/**
 * What rounding may do to an objective: how far it may be off at worst, and, as the rounding of the points is independent, by how much a
 * gain usually is, which is smaller by √N / 2, but for what points have in common. Per unit of weight.
 */
export function roundingOf(
  objective: number,
  { nSamples, totalWeight }: Size,
  precision: number,
): { readonly size: number; readonly rounding: number; readonly noise: number } {
  const size = 1 + Math.abs(objective) / totalWeight;
  const rounding = precision * size;
  return { size, rounding, noise: rounding * Math.max(2 / Math.sqrt(nSamples), COMMON) };
}

/** What step `i` gained. */
function gainAt(history: readonly number[], i: number): number {
  return history[i]! - history[i - 1]!;
}

/**
 * The rate by which gains shrink at step `i`: over as few steps as tell it, where each gain may be off by `noise`, and at most what
 * they allow. One step does in float64; in float32 a slow run needs dozens, else one of its blurred rates would soon look fast.
 * Infinite while it cannot be told.
 */
function rateAt(history: readonly number[], i: number, noise: number): number {
  const gain = i > 0 ? gainAt(history, i) : 0;
  if (gain <= 0) return Infinity;
  for (let steps = 1; steps <= MOST_STEPS && steps < i; steps++) {
    const before = gainAt(history, i - steps);
    if (before <= noise) continue;
    if (gain - noise >= before + noise) return Infinity;
    const rate = (gain / before) ** (1 / steps);
    const atMost = ((gain + noise) / (before - noise)) ** (1 / steps);
    if (atMost - rate <= 0.5 * (1 - rate)) return atMost;
  }
  return Infinity;
}
