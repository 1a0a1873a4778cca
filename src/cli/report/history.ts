import * as Plot from '@observablehq/plot';
import { draw } from './chart.ts';

/** The course of a fit: its objective after 0, 1, … M-steps. */
export interface Course {
  readonly label: string;
  readonly values: readonly number[];
}

/** The objective against the iteration. */
export function historyChart(document: Document, { label, values }: Course): Element {
  const points = values.map((value, iteration) => ({ value, iteration }));
  return draw(document, `${label} against iteration`, {
    width: 380,
    height: 240,
    marginTop: 30,
    marginLeft: 64,
    marginBottom: 40,
    // No more ticks than iterations: there are no halves of them.
    x: { label: 'iteration', ticks: Math.min(5, Math.max(1, values.length - 1)), tickFormat: 'd' },
    y: { label, ticks: 5, grid: true, nice: true, zero: false },
    marks: [
      Plot.line(points, { x: 'iteration', y: 'value', stroke: 'var(--c0)', strokeWidth: 1.75 }),
      Plot.dot(points.slice(-1), { x: 'iteration', y: 'value', fill: 'var(--c0)', r: 3 }),
    ],
  });
}
