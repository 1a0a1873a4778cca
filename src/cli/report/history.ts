import * as Plot from '@observablehq/plot';
import { short } from '../numbers.ts';
import { axisOf, draw, marginFor } from './chart.ts';

/** The course of a fit: its objective after 0, 1, … M-steps. */
export interface Course {
  readonly label: string;
  readonly values: readonly number[];
}

/** The share of all gains that is left off the axis: the first iterations gain so much that the rest would look flat. */
const RUSH = 0.03;

/** The objective against the iteration, and what to know about the axis. */
export function historyChart(document: Document, { label, values }: Course): { chart: Element; caption: string } {
  const points = values.map((value, iteration) => ({ value, iteration }));
  const skipped = Math.floor(RUSH * (values.length - 1));
  const seen = values.slice(skipped);
  const limits = { low: Math.min(...seen), high: Math.max(...seen) };
  const chart = draw(document, `${label} against iteration`, {
    width: 380,
    height: 240,
    marginTop: 30,
    marginLeft: marginFor([limits]),
    marginBottom: 40,
    // No more ticks than iterations: there are no half iterations.
    x: { label: 'iteration', ticks: Math.min(5, Math.max(1, values.length - 1)), tickFormat: 'd' },
    y: { label, ...axisOf(limits), nice: true, ticks: 5, grid: true },
    marks: [
      Plot.line(points, { x: 'iteration', y: 'value', stroke: 'var(--c0)', strokeWidth: 1.75, clip: true }),
      Plot.dot(points.slice(-1), { x: 'iteration', y: 'value', fill: 'var(--c0)', r: 3 }),
    ],
  });
  const caption = skipped === 0 ? '' : `The curve begins outside the picture, at ${short(values[0]!, 6)}.`;
  return { chart, caption };
}
