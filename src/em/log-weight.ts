/** Stands for log 0: finite, because WGSL may assume that no infinity exists. */
export const MIN_LOG_WEIGHT = -1e6;

/** `log w`, or {@link MIN_LOG_WEIGHT} where the weight is 0. */
export function logWeight(weight: number): number {
  return weight > 0 ? Math.log(weight) : MIN_LOG_WEIGHT;
}

/** Whether a normalizer is that of a component without weight: no real one comes near (128 features at e^±90,000). */
export function isWeightless(logNormalizer: number): boolean {
  return logNormalizer < MIN_LOG_WEIGHT / 2;
}
