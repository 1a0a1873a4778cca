import { densityGrid, type GridAxis, MixtureModel } from 'emgpu';
import { gridPlace } from '../shared/grid-place.ts';
import { centerInPlane, isMixture, planeCovariance, type ViewModel } from './ellipse.ts';
import { isLine } from './projection.ts';
import type { Camera, Projection } from './types.ts';

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

/** Why a model has no density lines in a plane, as a sentence; undefined: it has. */
export function whyNoContours(model: ViewModel, projection: Projection): string | undefined {
  if (isMixture(model) && isLine(projection)) return 'With one column, the curve is the density.';
  return whyNoDensity(model);
}

/** Why a model has them in no plane. */
export function whyNoDensity(model: ViewModel): string | undefined {
  if (!isMixture(model)) return 'No density contours: k-means has no density.';
  return model.noise && 'No density contours: of the noise only the volume is known.';
}

/** What the lines say. */
export const ABOUT_LINES = `Lines enclose ${ENCLOSED.map((share) => Math.round(100 * share)).join(', ')} % of the mixture.`;

/** The mixture of a plane's coordinates: a Gaussian of all columns is one there too. */
export function mixtureInPlane(model: MixtureModel, projection: Projection): MixtureModel {
  const each = <T>(of: (k: number) => T) => model.weights.map((_, k) => of(k));
  return new MixtureModel({
    ...{ covarianceType: 'full', nComponents: model.nComponents, nFeatures: 2, weights: model.weights },
    means: each((k) => centerInPlane(model, k, projection)),
    covariances: each((k) => {
      const { uu, uv, vv } = planeCovariance(model, k, projection);
      return [[uu, uv], [uv, vv]]; // biome-ignore format: a matrix
    }),
  });
}

/**
 * Lines of equal density of a mixture in a plane, that enclose 95 … 20 % of it. The levels are quantiles of the density at points
 * drawn from the mixture (Hyndman 1996), so they do not depend on what is in sight.
 */
export async function contoursOf(
  model: MixtureModel,
  projection: Projection,
  { x, y, width, height }: Camera,
): Promise<Contour[]> {
  const part = mixtureInPlane(model, projection);
  const drawn = { data: part.sample(DRAWN).data, nFeatures: 2 };
  const atDrawn = (await part.scoreSamples(drawn, { backend: 'cpu' })).toSorted();
  const across: GridAxis = [x - width / 2, x + width / 2, PLACES];
  const up: GridAxis = [y - height / 2, y + height / 2, PLACES];
  const [{ contours }, logs] = await Promise.all([
    import('d3-contour'),
    densityGrid(part, { features: [0, 1], x: across, y: up, log: true }, { backend: 'cpu' }),
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
