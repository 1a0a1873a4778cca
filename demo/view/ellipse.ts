import type { KMeansModel, MixtureModel } from 'emgpu';
import { type Ellipse, ellipseOf } from '../shared/ellipse.ts';
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
function covarianceAt({ covarianceType, covariances }: MixtureModel, k: number, i: number, j: number): number {
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

/** The places at one standard deviation from the centre, in pixels. */
export function ellipseInPlane(model: MixtureModel, k: number, projection: Projection, { scale }: PixelMap): Ellipse {
  const { uu, uv, vv } = planeCovariance(model, k, projection);
  return ellipseOf(uu * scale[0] ** 2, uv * scale[0] * scale[1], vv * scale[1] ** 2);
}
