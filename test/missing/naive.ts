import { inverse, Matrix } from 'ml-matrix';
import type { Frame } from '../../src/data/frame.ts';
import type { KernelParameters } from '../../src/em/types.ts';

/** What the E-step knows of one row and one component. */
interface Completed {
  /** Log of weight times density of what is observed, in data units. */
  readonly logDensity: number;
  /** D: expected deviation from the mean. */
  readonly z: number[];
  /** D × D: expected square of it. */
  readonly square: Matrix;
}

/** Covariance matrices of all components in the frame, whatever the kind. */
export function covarianceMatrices({
  kind,
  nComponents: K,
  nFeatures: D,
  precisionsCholesky: u,
}: KernelParameters): Matrix[] {
  return Array.from({ length: K }, (_, k) => {
    if (kind === 'spherical') return Matrix.eye(D, D, 1 / u[k]! ** 2);
    if (kind === 'diag') return Matrix.diag(Array.from(u.subarray(k * D, (k + 1) * D), (v) => 1 / v ** 2));
    const at = kind === 'full' ? k * D * D : 0;
    const factor = Matrix.from1DArray(D, D, Array.from(u.subarray(at, at + D * D)));
    return inverse(factor.mmul(factor.transpose()));
  });
}

/** `log w_k`, which the normalizers hold together with the determinant, π and the frame. */
function logWeights(p: KernelParameters, frame: Frame, covariances: readonly Matrix[]): number[] {
  const D = p.nFeatures;
  const jacobian = frame.scale.reduce((sum, s) => sum + Math.log(s), 0);
  return Array.from(
    p.logNormalizers,
    (l, k) => l + jacobian + 0.5 * D * Math.log(2 * Math.PI) + 0.5 * Math.log(determinant(covariances[k]!)),
  );
}

/** Of a positive definite matrix, by elimination. */
function determinant(matrix: Matrix): number {
  const a = matrix.clone();
  let product = 1;
  for (let i = 0; i < a.rows; i++) {
    product *= a.get(i, i);
    for (let r = i + 1; r < a.rows; r++) {
      const factor = a.get(r, i) / a.get(i, i);
      for (let c = i; c < a.rows; c++) a.set(r, c, a.get(r, c) - factor * a.get(i, c));
    }
  }
  return product;
}

function complete(
  x: ArrayLike<number>,
  mean: ArrayLike<number>,
  covariance: Matrix,
  logWeight: number,
  frame: Frame,
): Completed {
  const D = x.length;
  const all = Array.from({ length: D }, (_, d) => d);
  const o = all.filter((d) => !Number.isNaN(x[d]!));
  const m = all.filter((d) => Number.isNaN(x[d]!));
  const soo = covariance.selection(o, o);
  const zo = Matrix.columnVector(o.map((d) => x[d]! - mean[d]!));
  const precision = inverse(soo);
  const square0 = zo.transpose().mmul(precision).mmul(zo).get(0, 0);
  const jacobian = o.reduce((sum, d) => sum + Math.log(frame.scale[d]!), 0);
  const logDensity =
    logWeight - 0.5 * (square0 + Math.log(determinant(soo)) + o.length * Math.log(2 * Math.PI)) - jacobian;
  const z: number[] = Array(D).fill(0);
  o.forEach((d, i) => {
    z[d] = zo.get(i, 0);
  });
  const variance = Matrix.zeros(D, D);
  if (m.length > 0) {
    const b = covariance.selection(m, o).mmul(precision);
    const zm = b.mmul(zo);
    const c = covariance.selection(m, m).sub(b.mmul(covariance.selection(o, m)));
    m.forEach((d, i) => {
      z[d] = zm.get(i, 0);
      m.forEach((e, j) => {
        variance.set(d, e, c.get(i, j));
      });
    });
  }
  const column = Matrix.columnVector(z);
  return { logDensity, z, square: column.mmul(column.transpose()).add(variance) };
}

/** Everything that an incomplete dataset can return about row-major points in the frame, one row and one component at a time. */
export interface NaiveIncomplete {
  readonly objective: number;
  readonly counts: number[];
  readonly first: number[];
  readonly second: number[];
  readonly labels: number[];
  readonly responsibilities: number[];
  readonly logDensities: number[];
  /** Rows in the frame with missing cells at their expectation. */
  readonly imputed: number[];
}

/** @param assigned label of each row, instead of responsibilities from the densities */
export function naiveIncomplete(
  rows: Float64Array,
  p: KernelParameters,
  frame: Frame,
  weights: ArrayLike<number> | undefined,
  assigned?: ArrayLike<number>,
): NaiveIncomplete {
  const { nComponents: K, nFeatures: D, kind, means } = p;
  const covariances = covarianceMatrices(p);
  const logs = logWeights(p, frame, covariances);
  const counts: number[] = Array(K).fill(0);
  const first: number[] = Array(K * D).fill(0);
  const squares = covariances.map(() => Matrix.zeros(D, D));
  const labels: number[] = [];
  const responsibilities: number[] = [];
  const logDensities: number[] = [];
  const imputed: number[] = [];
  let objective = 0;
  for (let n = 0; n < rows.length / D; n++) {
    const x = rows.subarray(n * D, (n + 1) * D);
    const each = covariances.map((c, k) => complete(x, means.subarray(k * D, (k + 1) * D), c, logs[k]!, frame));
    const peak = Math.max(...each.map(({ logDensity }) => logDensity));
    const density = peak + Math.log(each.reduce((sum, { logDensity }) => sum + Math.exp(logDensity - peak), 0));
    const r = each.map(({ logDensity }, k) => (assigned ? Number(assigned[n] === k) : Math.exp(logDensity - density)));
    const w = weights ? weights[n]! : 1;
    objective += w * density;
    labels.push(r.indexOf(Math.max(...r)));
    responsibilities.push(...r);
    logDensities.push(density);
    each.forEach(({ z, square }, k) => {
      counts[k]! += w * r[k]!;
      z.forEach((value, d) => {
        first[k * D + d]! += w * r[k]! * value;
      });
      squares[k]!.add(Matrix.mul(square, w * r[k]!));
    });
    for (let d = 0; d < D; d++) {
      imputed.push(each.reduce((sum, { z }, k) => sum + r[k]! * (z[d]! + means[k * D + d]!), 0));
    }
  }
  return { objective, counts, first, second: secondOf(kind, squares), labels, responsibilities, logDensities, imputed };
}

/** As `Statistics.second`. */
function secondOf(kind: string, squares: readonly Matrix[]): number[] {
  const triangle = (m: Matrix) => Array.from({ length: m.rows }, (_, i) => m.getRow(i).slice(0, i + 1)).flat();
  if (kind === 'full') return squares.flatMap(triangle);
  if (kind === 'tied') return triangle(squares.reduce((a, b) => Matrix.add(a, b)));
  if (kind === 'diag') return squares.flatMap((m) => m.diagonal());
  return squares.map((m) => m.trace());
}
