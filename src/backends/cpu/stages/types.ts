import { isWeightless, type KernelParameters } from '../../../em/types.ts';
import type { LongSums } from '../long-sums.ts';

/**
 * A log-density stage, bound to parameters: fills `out`, K × TILE, with `log wₖ + log N(x_p | k)`, −∞ for components
 * without weight. `x` is a tile, D × TILE, of which the first `count` points are looked at.
 */
export type LogDensity = (x: Float64Array, count: number, out: Float64Array) => void;

/** A moments stage, bound to centers: adds a tile's points, weighted by responsibilities (K × TILE), to its sums. */
export interface Moments {
  /** K */
  readonly counts: LongSums;
  /** K × D */
  readonly first: LongSums;
  /** As long as {@link Statistics.second} of the kind. */
  readonly second: LongSums;
  add(x: Float64Array, count: number, responsibilities: Float64Array): void;
}

/**
 * The log-normalizers with −∞ for components of weight 0 (`MIN_LOG_WEIGHT` stands for log 0), so that even a point far
 * from everything else gives them exactly 0. Where no component has weight, they stay as they are: all alike.
 */
export function liveLogNormalizers(parameters: KernelParameters): Float64Array {
  const { logNormalizers } = parameters;
  return logNormalizers.every(isWeightless)
    ? logNormalizers
    : logNormalizers.map((l) => (isWeightless(l) ? -Infinity : l));
}
