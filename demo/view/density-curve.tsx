import type { MixtureModel } from 'emgpu';
import type { Scheme } from '../shared/palette.ts';
import type { PixelMap } from './camera.ts';
import { centerInPlane, planeCovariance } from './ellipse.ts';
import { strokeOf } from './stroke.ts';
import type { Plot, Projection } from './types.ts';

/** From the points up to the foot of the curves, pixels: room for the numbers of components. */
const FOOT = 24;
/** Height of the highest curve, as a share of the plot's. */
const HEIGHT = 0.4;
/** Pixels between places of a curve. */
const STEP = 3;
/** Places beside each mean, in standard deviations, as a component may be narrower than a pixel. */
const BESIDE = Array.from({ length: 33 }, (_, i) => (i - 16) / 4);

interface Props {
  readonly model: MixtureModel;
  readonly projection: Projection;
  readonly map: PixelMap;
  readonly plot: Plot;
  readonly scheme: Scheme;
  readonly isolated: number | undefined;
}

/** Of one column: the density of the mixture above the points, and the part of each component. The highest place in sight fills the room. */
export function DensityCurves({ model, projection, map, plot, scheme, isolated }: Props) {
  const parts = partsOf(model, projection);
  const places = placesIn(parts, map, plot);
  const curves = parts.map((part) => places.map((u) => densityAt(part, u)));
  const sum = places.map((_, i) => curves.reduce((total, curve) => total + curve[i]!, 0));
  const highest = Math.max(...sum) || 1;
  const foot = map.y(0) - FOOT;
  const pathOf = (curve: readonly number[]) =>
    `M${curve.map((value, i) => `${map.x(places[i]!).toFixed(1)},${(foot - (HEIGHT * plot.height * value) / highest).toFixed(1)}`).join('L')}`;
  return (
    <g class="density">
      <path data-curve="sum" d={pathOf(sum)} />
      {curves.map((curve, k) => (
        <path
          key={k}
          data-curve={k}
          d={pathOf(curve)}
          stroke={strokeOf(k, scheme)}
          opacity={isolated !== undefined && isolated !== k ? 0.25 : 1}
        />
      ))}
    </g>
  );
}

/** A component along the column. */
interface Part {
  readonly weight: number;
  readonly mean: number;
  readonly sigma: number;
}

function partsOf(model: MixtureModel, projection: Projection): Part[] {
  return model.weights.map((weight, k) => ({
    weight,
    mean: centerInPlane(model, k, projection)[0],
    sigma: Math.sqrt(planeCovariance(model, k, projection).uu),
  }));
}

function densityAt({ weight, mean, sigma }: Part, u: number): number {
  return (weight / sigma) * Math.exp(-(((u - mean) / sigma) ** 2) / 2);
}

/** Places along the plot from left to right, even ones and those beside means. */
function placesIn(parts: readonly Part[], map: PixelMap, { left, width }: Plot): number[] {
  const at = (pixel: number) => (pixel - map.x(0)) / map.scale[0];
  const even = Array.from({ length: Math.ceil(width / STEP) + 1 }, (_, i) => at(left + Math.min(width, i * STEP)));
  const beside = parts.flatMap(({ mean, sigma }) => BESIDE.map((sigmas) => mean + sigmas * sigma));
  const [first, last] = [even[0]!, even.at(-1)!];
  return [...even, ...beside.filter((u) => u > first && u < last)].sort((a, b) => a - b);
}
