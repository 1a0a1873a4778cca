import { scaleLinear } from 'd3-scale';

/** Marks along an axis. */
export interface Ticks {
  readonly marks: readonly { readonly value: number; readonly text: string }[];
  /** What was taken away from the texts, where the numbers are too long to stand at every mark; else empty. */
  readonly base: string;
}

/** Characters that have room at a mark. */
const LONGEST = 8;

/** Marks at round numbers from `low` to `high`, about `count` of them. */
export function ticksOf(low: number, high: number, count: number): Ticks {
  const scale = scaleLinear().domain([low, high]);
  const values = scale.ticks(count);
  // A mark that stands alone is a multiple of a step of the extent's order at least.
  const step = values.length > 1 ? values[1]! - values[0]! : high - low;
  // Five digits before those that differ: what they share is said once.
  if (Math.max(Math.abs(low), Math.abs(high)) / step < 1e5) {
    const format = formatFor(values, step, scale.tickFormat(count));
    return { marks: values.map((value) => ({ value, text: format(value) })), base: '' };
  }
  const round = 10 ** Math.ceil(Math.log10(high - low));
  const base = Math.floor(low / round) * round;
  const differences = scaleLinear().domain([low - base, high - base]);
  const format = differences.tickFormat(count);
  const marks = differences.ticks(count).map((value) => ({ value: base + value, text: format(value) }));
  return { marks, base: base.toLocaleString('en') };
}

/** One notation for all of an axis: where a number would be too long, all are multiples of the same power of ten. */
function formatFor(values: readonly number[], step: number, usual: (value: number) => string) {
  if (values.every((value) => usual(value).length <= LONGEST)) return usual;
  const exponent = orderOf(Math.max(...values.map(Math.abs)));
  const digits = Math.max(0, exponent - orderOf(step));
  const text = (value: number) => `${(value / 10 ** exponent).toFixed(digits)}e${exponent}`.replaceAll('-', '−');
  return (value: number) => (value === 0 ? '0' : text(value));
}

/** The power of ten below a number that is not 0. Marks differ by 1, 2 or 5 times one, which must not fall short of it. */
function orderOf(value: number): number {
  return Math.floor(Math.log10(Math.abs(value) * (1 + 1e-9)));
}
