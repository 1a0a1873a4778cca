import type { Outcome } from './contender.ts';
import type { Kind } from './problem.ts';

/** Iterations after which models are compared. */
export const CHECKED_ITERATIONS = 2;

/** What a row was held against. */
export interface Check {
  readonly iterations: number;
  /** See {@link deviationOf}. */
  readonly deviation: number;
  readonly tolerance: number;
}

/** Largest rounding error of a float32 operation, relative. */
const UNIT = 2 ** -24;

/**
 * How far a model in float32 may be from the float64 reference, by what its arithmetic may lose. It bounds
 * {@link deviationOf}, for points of about unit variance that lie within a few standard deviations of 0.
 *
 * - A squared distance is a sum of D products: it is off by at most (D + 4) u of itself, u = 2⁻²⁴. Distances that compete for
 *   a point are about D + 16 at most, the exponent is half of that, and so a responsibility is off by at most
 *   (D + 4) (D + 16) u / 2 of itself: means and deviations by as many standard deviations.
 * - A float32 sum of up to 65,536 terms is off by 1e-5 (table in the design notes).
 * - An error of one iteration is at most doubled by the next, while the model is still far from its end: after n iterations
 *   the sum is at most 2ⁿ − 1 times the error of one.
 * - k-means decides: a point whose two nearest centres are equally far, to (D + 4) u, may go to either. There are about
 *   2 N (D + 4) u of them; four times as many may happen to be there, and one always. Each moves two centres by at most
 *   two standard deviations over N / K points, in the mean over centres 4 / N.
 *
 * @param N points that differ: copies round alike and count once
 */
export function toleranceFor(kind: Kind, N: number, D: number, iterations = CHECKED_ITERATIONS): number {
  const rounding = (D + 4) * UNIT;
  const ties = kind === 'k-means' ? (Math.ceil(8 * N * rounding) * 4) / N : 0;
  return (2 ** iterations - 1) * ((rounding * (D + 16)) / 2 + 1e-5 + ties);
}

/**
 * How far a model is from the reference, in the units of the components; the largest of
 *
 * - half the sum of the differences of the weights,
 * - means: difference in standard deviations of the component, root mean square over features,
 * - covariances: difference over the product of both standard deviations, root mean square over entries,
 *
 * means and covariances averaged over components by their weights. Infinite where a number is missing or not finite.
 */
export function deviationOf(kind: Kind, outcome: Outcome, reference: Outcome, D: number): number {
  const K = reference.means.length / D;
  const { weights, covariances } = reference;
  const share = (k: number) => weights?.[k] ?? 1 / K;
  const sd = (k: number, d: number) => (covariances ? Math.sqrt(covariances[placeOf(kind, D, k, d, d)]!) : 1);
  const meanError = (k: number) =>
    rootMeanSquare(D, (d) => (outcome.means[k * D + d]! - reference.means[k * D + d]!) / sd(k, d));
  const covarianceError = (k: number) =>
    rootMeanSquare(kind === 'full' || kind === 'tied' ? D * D : D, (i) => {
      const [row, column] = kind === 'full' || kind === 'tied' ? [Math.floor(i / D), i % D] : [i, i];
      const at = placeOf(kind, D, k, row, column);
      return (outcome.covariances![at]! - covariances![at]!) / (sd(k, row) * sd(k, column));
    });
  const parts = [sum(K, (k) => share(k) * meanError(k))];
  if (weights) parts.push(sum(K, (k) => Math.abs((outcome.weights?.[k] ?? Number.NaN) - share(k)) / 2));
  if (covariances) parts.push(outcome.covariances ? sum(K, (k) => share(k) * covarianceError(k)) : Number.NaN);
  return parts.every(Number.isFinite) ? Math.max(...parts) : Number.POSITIVE_INFINITY;
}

/** Where an entry of a component's covariance is in {@link Outcome.covariances}. */
function placeOf(kind: Kind, D: number, k: number, row: number, column: number): number {
  if (kind === 'full') return (k * D + row) * D + column;
  if (kind === 'tied') return row * D + column;
  return kind === 'diag' ? k * D + row : k;
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

function rootMeanSquare(count: number, value: (i: number) => number): number {
  return Math.sqrt(sum(count, (i) => value(i) ** 2) / count);
}
