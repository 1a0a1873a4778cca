/** An array of numbers of any type but `bigint`. */
export type Numbers = ArrayLike<number> & ArrayBufferView;

/** Whether all elements are known to be numbers. */
export function areNumbers(values: ArrayLike<unknown>): values is Numbers {
  return ArrayBuffer.isView(values) && typeof values[0] === 'number';
}

/**
 * Copies `from[offset]`, `from[offset + stride]`, … to `to[at]`, `to[at + step]`, … Four at once, because one at a time takes three times as long (NOTES).
 * @returns whether all of them are finite
 */
export function copyColumn(
  from: Numbers,
  offset: number,
  stride: number,
  to: Float32Array | Float64Array,
  at: number,
  step: number,
): boolean {
  // Each stays 0 as long as every number is finite: ∞ · 0 and NaN · 0 are NaN. Four sums do not wait for one another.
  let [a, b, c, d] = [0, 0, 0, 0];
  const last = from.length - 3 * stride;
  let [i, o] = [offset, at];
  for (; i < last; i += 4 * stride, o += 4 * step) {
    const x0 = from[i]!;
    const x1 = from[i + stride]!;
    const x2 = from[i + 2 * stride]!;
    const x3 = from[i + 3 * stride]!;
    to[o] = x0;
    to[o + step] = x1;
    to[o + 2 * step] = x2;
    to[o + 3 * step] = x3;
    a += x0 * 0;
    b += x1 * 0;
    c += x2 * 0;
    d += x3 * 0;
  }
  for (; i < from.length; i += stride, o += step) {
    to[o] = from[i]!;
    a += from[i]! * 0;
  }
  return a + b + c + d === 0;
}
