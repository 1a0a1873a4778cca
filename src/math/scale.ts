/**
 * The power of two that brings `largest` near 2^target. Multiplying by it rounds nothing, and squares taken afterwards neither over- nor underflow. It is
 * 1 for 0, NaN and infinities. For the very largest and smallest numbers it is as near as a float64 factor can be.
 */
export function scaleTo(target: number, largest: number): number {
  if (!(largest > 0 && largest < Infinity)) return 1;
  return 2 ** Math.min(1023, Math.max(-1022, target - Math.floor(Math.log2(largest))));
}

/** The largest absolute value of some numbers; NaN if one of them is NaN. */
export function largestOf(numbers: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]!));
  return largest;
}
