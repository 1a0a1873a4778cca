import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { bytesPerPoint, flopPerPoint, type Roof } from '../formulas.ts';
import { KINDS } from '../problem.ts';
import type { PeerRow, Row } from '../row.ts';
import { digits } from './numbers.ts';

/** After Okabe & Ito; in the order of {@link KINDS}. */
const COLORS = ['#0072b2', '#009e73', '#d55e00', '#cc79a7', '#e69f00'];
const SYMBOLS = ['circle', 'diamond', 'square', 'triangle', 'star'] as const;
const WIDTH = 720;

const byKind = { domain: [...KINDS], range: COLORS, legend: false };

/** A chart as an SVG file of its own: pages in Markdown show it as an image, which has no style sheet. */
function draw(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    document,
    width: WIDTH,
    marginLeft: 60,
    marginBottom: 44,
    marginTop: 30,
    grid: true,
    style: { background: 'white', color: '#222', fontFamily: 'system-ui, sans-serif', fontSize: '12px' },
    ...options,
  }) as Element;
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}

interface Timed {
  readonly row: Row;
  readonly kind: Row['case']['kind'];
  readonly ms: number;
}

function timed(rows: readonly Row[]): Timed[] {
  return rows.flatMap((row) => (row.ms ? [{ row, kind: row.case.kind, ms: row.ms.median }] : []));
}

/** GFLOP/s of rows over their intensity (FLOP per byte of points), under the measured roofs. */
export function roofline(rows: readonly Row[], roof: Roof): string {
  const dots = timed(rows).map(({ row, kind }) => {
    const { nFeatures: D, nComponents: K } = row.case;
    const intensity = flopPerPoint(kind, D, K) / bytesPerPoint(D);
    return { kind, intensity, gflops: row.rates!.gflops, label: `${D} × ${K}` };
  });
  const ridge = roof.gflops / roof.gbps;
  const [low, high] = [
    Math.min(ridge, ...dots.map((dot) => dot.intensity)) / 2,
    1.5 * Math.max(2 * ridge, ...dots.map((dot) => dot.intensity)),
  ];
  const lowest = Math.min(roof.gbps * low, ...dots.map((dot) => dot.gflops));
  const line = [low, ridge, high].map((intensity) => ({
    intensity,
    gflops: Math.min(roof.gflops, roof.gbps * intensity),
  }));
  return draw({
    height: 440,
    x: { type: 'log', label: 'FLOP per byte of points', domain: [low, high] },
    y: { type: 'log', label: 'GFLOP/s', domain: [lowest / 1.6, 1.6 * roof.gflops] },
    color: byKind,
    symbol: { domain: [...KINDS], range: SYMBOLS },
    marks: [
      Plot.line(line, { x: 'intensity', y: 'gflops', stroke: '#222', strokeWidth: 1.5 }),
      Plot.text([{ intensity: high, gflops: roof.gflops }], {
        x: 'intensity',
        y: 'gflops',
        text: [`multiply-adds, ${digits(roof.gflops)} GFLOP/s`],
        textAnchor: 'end',
        dy: -8,
      }),
      Plot.text([line[0]!], {
        x: 'intensity',
        y: 'gflops',
        text: [`copy, ${digits(roof.gbps)} GB/s`],
        textAnchor: 'start',
        dx: 10,
        dy: 4,
      }),
      Plot.dot(dots, { x: 'intensity', y: 'gflops', stroke: 'kind', symbol: 'kind', r: 5, strokeWidth: 1.75 }),
      // Many labels would hide each other and the dots.
      ...(dots.length <= 20
        ? [Plot.text(dots, { x: 'intensity', y: 'gflops', text: 'label', dx: 9, textAnchor: 'start', fontSize: 10 })]
        : []),
      ...legend(dots),
    ],
  });
}

/** The kinds that a chart shows, in a row above it, right of the label of its upright axis. */
function legend(dots: readonly { kind: string }[]): Plot.Markish[] {
  const shown = KINDS.filter((kind) => dots.some((dot) => dot.kind === kind));
  return shown.flatMap((kind, i) => {
    const at = { frameAnchor: 'top-left' as const, dy: -21 };
    const dx = 120 + 90 * i;
    return [
      Plot.dot([kind], { ...at, dx, stroke: () => kind, symbol: () => kind, r: 4.5, strokeWidth: 1.75 }),
      Plot.text([kind], { ...at, dx: dx + 10, text: () => kind, textAnchor: 'start', lineAnchor: 'middle' }),
    ];
  });
}

/** Milliseconds per iteration over N, both on logarithmic axes. */
export function scalingInSamples(rows: readonly Row[]): string {
  const dots = timed(rows).map(({ row, kind, ms }) => ({ kind, x: row.nSamples, y: ms }));
  return scaling(dots, { label: 'N' }, 'ms per iteration');
}

/** Nanoseconds per point over D or K, both on logarithmic axes. */
export function scalingInSize(rows: readonly Row[], along: 'D' | 'K'): string {
  const at = ({ case: { nFeatures, nComponents } }: Row) => (along === 'D' ? nFeatures : nComponents);
  const dots = timed(rows).map(({ row, kind, ms }) => ({ kind, x: at(row), y: (1e6 * ms) / row.nSamples }));
  const ticks = [...new Set(dots.map(({ x }) => x))].sort((a, b) => a - b);
  return scaling(
    dots,
    {
      label: along,
      base: 2,
      ticks: ticks.filter((x) => Number.isInteger(Math.log2(x))),
      tickFormat: (x: number) => `${x}`,
    },
    'ns per point',
  );
}

interface Dot {
  readonly kind: string;
  readonly x: number;
  readonly y: number;
}

function scaling(dots: readonly Dot[], x: Plot.ScaleOptions, label: string): string {
  return draw({
    height: 360,
    inset: 10,
    x: { type: 'log', ...x },
    y: { type: 'log', label },
    color: byKind,
    symbol: { domain: [...KINDS], range: SYMBOLS },
    marks: [
      Plot.line(dots, { x: 'x', y: 'y', stroke: 'kind', sort: 'x' }),
      Plot.dot(dots, { x: 'x', y: 'y', stroke: 'kind', symbol: 'kind', r: 4, strokeWidth: 1.75, fill: 'white' }),
      ...legend(dots),
    ],
  });
}

/** Bars of ms per iteration: contenders below each other, models above each other. */
export function peerBars(rows: readonly PeerRow[]): string {
  const bars = rows.flatMap(({ kind, name, ms }) =>
    ms ? [{ kind, name, ...ms, text: `${digits(ms.median)} ms` }] : [],
  );
  const names = [...new Set(bars.map(({ name }) => name))];
  const kinds = KINDS.filter((kind) => bars.some((bar) => bar.kind === kind));
  return draw({
    height: 60 + kinds.length * (names.length * 22 + 12),
    marginLeft: 190,
    marginRight: 90,
    x: { label: 'ms per iteration (median; line: min to max)' },
    y: { label: null, domain: names },
    fy: { label: null, domain: kinds },
    color: { domain: [true, false], range: ['#0072b2', '#b8c0c8'] },
    marks: [
      Plot.barX(bars, {
        x: 'median',
        y: 'name',
        fy: 'kind',
        fill: ({ name }) => name.startsWith('emgpu'),
        insetTop: 2,
        insetBottom: 2,
      }),
      Plot.ruleY(bars, { x1: 'min', x2: 'max', y: 'name', fy: 'kind', stroke: '#222' }),
      Plot.text(bars, { x: 'max', y: 'name', fy: 'kind', text: 'text', textAnchor: 'start', dx: 5 }),
    ],
  });
}
