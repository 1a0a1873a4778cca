import type { PixelMap } from './camera.ts';
import { type Ticks, ticksOf } from './ticks.ts';
import type { Camera, Plot } from './types.ts';

/** Marks of both axes. */
export interface AxisTicks {
  readonly x: Ticks;
  readonly y: Ticks;
}

/** Marks for what a camera sees in a view of so many CSS pixels. */
export function axisTicks({ x, y, width, height }: Camera, size: { width: number; height: number }): AxisTicks {
  return {
    x: ticksOf(x - width / 2, x + width / 2, Math.max(2, Math.min(10, Math.floor(size.width / 90)))),
    y: ticksOf(y - height / 2, y + height / 2, Math.max(2, Math.min(8, Math.floor(size.height / 60)))),
  };
}

/** The plot in a view of this size: what the marks and names of the axes leave. */
export function plotFor(size: { width: number; height: number }, { y }: AxisTicks): Plot {
  // Room for four characters always, so that the plot seldom shifts while it moves.
  const longest = Math.max(4, ...y.marks.map(({ text }) => text.length));
  const [left, top, right, bottom] = [Math.ceil(34 + 6.7 * longest), 8, 20, 44];
  return {
    ...{ left, top },
    width: Math.max(1, size.width - left - right),
    height: Math.max(1, size.height - top - bottom),
  };
}

interface Props {
  readonly plot: Plot;
  readonly map: PixelMap;
  readonly ticks: AxisTicks;
  readonly names: readonly [string, string];
}

/** Two axes with marks at round numbers, and their names; one without a name, as where there is one column only, has no marks. */
export function Axes({ plot: { left, top, width, height }, map, ticks, names }: Props) {
  const [right, bottom] = [left + width, top + height];
  const nameOf = (i: 0 | 1, { base }: Ticks) => (base ? `${names[i]} − ${base}` : names[i]);
  return (
    <g class="axes">
      <path d={`M${left - 0.5},${top}V${bottom + 0.5}H${right}`} />
      {ticks.x.marks.map(({ value, text }) => (
        <g key={value} transform={`translate(${map.x(value)},${bottom})`} data-axis="x" data-value={value}>
          <path d="M0,1V6" />
          <text y={19} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
      {(names[1] ? ticks.y.marks : []).map(({ value, text }) => (
        <g key={value} transform={`translate(${left},${map.y(value)})`} data-axis="y" data-value={value}>
          <path d="M-1,0H-6" />
          <text x={-10} dy="0.35em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      <text class="name" x={left + width / 2} y={bottom + 37} text-anchor="middle">
        {nameOf(0, ticks.x)}
      </text>
      <text class="name" transform={`translate(14,${top + height / 2}) rotate(-90)`} text-anchor="middle">
        {nameOf(1, ticks.y)}
      </text>
    </g>
  );
}
