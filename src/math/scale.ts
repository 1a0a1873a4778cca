/**
 * The power of two that brings a number near 2^target: a multiplication by it rounds nothing, and what is squared afterwards neither over- nor
 * underflows. 1 for 0, and for what is no number or infinite. Of the very largest and smallest numbers it is as near as a factor can be.
 */
export function scaleTo(target: number, largest: number): number {
  if (!(largest > 0 && largest < Infinity)) return 1;
  return 2 ** Math.min(1023, Math.max(-1022, target - Math.floor(Math.log2(largest))));
}

/** The largest absolute value of some numbers; NaN where one is. */
export function largestOf(numbers: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]!));
  return largest;
}
