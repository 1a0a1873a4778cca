import * as Plot from '@observablehq/plot';
import type { ModelView } from '../view.ts';
import type { Limits } from './limits.ts';
import { colorOf, PALETTE_SIZE } from './palette.ts';
import type { PointSample } from './sample.ts';
import { byWeight } from './separation.ts';

/** What the charts of points and components are drawn from. */
export interface Scene {
  readonly document: Document;
  readonly view: ModelView;
  /** For densities and axes. */
  readonly sample: PointSample;
  /** Limits of the axis of every feature. */
  readonly limits: readonly Limits[];
  /** The left margin of all charts, so that they line up. */
  readonly marginLeft: number;
  /** The components whose outlines are drawn: all, or the heaviest. */
  readonly components: readonly number[];
}

/** More outlines than this in one picture hide each other and the points. */
const MOST_OUTLINES = 48;

/** The components to outline, in their own order. */
export function outlined(view: ModelView): number[] {
  return byWeight(view)
    .slice(0, MOST_OUTLINES)
    .sort((a, b) => a - b);
}

/** The number under which a component's colour is found in {@link componentColors}. */
export function colorIndex(k: number): number {
  return k % PALETTE_SIZE;
}

/** The colour scale of all charts. */
export const componentColors: Plot.ScaleOptions = {
  type: 'ordinal',
  domain: Array.from({ length: PALETTE_SIZE }, (_, i) => i),
  range: Array.from({ length: PALETTE_SIZE }, (_, i) => colorOf(i)),
};

/** Draws a chart as SVG; without a title and a legend of its own, Plot returns the bare element. */
export function draw(document: Document, label: string, options: Plot.PlotOptions): Element {
  return Plot.plot({ document, ariaLabel: label, color: componentColors, ...options });
}

/** Characters of the longest number at the ticks of an axis: groups of three digits, decimals if the span is small. */
export function tickLength({ low, high }: Limits): number {
  const decimals = Math.max(0, Math.ceil(-Math.log10((high - low) / 5)));
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: Math.min(decimals, 20), maximumFractionDigits: Math.min(decimals, 20) });
  return Math.max(...[low, high].map((x) => format.format(x).length));
}

/** The margin that the numbers beside an upright axis need, in units of the drawing. */
export function marginFor(length: number): number {
  return 20 + 7.5 * Math.max(length, 4);
}

/** As many ticks as have room side by side, at most `most`. */
export function ticksAcross(limits: Limits, width: number, most: number): number {
  return Math.max(2, Math.min(most, Math.floor(width / (9 * tickLength(limits)))));
}

/** The limits as Plot wants them. */
export function domainOf({ low, high }: Limits): [number, number] {
  return [low, high];
}
