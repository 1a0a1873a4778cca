import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { correlation, deviation, type ModelView } from '../view.ts';

/** A point on the ellipse of a component. */
export interface EllipsePoint {
  readonly x: number;
  readonly y: number;
  readonly component: number;
  /** Which of the component's ellipses the point lies on, in standard deviations. */
  readonly sigmas: number;
}

const STEPS = 64;

/**
 * The ellipse of component k at `sigmas` standard deviations in the plane of features i (across) and j (up), closed:
 * a circle, stretched by the roots of the eigenvalues along the eigenvectors. These are taken from the correlation matrix and
 * scaled back afterwards, since features may differ in size by more than float64 resolves.
 */
export function ellipse(view: ModelView, k: number, [i, j]: readonly [number, number], sigmas: number): EllipsePoint[] {
  const r = correlation(view, k, i, j);
  const plane = new Matrix([
    [1, r],
    [r, 1],
  ]);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(plane, { assumeSymmetric: true });
  // Rounding can leave the eigenvalue of a line just below zero.
  const stretch = Matrix.diag(realEigenvalues.map((value) => sigmas * Math.sqrt(Math.max(value, 0))));
  const spread = Matrix.diag([deviation(view, k, i)!, deviation(view, k, j)!]);
  const toPlane = spread.mmul(eigenvectorMatrix).mmul(stretch);
  return Array.from({ length: STEPS + 1 }, (_, step) => {
    const angle = (2 * Math.PI * step) / STEPS;
    const [[x], [y]] = toPlane.mmul(Matrix.columnVector([Math.cos(angle), Math.sin(angle)])).to2DArray() as [
      [number],
      [number],
    ];
    return { x: view.means[k]![i]! + x, y: view.means[k]![j]! + y, component: k, sigmas };
  });
}
