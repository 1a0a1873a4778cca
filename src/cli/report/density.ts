import * as Plot from '@observablehq/plot';
import { deviation, type ModelView } from '../view.ts';
import { axisOf, type ChartSize, colorIndex, draw, marginFor, type Scene, ticksAcross } from './chart.ts';
import { type Limits, within } from './limits.ts';

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

/** The histogram of feature i as a density, with the densities of the components (k-means: coloured by cluster). */
export function density(scene: Scene, i: number, size: DensitySize): Element {
  const { document, view, limits } = scene;
  const { width, height, alone } = size;
  const bars = histogram(scene, i, view.counts ? countBins(limits[i]!, size.bins) : evenBins(limits[i]!, size.bins));
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

/** Bins of equal width side by side. */
interface Bins {
  readonly low: number;
  readonly width: number;
  readonly count: number;
}

function evenBins({ low, high }: Limits, count: number): Bins {
  return { low, width: (high - low) / count, count };
}

/** Each bin holds the same number of whole numbers, in its middle. */
function countBins({ low, high }: Limits, most: number): Bins {
  const first = Math.ceil(low);
  const width = Math.ceil((Math.floor(high) - first + 1) / most);
  return { low: first - 0.5, width, count: Math.ceil((Math.floor(high) - first + 1) / width) };
}

/** The bars of a density histogram. For k-means they are split by cluster and stacked; for a mixture they are whole. */
function histogram({ sample, limits, view }: Scene, i: number, { low, width, count: bins }: Bins): Bar[] {
  const counts = new Map<number, number>();
  for (const s of within(sample, limits, [i])) {
    const bin = Math.min(bins - 1, Math.floor((sample.value(s, i) - low) / width));
    const key = (view.covariance ? 0 : sample.label(s)) * bins + bin;
    counts.set(key, (counts.get(key) ?? 0) + sample.weight(s));
  }
  const all = sample.rows.reduce((sum, _, s) => sum + (Number.isNaN(sample.value(s, i)) ? 0 : sample.weight(s)), 0);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([key, count]) => ({
      x1: low + (key % bins) * width,
      x2: low + ((key % bins) + 1) * width,
      density: count / (all * width),
      component: Math.floor(key / bins),
    }));
}

const GRID = 160;

/** Weighted densities of the components and their sum. */
function componentCurves({ view, limits, components }: Scene, i: number): CurvePoint[] {
  const grid = view.counts ? wholeNumbers(limits[i]!) : finerNearMeans(view, i, limits[i]!);
  const densityOf = view.counts ? poisson : normal;
  const weighted = (x: number, k: number) =>
    view.weights[k]! * densityOf(x, view.means[k]![i]!, deviation(view, k, i)!);
  const all = view.means.map((_, k) => k);
  const whole = grid(components).map((x) => ({ x, density: all.reduce((sum, k) => sum + weighted(x, k), 0) }));
  return [...components.flatMap((k) => grid([k]).map((x) => ({ x, density: weighted(x, k), component: k }))), ...whole];
}

type Grid = (components: readonly number[]) => number[];

/** The places at which curves are drawn: closer together around every mean, where peaks may be narrow. */
function finerNearMeans(view: ModelView, i: number, { low, high }: Limits): Grid {
  const even = Array.from({ length: GRID + 1 }, (_, step) => low + ((high - low) * step) / GRID);
  const around = (k: number) =>
    Array.from({ length: 33 }, (_, step) => view.means[k]![i]! + (step / 4 - 4) * deviation(view, k, i)!);
  return (ks) => [...even, ...ks.flatMap(around)].filter((x) => x >= low && x <= high).sort((a, b) => a - b);
}

/** The whole numbers in a range, between which a Poisson distribution has no value; only some of them where there are very many. */
function wholeNumbers({ low, high }: Limits): Grid {
  const first = Math.max(0, Math.ceil(low));
  const step = Math.ceil((high - first + 1) / (2 * GRID));
  const grid = Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, at) => first + at * step);
  return () => grid;
}

function normal(x: number, mean: number, sd: number): number {
  return Math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
}

function poisson(x: number, rate: number): number {
  return rate > 0 ? Math.exp(x * Math.log(rate) - rate - logFactorial(x)) : Number(x === 0);
}

/** log n! of a whole number: a sum for small n, then Stirling's series, whose next term is below 1e-9. */
function logFactorial(n: number): number {
  let sum = 0;
  if (n < 32) for (let i = 2; i <= n; i++) sum += Math.log(i);
  else sum = (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
  return sum;
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

/** The top of the axis. The bars decide it, as the curve of a component that sits on a single value rises without bound. */
function topOf(bars: readonly Bar[], curves: readonly CurvePoint[]): number {
  const heights = new Map<number, number>();
  for (const { x1, density } of bars) heights.set(x1, (heights.get(x1) ?? 0) + density);
  const highest = Math.max(...heights.values(), 0);
  const peak = curves.reduce((most, { density }) => Math.max(most, density), 0);
  return 1.05 * Math.max(highest, Math.min(peak, 1.5 * highest)) || 1;
}
