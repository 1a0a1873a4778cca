import * as Plot from '@observablehq/plot';
import { short } from '../numbers.ts';
import type { ModelView } from '../view.ts';
import type { Limits } from './limits.ts';
import { colorOf, PALETTE_SIZE } from './palette.ts';
import type { PointSample } from './sample.ts';
import { byWeight } from './separation.ts';

/** What the charts of points and components are drawn from. */
export interface Scene {
  readonly document: Document;
  readonly view: ModelView;
  /** The points that densities and axes are drawn from. */
  readonly sample: PointSample;
  /** Limits of the axis of every feature. */
  readonly limits: readonly Limits[];
  /** The components whose outlines are drawn: all, or the heaviest. */
  readonly components: readonly number[];
}

/** The part of a chart's size that all kinds of charts have, in units of the drawing. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
  readonly marginLeft: number;
  /** At most this many ticks on either axis. */
  readonly ticks: number;
}

/** More outlines than this in one picture hide each other and the points. */
const MOST_OUTLINES = 48;

/** The components to outline, in their own order. */
export function outlined(view: ModelView): number[] {
  return byWeight(view)
    .slice(0, MOST_OUTLINES)
    .sort((a, b) => a - b);
}

/** The index of a component's colour in {@link componentColors}. */
export function colorIndex(k: number): number {
  return k % PALETTE_SIZE;
}

/** The index of the colour of noise in {@link componentColors}. */
const NOISE = PALETTE_SIZE;

/** The index of a label's colour in {@link componentColors}; the label may be that of the noise. */
export function labelColor(view: ModelView, label: number): number {
  return label === view.nComponents ? NOISE : colorIndex(label);
}

/** The colour scale of all charts of points and components. */
const componentColors: Plot.ScaleOptions = {
  type: 'ordinal',
  domain: Array.from({ length: PALETTE_SIZE + 1 }, (_, i) => i),
  range: [...Array.from({ length: PALETTE_SIZE }, (_, i) => colorOf(i)), 'var(--soft)'],
};

/** Draws a chart as SVG; without a title and a legend of its own, Plot returns the bare element. */
export function draw(document: Document, label: string, options: Plot.PlotOptions): Element {
  return Plot.plot({ document, ariaLabel: label, color: componentColors, ...options });
}

/** Below this, numbers at the ticks are written with an exponent. */
const SMALL = 1e-4;

/** The part of an axis that follows from its limits. */
export function axisOf(limits: Limits): Plot.ScaleOptions {
  const domain = [limits.low, limits.high];
  return isSmall(limits) ? { domain, tickFormat: (x: number) => short(x) } : { domain };
}

function isSmall({ low, high }: Limits): boolean {
  return Math.max(Math.abs(low), Math.abs(high)) < SMALL;
}

/** Characters of the longest number at the ticks of an axis: groups of three digits, decimals if the span is small. */
function tickLength(limits: Limits): number {
  if (isSmall(limits)) return '-1.5e-10'.length;
  const { low, high } = limits;
  const decimals = Math.min(20, Math.max(0, Math.ceil(-Math.log10((high - low) / 5))));
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return Math.max(...[low, high].map((x) => format.format(x).length));
}

/** The margin that the numbers beside upright axes need, in units of the drawing: one for all that stand in a column. */
export function marginFor(axes: readonly Limits[]): number {
  return 20 + 7.5 * Math.max(4, ...axes.map(tickLength));
}

/** How many ticks have room side by side, at most `most`. */
export function ticksAcross(limits: Limits, width: number, most: number): number {
  return Math.max(2, Math.min(most, Math.floor(width / (9 * tickLength(limits)))));
}
