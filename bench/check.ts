import type { Outcome } from './contender.ts';
import type { Kind } from './problem.ts';

/** Iterations after which models are compared where each goes by the host, so that one is like another. */
export const CHECKED_ITERATIONS = 2;

/**
 * Where iterations run on the device in stretches (`EmRun.advance`): 8 by the host, then M-steps on the device, which come back in two
 * readbacks, as each has 16, and last those that a run owes the host: of mixtures 18 and two, of k-means 19 and one.
 */
export const STRETCHED_ITERATIONS = 28;

/** What a row was held against. */
export interface Check {
  readonly iterations: number;
  /** See {@link deviationOf}. */
  readonly deviation: number;
  readonly tolerance: number;
  /** Of emgpu on a GPU: some of the iterations were done without the host, in a stretch. */
  readonly stretched?: boolean;
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
 * - An error of one iteration is passed on whole at most by those that follow, so n of them are off by n times what one is. EM
 *   forgets: its last steps keep the share ρ of an error, and gains shrink by ρ². In these problems centres moved by 1e-6 at
 *   the start, in float64, came to 0.9e-6 at most after 1 to 24 iterations (14 shapes; mostly half of it, or much less).
 * - k-means decides: a point whose two nearest centres are equally far, to (D + 4) u, may go to either. There are about
 *   2 N (D + 4) u of them in an iteration; four times as many may happen to be there, and one always. Each moves two centres
 *   by at most two standard deviations over N / K points, in the mean over centres 4 / N.
 *
 * @param N points that differ: copies round alike and count once
 */
export function toleranceFor(kind: Kind, N: number, D: number, iterations: number): number {
  const rounding = (D + 4) * UNIT;
  const ties = kind === 'k-means' ? (Math.ceil(iterations * 8 * N * rounding) * 4) / N : 0;
  return iterations * ((rounding * (D + 16)) / 2 + 1e-5) + ties;
}

/** Whether a check held. */
export function holds({ deviation, tolerance }: Check): boolean {
  return deviation <= tolerance;
}

/** Why a check does not vouch for times, in a sentence; `stretched`: whether what was timed went by without the host. */
export function objection(check: Check, stretched: boolean): string | undefined {
  const { iterations, deviation, tolerance } = check;
  if (!holds(check)) {
    const [off, bound] = [deviation, tolerance].map((x) => x.toExponential(1));
    return `after ${iterations} iterations ${off} from the float64 reference, where rounding explains ${bound}`;
  }
  if (!stretched || check.stretched) return undefined;
  return `timed iterations were done on the device alone, and the ${iterations} that were checked were not`;
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
