import type { KMeansModel, MixtureModel } from 'emgpu';
import type { PixelMap } from './camera.ts';
import { project } from './projection.ts';
import type { Projection } from './types.ts';

/** What a view can show besides points. */
export type ViewModel = MixtureModel | KMeansModel;

/** A symmetric 2 × 2 matrix: variances of u and v, and their covariance. */
export interface PlaneCovariance {
  readonly uu: number;
  readonly uv: number;
  readonly vv: number;
}

/** An ellipse as SVG draws it: half axes in pixels, and the angle from the x axis to the first in degrees, clockwise as y runs downwards. */
export interface Ellipse {
  readonly rx: number;
  readonly ry: number;
  readonly degrees: number;
}

/** Whether a model is a mixture, and so has weights and covariances. */
export function isMixture(model: ViewModel): model is MixtureModel {
  return 'covarianceType' in model;
}

/** Means or centres, `[K][D]`. */
export function centersOf(model: ViewModel): readonly (readonly number[])[] {
  return isMixture(model) ? model.means : model.centers;
}

/** Centre of component k in the plane. */
export function centerInPlane(model: ViewModel, k: number, projection: Projection): [number, number] {
  return project(projection, centersOf(model)[k]!);
}

/** Element (i, j) of the covariance of component k, whichever form the model keeps them in. */
export function covarianceAt({ covarianceType, covariances }: MixtureModel, k: number, i: number, j: number): number {
  const [matrices, matrix, vector] = [covariances as number[][][], covariances as number[][], covariances as number[]];
  if (covarianceType === 'full') return matrices[k]![i]![j]!;
  if (covarianceType === 'tied') return matrix[i]![j]!;
  if (i !== j) return 0;
  if (covarianceType === 'diag') return matrix[k]![i]!;
  if (covarianceType === 'tied-diag') return vector[i]!;
  return vector[covarianceType === 'spherical' ? k : 0]!;
}

/** Covariance of component k in the plane: A Σ Aᵀ. */
export function planeCovariance(model: MixtureModel, k: number, { rows: [a, b] }: Projection): PlaneCovariance {
  const used = Array.from(a.keys()).filter((d) => a[d] !== 0 || b[d] !== 0);
  let [uu, uv, vv] = [0, 0, 0];
  for (const i of used) {
    for (const j of used) {
      const s = covarianceAt(model, k, i, j);
      uu += a[i]! * s * a[j]!;
      uv += a[i]! * s * b[j]!;
      vv += b[i]! * s * b[j]!;
    }
  }
  return { uu, uv, vv };
}

/** SVG draws no ellipse without any height, and one column alone has none: it is to be seen as a line. */
const FLAT = 1e-4;

/** The places at `sigmas` standard deviations from the centre, on the screen: the eigenvectors of the covariance there. */
export function ellipseOf(
  { uu, uv, vv }: PlaneCovariance,
  sigmas: number,
  { scale }: Pick<PixelMap, 'scale'>,
): Ellipse {
  const [xx, xy, yy] = [uu * scale[0] ** 2, uv * scale[0] * scale[1], vv * scale[1] ** 2];
  const middle = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  return {
    rx: sigmas * Math.sqrt(Math.max(FLAT, middle + spread)),
    ry: sigmas * Math.sqrt(Math.max(FLAT, middle - spread)),
    degrees: (Math.atan2(2 * xy, xx - yy) * 90) / Math.PI,
  };
}
