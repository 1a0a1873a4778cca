import { scaleLinear } from 'd3-scale';

/** Of a digit in a chart's texts, pixels, with the widest of system fonts; separators are narrower. */
const DIGIT = 6.5;
/** Of the tick and what is left free beside it, pixels. */
const TICK = 12;

/** Pixels left of an upright axis from `low` to `high` that its numbers need, of which there are about `ticks`. */
export function marginFor([low, high]: readonly [number, number], ticks: number): number {
  const scale = scaleLinear().domain([low, high]);
  const format = scale.tickFormat(ticks);
  return TICK + DIGIT * Math.max(4, ...scale.ticks(ticks).map((value) => format(value).length));
}
