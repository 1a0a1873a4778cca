import { densityGrid, type GridAxis, type MixtureModel, marginal } from 'emgpu';
import { gridPlace } from '../shared/grid-place.ts';
import type { Camera } from './types.ts';

/** Shares of the mixture that the lines enclose, from the outermost. */
export const ENCLOSED = [0.95, 0.8, 0.6, 0.4, 0.2] as const;

/** Places each way of the grid that lines are drawn from. */
const PLACES = 96;
/** Points drawn from the mixture to find the levels. */
const DRAWN = 4000;

/** A density line, as closed rings of places in the plane's units. */
export interface Contour {
  readonly enclosed: number;
  readonly rings: readonly (readonly [number, number])[][];
}

/** Whether a mixture's density in two columns can be told: that of noise is known only where all columns are shown. */
export function hasContours(model: MixtureModel, plane: readonly [number, number] | 'principal'): boolean {
  return plane !== 'principal' && plane[0] !== plane[1] && Math.max(...plane) < model.nFeatures && !model.noise;
}

/**
 * Lines of equal density of a mixture in the plane of two columns, that enclose 95 … 20 % of it. The levels are quantiles of the density at points
 * drawn from the mixture (Hyndman 1996), so they do not depend on what is in sight.
 */
export async function contoursOf(
  model: MixtureModel,
  features: readonly [number, number],
  { x, y, width, height }: Camera,
): Promise<Contour[]> {
  const part = marginal(model, features);
  const drawn = { data: part.sample(DRAWN).data, nFeatures: 2 };
  const atDrawn = (await part.scoreSamples(drawn, { backend: 'cpu' })).toSorted();
  const across: GridAxis = [x - width / 2, x + width / 2, PLACES];
  const up: GridAxis = [y - height / 2, y + height / 2, PLACES];
  const [{ contours }, logs] = await Promise.all([
    import('d3-contour'),
    densityGrid(model, { features, x: across, y: up, log: true }, { backend: 'cpu' }),
  ]);
  const levels = ENCLOSED.map((share) => atDrawn[Math.floor((1 - share) * DRAWN)]!);
  const place = ([i, j]: number[]): [number, number] => [gridPlace(across, i!), gridPlace(up, j!)];
  const draw = contours().size([PLACES, PLACES]);
  const values = Array.from(logs);
  return ENCLOSED.map((enclosed, i) => ({
    enclosed,
    rings: draw
      .contour(values, levels[i]!)
      .coordinates.flat()
      .map((ring) => ring.map(place)),
  }));
}
