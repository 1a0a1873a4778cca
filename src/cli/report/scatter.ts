import * as Plot from '@observablehq/plot';
import { axisOf, type ChartSize, colorIndex, draw, labelColor, type Scene, ticksAcross } from './chart.ts';
import { ellipse } from './ellipse.ts';
import { within } from './limits.ts';
import { type PointSample, thin } from './sample.ts';

/** Size of a scatter plot. */
export interface ScatterSize extends ChartSize {
  /** At most this many dots are drawn. */
  readonly dots: number;
  /** Radius of the numbered discs at the means. */
  readonly disc: number;
}

/** Points in the plane of two features (across, up), with the ellipses and the means of the components over them. */
export function scatter(scene: Scene, plane: readonly [number, number], size: ScatterSize): Element {
  const { document, view, limits } = scene;
  const { width, height, marginLeft } = size;
  const [i, j] = plane;
  const dots = thin(scene.sample, size.dots);
  return draw(document, `${view.featureNames[j]} against ${view.featureNames[i]}`, {
    width,
    height,
    marginLeft,
    marginBottom: 40,
    x: {
      ...axisOf(limits[i]!),
      label: view.featureNames[i]!,
      ticks: ticksAcross(limits[i]!, width - marginLeft, size.ticks),
    },
    y: { ...axisOf(limits[j]!), label: view.featureNames[j]!, ticks: size.ticks },
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      dotMark(scene, dots, plane),
      ...(view.covariance ? [ellipseMark(scene, plane)] : []),
      ...meanMarks(scene, plane, size.disc),
    ],
  });
}

/** From this many on, dots are drawn small and faint. */
const MANY = 1000;

function dotMark({ limits, view }: Scene, dots: PointSample, [i, j]: readonly [number, number]): Plot.Markish {
  const many = dots.rows.length > MANY;
  // Drawn in the order of the sample, so that no component is painted over all others.
  return Plot.dot(within(dots, limits, [i, j]), {
    x: (s: number) => dots.value(s, i),
    y: (s: number) => dots.value(s, j),
    fill: (s: number) => labelColor(view, dots.label(s)),
    r: many ? 1.5 : 2.25,
    fillOpacity: many ? 0.4 : 0.6,
    sort: null,
  });
}

function ellipseMark({ view, components }: Scene, plane: readonly [number, number]): Plot.Markish {
  const outlines = components.flatMap((k) => [1, 2].flatMap((sigmas) => ellipse(view, k, plane, sigmas)));
  return Plot.line(outlines, {
    x: 'x',
    y: 'y',
    z: ({ component, sigmas }) => `${component} ${sigmas}`,
    stroke: ({ component }) => colorIndex(component),
    strokeWidth: 1.5,
    clip: true,
  });
}

/** A number on a disc for every mean: components can be told apart without their colours. */
function meanMarks(
  { view, limits, components }: Scene,
  [i, j]: readonly [number, number],
  disc: number,
): Plot.Markish[] {
  const at = (k: number) => ({ x: view.means[k]![i]!, y: view.means[k]![j]! });
  const visible = components.filter((k) => {
    const { x, y } = at(k);
    return x >= limits[i]!.low && x <= limits[i]!.high && y >= limits[j]!.low && y <= limits[j]!.high;
  });
  const place = { x: (k: number) => at(k).x, y: (k: number) => at(k).y };
  return [
    Plot.dot(visible, { ...place, r: disc, fill: 'var(--paper)', stroke: colorIndex, strokeWidth: 1.5 }),
    Plot.text(visible, {
      ...place,
      text: (k: number) => `${k}`,
      fill: 'var(--ink)',
      fontSize: disc * 1.25,
      fontWeight: 600,
    }),
  ];
}
