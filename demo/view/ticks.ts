import { scaleLinear } from 'd3-scale';

/** Marks along an axis. */
export interface Ticks {
  readonly marks: readonly { readonly value: number; readonly text: string }[];
  /** What was taken away from the texts, where the numbers are too long to stand at every mark; else empty. */
  readonly base: string;
}

/** Marks at round numbers from `low` to `high`, about `count` of them. */
export function ticksOf(low: number, high: number, count: number): Ticks {
  const scale = scaleLinear().domain([low, high]);
  const values = scale.ticks(count);
  const step = values.length > 1 ? values[1]! - values[0]! : high - low;
  // Five digits before those that differ: what they share is said once.
  if (Math.max(Math.abs(low), Math.abs(high)) / step < 1e5) {
    const format = formatFor(values, scale.tickFormat(count));
    return { marks: values.map((value) => ({ value, text: format(value) })), base: '' };
  }
  const round = 10 ** Math.ceil(Math.log10(high - low));
  const base = Math.floor(low / round) * round;
  const differences = scaleLinear().domain([low - base, high - base]);
  const format = differences.tickFormat(count);
  const marks = differences.ticks(count).map((value) => ({ value: base + value, text: format(value) }));
  return { marks, base: base.toLocaleString('en') };
}

function formatFor(values: readonly number[], usual: (value: number) => string): (value: number) => string {
  const longest = Math.max(...values.map((value) => usual(value).length));
  if (longest <= 8) return usual;
  return (value) => (value === 0 ? '0' : value.toExponential(Math.min(3, digitsOf(values))).replace('e+', 'e'));
}

/** Digits after the point that scientific notation needs for numbers to differ. */
function digitsOf(values: readonly number[]): number {
  for (let digits = 0; digits < 3; digits++) {
    if (new Set(values.map((value) => value.toExponential(digits))).size === values.length) return digits;
  }
  return 3;
}
