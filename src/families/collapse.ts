import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Frame } from '../data/frame.ts';
import type { Collapse } from '../em/types.ts';
import { blockSize, type CovarianceShape, countBlocks, rescale } from './covariance.ts';
import type { MixtureParameters } from './parameters.ts';

/** A variance up to this many times `regCovar` is at the regulariser: the points themselves make less of it than that does. */
const AT_REGULARIZER = 2;
/** A standard deviation of no more than this many times the backend's rounding, as a share of the frame's scale, is rounding. */
const ROUNDINGS = 40;

/**
 * Components whose likelihood means nothing: with less than a share of the weight, or with a smallest eigenvalue (data units) that the
 * regulariser or rounding made. `fixed` covariances are as the caller wants them.
 */
export function collapsesOf(
  shape: CovarianceShape,
  { weights, means, covariances }: MixtureParameters,
  frame: Frame,
  limits: { leastWeight: number; precision: number; regCovar: number; fixed: boolean },
): Collapse[] {
  const { leastWeight, precision, regCovar, fixed } = limits;
  const D = frame.shift.length;
  const K = means.length / D;
  const collapses: Collapse[] = [];
  for (let k = 0; k < K; k++) if (weights[k]! < leastWeight) collapses.push({ component: k, cause: 'weight' });
  if (fixed) return collapses;
  const inData = rescale(shape, covariances, frame.scale);
  for (let b = 0; b < countBlocks(shape, K); b++) {
    const { direction, variance } = narrowest(shape, inData, b, D);
    const spread = direction.reduce((sum, v, d) => sum + (v * frame.scale[d]!) ** 2, 0);
    const isRegularized = variance <= AT_REGULARIZER * regCovar;
    if (isRegularized || variance <= (ROUNDINGS * precision) ** 2 * spread) {
      collapses.push({ component: b, cause: isRegularized ? 'regularizer' : 'rounding', direction, variance });
    }
  }
  return collapses;
}

/** The direction of the smallest variance of a block, and that variance. */
function narrowest(shape: CovarianceShape, covariances: Float64Array, b: number, D: number) {
  const size = blockSize(shape, D);
  const block = covariances.subarray(b * size, (b + 1) * size);
  if (shape.form === 'matrix') {
    const matrix = Matrix.from1DArray(D, D, block);
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
    const at = realEigenvalues.indexOf(Math.min(...realEigenvalues));
    return { direction: Float64Array.from(eigenvectorMatrix.getColumn(at)), variance: realEigenvalues[at]! };
  }
  const variance = block.reduce((a, v) => Math.min(a, v), Infinity);
  const direction = new Float64Array(D);
  direction[shape.form === 'scalar' ? 0 : block.indexOf(variance)] = 1;
  return { direction, variance };
}
