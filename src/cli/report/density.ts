import * as Plot from '@observablehq/plot';
import { deviation } from '../view.ts';
import { axisOf, type ChartSize, colorIndex, draw, marginFor, type Scene, ticksAcross } from './chart.ts';
import { within } from './limits.ts';

/** Size of a histogram. */
export interface DensitySize extends ChartSize {
  readonly bins: number;
  /** Whether the chart stands alone: the heights get an axis, the centres of k-means lines. */
  readonly alone: boolean;
}

/** A point on a density curve; `component` is absent for the whole mixture. */
interface CurvePoint {
  readonly x: number;
  readonly density: number;
  readonly component?: number;
}

/** The histogram of feature i as a density, with those of the components (k-means: coloured by cluster). */
export function density(scene: Scene, i: number, size: DensitySize): Element {
  const { document, view, limits } = scene;
  const { width, height, alone } = size;
  const bars = histogram(scene, i, size.bins);
  const curves = view.covariance ? componentCurves(scene, i) : [];
  const heights = { low: 0, high: topOf(bars, curves) };
  const marginLeft = alone ? marginFor([heights]) : size.marginLeft;
  return draw(document, `Density of ${view.featureNames[i]}`, {
    width,
    height,
    marginLeft,
    marginBottom: 40,
    x: {
      ...axisOf(limits[i]!),
      label: view.featureNames[i]!,
      ticks: ticksAcross(limits[i]!, width - marginLeft, size.ticks),
    },
    y: {
      ...axisOf(heights),
      label: 'density',
      ticks: size.ticks,
      ...(alone ? {} : { axis: null }),
    },
    marks: [
      Plot.rectY(bars, {
        x1: 'x1',
        x2: 'x2',
        y: 'density',
        fill: view.covariance ? 'var(--bar)' : ({ component }) => colorIndex(component),
        fillOpacity: view.covariance ? 1 : 0.75,
        inset: 0.25,
      }),
      Plot.ruleY([0], { stroke: 'var(--line)' }),
      ...curveMarks(curves),
      ...(view.covariance || !alone
        ? []
        : [Plot.ruleX(scene.components, { x: (k: number) => view.means[k]![i]!, stroke: colorIndex, clip: true })]),
    ],
  });
}

interface Bar {
  readonly x1: number;
  readonly x2: number;
  readonly density: number;
  readonly component: number;
}

/** Bars of a density histogram. Those of k-means are split by cluster and stack; those of a mixture are whole. */
function histogram({ sample, limits, view }: Scene, i: number, bins: number): Bar[] {
  const { low, high } = limits[i]!;
  const width = (high - low) / bins;
  const counts = new Map<number, number>();
  for (const s of within(sample, limits, [i])) {
    const bin = Math.min(bins - 1, Math.floor((sample.value(s, i) - low) / width));
    const key = (view.covariance ? 0 : sample.label(s)) * bins + bin;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => ({
      x1: low + (key % bins) * width,
      x2: low + ((key % bins) + 1) * width,
      density: count / (sample.rows.length * width),
      component: Math.floor(key / bins),
    }));
}

const GRID = 160;

/** Weighted densities of the components and their sum. The grid is refined around every mean: peaks may be narrow. */
function componentCurves({ view, limits, components }: Scene, i: number): CurvePoint[] {
  const { low, high } = limits[i]!;
  const even = Array.from({ length: GRID + 1 }, (_, step) => low + ((high - low) * step) / GRID);
  const around = (k: number) =>
    Array.from({ length: 33 }, (_, step) => view.means[k]![i]! + (step / 4 - 4) * deviation(view, k, i)!);
  const grid = (ks: readonly number[]) =>
    [...even, ...ks.flatMap(around)].filter((x) => x >= low && x <= high).sort((a, b) => a - b);
  const all = view.means.map((_, k) => k);
  const whole = grid(components).map((x) => ({ x, density: all.reduce((sum, k) => sum + weightedNormal(x, k), 0) }));
  return [
    ...components.flatMap((k) => grid([k]).map((x) => ({ x, density: weightedNormal(x, k), component: k }))),
    ...whole,
  ];

  function weightedNormal(x: number, k: number): number {
    const sd = deviation(view, k, i)!;
    return (view.weights[k]! * Math.exp(-0.5 * ((x - view.means[k]![i]!) / sd) ** 2)) / (sd * Math.sqrt(2 * Math.PI));
  }
}

function curveMarks(curves: readonly CurvePoint[]): Plot.Markish[] {
  const place = { x: 'x', y: 'density', clip: true } as const;
  const parts = curves.filter(({ component }) => component !== undefined);
  const whole = curves.filter(({ component }) => component === undefined);
  return [
    Plot.line(whole, { ...place, stroke: 'var(--ink)', strokeWidth: 1.25, strokeDasharray: '3 2' }),
    Plot.line(parts, { ...place, z: 'component', stroke: ({ component }) => colorIndex(component), strokeWidth: 1.75 }),
  ];
}

/** The curve of a component that sits on a single value rises without bound: the bars decide how much of it is seen. */
function topOf(bars: readonly Bar[], curves: readonly CurvePoint[]): number {
  const heights = new Map<number, number>();
  for (const { x1, density } of bars) heights.set(x1, (heights.get(x1) ?? 0) + density);
  const highest = Math.max(...heights.values(), 0);
  const peak = curves.reduce((most, { density }) => Math.max(most, density), 0);
  return 1.05 * Math.max(highest, Math.min(peak, 1.5 * highest)) || 1;
}
