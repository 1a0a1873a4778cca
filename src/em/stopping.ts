/** What the last objectives of a run say about when to stop. All numbers are per point. */
export interface Trend {
  /** The last gain; negative where the objective fell. */
  readonly gain: number;
  /** What is still to gain, as far as can be told; infinite while that cannot be told. */
  readonly remaining: number;
  /** The objective fell by more than rounding explains. */
  readonly fell: boolean;
}

/** A smaller relative fall is never reported: components near the regulariser magnify rounding a thousandfold. */
const LEAST_FALL = 1e-9;

/**
 * Judges a run by Aitken's Δ² estimate of its limit (Böhning et al. 1994; McLachlan & Krishnan 2008, §4.9):
 * with the rate `a` = last gain / gain before, `l∞ − l = gain · a / (1 − a)`. While gains grow (a ≥ 1) there is no limit in
 * sight. EM slows down near its limit, so a small gain alone says little; this is why `tol` bounds the remaining gain. The
 * first steps may be much faster than the last ones, so the larger of the last two rates counts.
 *
 * @param history objectives (totals), at least two
 * @param nSamples N
 * @param precision relative rounding of one evaluation
 */
export function judge(history: readonly number[], nSamples: number, precision: number): Trend {
  const [previous, last] = [history.at(-2)!, history.at(-1)!];
  const gain = (last - previous) / nSamples;
  const size = 1 + Math.abs(last) / nSamples;
  const rounding = precision * size;
  if (gain < -Math.max(rounding, LEAST_FALL * size)) return { gain, remaining: Infinity, fell: true };
  // The rounding of the points is independent, so that of their mean is smaller by √N; below it a gain is none.
  if (gain <= (2 * rounding) / Math.sqrt(nSamples)) return { gain, remaining: 0, fell: false };
  const rate = Math.max(rateAt(history, history.length - 1), rateAt(history, history.length - 2));
  const remaining = rate > 0 && rate < 1 ? (gain * rate) / (1 - rate) : Infinity;
  return { gain, remaining, fell: false };
}

/** The gain at `i` over the gain before; infinite where the history does not reach back that far. */
function rateAt(history: readonly number[], i: number): number {
  if (i < 2) return Infinity;
  const before = history[i - 1]! - history[i - 2]!;
  // After a step that gained nothing or lost, no rate can be told.
  return before > 0 ? (history[i]! - history[i - 1]!) / before : Infinity;
}
