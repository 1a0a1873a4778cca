import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { OURS } from '../contender.ts';
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

/** ms per iteration of one contender; a line of {@link peerDots}. */
interface PeerDot {
  readonly id: string;
  readonly name: string;
  readonly ours: boolean;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly text: string;
}

/** Of one model, the fastest first. */
function peerDotsOf(kind: string, rows: readonly PeerRow[]): PeerDot[] {
  const dots = rows.flatMap((row): PeerDot[] => {
    const { name, ms } = row;
    const about = { id: `${kind} ${name}`, name, ours: name.startsWith(OURS) };
    return row.kind === kind && ms ? [{ ...about, ...ms, text: `${digits(ms.median)} ms` }] : [];
  });
  return dots.sort((a, b) => a.median - b.median);
}

/** Powers of ten, two at least, that have all of some ranges between them. */
function decadesOf(ranges: readonly { readonly min: number; readonly max: number }[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...ranges.map(({ min }) => min))));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...ranges.map(({ max }) => max)))));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

/**
 * Dots of ms per iteration, models above each other, on a logarithmic axis: on another the fastest would all lie at its end. No bars,
 * which have to begin at zero, and there is none.
 */
export function peerDots(rows: readonly PeerRow[]): string {
  const models = KINDS.map((kind) => ({ kind, dots: peerDotsOf(kind, rows) })).filter(({ dots }) => dots.length > 0);
  const dots = models.flatMap((model) => model.dots);
  // A line of air above each model.
  const lines = models.flatMap(({ kind, dots }) => [`above ${kind}`, kind, ...dots.map(({ id }) => id)]).slice(1);
  const decades = decadesOf(dots);
  const tickFormat = (ms: number) => ms.toLocaleString('en', { maximumSignificantDigits: 1 });
  const axis = { ticks: decades, tickFormat, tickSize: 0, fontSize: 11, labelArrow: 'none' } as const;
  const left = { y: 'id', frameAnchor: 'left', textAnchor: 'end', dx: -10 } as const;
  const color = ({ ours }: PeerDot) => (ours ? COLORS[0] : '#6b7680');
  return draw({
    ...{
      height: 84 + 18 * lines.length,
      marginLeft: 170,
      marginRight: 90,
      marginTop: 34,
      marginBottom: 50,
      grid: false,
    },
    x: { type: 'log', domain: [decades[0]!, decades.at(-1)!], label: null },
    y: { type: 'band', domain: lines, axis: null },
    marks: [
      Plot.gridX({ ticks: decades, strokeOpacity: 0.18 }),
      Plot.ruleY(dots, { y: 'id', stroke: '#222', strokeOpacity: 0.12, strokeDasharray: '1 3' }),
      Plot.axisX({ ...axis, anchor: 'top' }),
      Plot.axisX({
        ...axis,
        label: 'ms per iteration, logarithmic: median, line from min to max',
        labelAnchor: 'center',
        labelOffset: 38,
      }),
      Plot.text(models, { ...left, y: 'kind', text: 'kind', fontWeight: 'bold', fontSize: 12 }),
      Plot.text(dots, { ...left, text: 'name', fontSize: 11, fill: color }),
      Plot.ruleY(dots, { x1: 'min', x2: 'max', y: 'id', stroke: color, strokeWidth: 2 }),
      Plot.dot(dots, { x: 'median', y: 'id', fill: color, r: 4 }),
      Plot.text(dots, {
        ...{ x: 'max', y: 'id', text: 'text', textAnchor: 'start', dx: 9, fontSize: 11 },
        ...{ fill: color, stroke: 'white', strokeWidth: 4 },
      }),
    ],
  });
}
