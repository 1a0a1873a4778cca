import type { Dataset } from './types.ts';

/** What the last objectives of a run say about when to stop. All numbers are per unit of weight, which is a point where there are no weights. */
export interface Trend {
  /** The last gain; negative where the objective fell. */
  readonly gain: number;
  /** An estimate of what is still to gain; infinite while there is none. */
  readonly remaining: number;
  /** The objective fell by more than its rounding explains. */
  readonly fell: boolean;
  /** It fell by more than its rounding and that of the objective before explain together. */
  readonly alarming: boolean;
  /** How many of the last steps together gained no more than rounding explains; {@link MOST_STEPS} at most. */
  readonly idle: number;
  /** What rounding usually does to a gain. */
  readonly noise: number;
}

/** How many points there are, and what they weigh. */
export type Size = Pick<Dataset, 'nSamples' | 'totalWeight'>;

/** A smaller relative fall is never reported: components near the regulariser magnify rounding a thousandfold. */
const LEAST_FALL = 1e-9;

/** Fewer idle steps than this are taken for chance, unless the gains before them were more than `FAR_MORE` times the rounding. */
const FEW_STEPS = 3;
const FAR_MORE = 1000;

/** A rate, or a gain, is taken over at most this many steps. */
export const MOST_STEPS = 64;

/**
 * Judges a run by Aitken's Δ² estimate of its limit (Böhning et al. 1994; McLachlan & Krishnan 2008, §4.9):
 * with the rate `a` = last gain / gain before, `l∞ − l = gain · a / (1 − a)`. While gains grow (a ≥ 1) there is no limit in
 * sight. EM slows down near its limit, so a small gain alone says little; this is why `tol` bounds the remaining gain. The
 * first steps may be much faster than the last ones, so the larger of the last two rates counts. Where one gain is no more than
 * rounding, the gains of several steps together are looked at; only where those of {@link MOST_STEPS} are no more either, nothing is left.
 *
 * @param history objectives (totals), at least two
 * @param points the points that the objectives are sums over
 * @param precision relative rounding of one evaluation
 */
export function judge(history: readonly number[], points: Size, precision: number): Trend {
  const { totalWeight } = points;
  const last = history.length - 1;
  const gain = gainAt(history, last) / totalWeight;
  const { size, rounding, noise } = roundingOf(history[last]!, points, precision);
  const idle = countIdle(history, noise * totalWeight);
  const fell = gain < -Math.max(rounding, LEAST_FALL * size);
  const alarming = gain < -Math.max(2 * rounding, LEAST_FALL * size);
  if (fell) return { gain, remaining: Infinity, fell, alarming, idle, noise };
  const left = idle > 0 ? leftWhileIdle(history, idle, noise * totalWeight) : leftByLast(history, noise * totalWeight);
  return { gain, remaining: left / totalWeight, fell, alarming, idle, noise };
}

function countIdle(history: readonly number[], noise: number): number {
  const last = history.length - 1;
  let steps = 0;
  while (steps < Math.min(MOST_STEPS, last) && history[last]! - history[last - steps - 1]! <= noise) steps++;
  return steps;
}

/** What is left by the last gain, which is more than rounding. */
function leftByLast(history: readonly number[], noise: number): number {
  const last = history.length - 1;
  const rate = Math.max(...[last, last - 1].map((step) => rateAt(history, step, noise)));
  return rate > 0 && rate < 1 ? (gainAt(history, last) * rate) / (1 - rate) : Infinity;
}

/**
 * What is left at most. The last `idle` steps together gained `noise` or less; the gains of as many steps before them (or of all there are) give
 * the rate at which gains shrink. Rounding may be larger than `noise`, as where many points are equal and so are their roundings: hence one or two
 * idle steps are taken for chance, unless the gains before them were far larger.
 */
function leftWhileIdle(history: readonly number[], idle: number, noise: number): number {
  const from = history.length - 1 - idle;
  if (idle === MOST_STEPS || from === 0) return 0;
  const before = history[from]! - history[Math.max(0, from - idle)]!;
  if (idle < FEW_STEPS && before < FAR_MORE * noise) return Infinity;
  const rate = noise / (before - noise);
  return rate > 0 && rate < 1 ? (noise * rate) / (1 - rate) : Infinity;
}

/** However many points there are, a gain is off by this share of the worst rounding: parameters are rounded for all points alike. */
const COMMON = 1 / 8;

/**
 * What rounding may do to an objective, per unit of weight. `rounding`: how far the objective may be off at worst; `noise`: how far a gain usually
 * is. As the roundings of the points are independent, noise is smaller by √N / 2, but never below the share that points have in common.
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
 * The rate by which gains shrink at step `i`, where each gain may be off by `noise`: an upper bound, over as few steps as make it sharp. One step
 * does in float64; in float32 a slow run needs dozens, else one of its blurred rates would soon look fast. Infinite where it cannot be known.
 */
function rateAt(history: readonly number[], i: number, noise: number): number {
  const gain = i > 0 ? gainAt(history, i) : 0;
  if (gain <= 0) return Infinity;
  let least = 0;
  for (let steps = 1; steps <= MOST_STEPS && steps < i; steps++) {
    const before = gainAt(history, i - steps);
    if (before <= noise) continue;
    if (gain - noise >= before + noise) return Infinity;
    const rate = (gain / before) ** (1 / steps);
    const atMost = ((gain + noise) / (before - noise)) ** (1 / steps);
    // Many steps at once may hold a large gain from before a plateau, and look faster than the last few can have been.
    if (atMost < least) return Infinity;
    least = Math.max(least, (Math.max(0, gain - noise) / (before + noise)) ** (1 / steps));
    if (atMost - rate <= 0.5 * (1 - rate)) return atMost;
  }
  return Infinity;
}
