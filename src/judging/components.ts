import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { EmgpuError } from '../errors.ts';
import { isList } from './checks.ts';
import { closest, type Gaussian, gaussian, type Neighbor } from './overlap.ts';

/** Parameters of a mixture for {@link componentTable}: K components of D features, in data units. */
export interface ComponentParameters {
  /** `[K]` */
  readonly weights: ArrayLike<number>;
  /** `[K][D]` */
  readonly means: ArrayLike<ArrayLike<number>>;
  /** `[K][D][D]`, symmetric and positive definite; lower triangles are read. */
  readonly covariances: ArrayLike<ArrayLike<ArrayLike<number>>>;
}

/** A Gaussian mixture of any covariance type, as emgpu's models have it. */
export interface ComponentModel extends Pick<ComponentParameters, 'weights' | 'means'> {
  /** `[K][D][D]`, whatever the type. */
  readonly fullCovariances: ComponentParameters['covariances'];
}

/** How much two components have in common. */
export interface Overlap {
  /** The other component. */
  readonly component: number;
  /**
   * The Bhattacharyya coefficient `∫ √(f₁ f₂)` of the two densities: 1 where they are the same, 0 where they have nothing in common.
   * Weights have no part in it. If points come from these two components with shares p and 1 − p, the best rule assigns at most the share
   * `√(p (1 − p)) · coefficient` of them wrongly (Kailath 1967).
   */
  readonly coefficient: number;
}

/** One component of a mixture, in data units. */
export interface ComponentSummary {
  readonly component: number;
  readonly weight: number;
  /** D. */
  readonly mean: number[];
  /** D standard deviations. */
  readonly sd: number[];
  /** D eigenvalues of the covariance, largest first: the variances along its principal axes. */
  readonly eigenvalues: number[];
  /**
   * The largest eigenvalue over the smallest; `Infinity` where the smallest cannot be told from rounding. It depends on the units of the features.
   */
  readonly conditionNumber: number;
  /** The component that this one overlaps most. Absent where it is the only one. */
  readonly overlap?: Overlap;
}

/**
 * The components of a mixture as a table: weight, location, spread, shape, and which other component each is hardest to tell from.
 * It takes O(K D³) operations, and K² D³ / 2 where all components overlap.
 *
 * Throws `invalid-model` where shapes disagree, `singular-covariance` naming the component.
 */
export function componentTable(mixture: ComponentParameters | ComponentModel): ComponentSummary[] {
  const parameters = parametersOf(mixture);
  checkLists(parameters);
  const { weights } = parameters;
  const gaussians = Array.from(weights, (_, k) => component(parameters, k));
  const neighbors = closest(gaussians);
  return gaussians.map((one, k) => summarize(one, k, weights[k]!, neighbors[k]!));
}

function parametersOf(mixture: ComponentParameters | ComponentModel): ComponentParameters {
  if (typeof mixture !== 'object' || mixture === null || !('fullCovariances' in mixture)) return mixture;
  const { weights, means, fullCovariances } = mixture;
  return { weights, means, covariances: fullCovariances };
}

function summarize({ mean, covariance }: Gaussian, k: number, weight: number, neighbor: Neighbor): ComponentSummary {
  const D = mean.length;
  const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(D, D, covariance), {
    assumeSymmetric: true,
  });
  // Rounding can make the smallest eigenvalues negative.
  const eigenvalues = realEigenvalues.map((value) => Math.max(0, value)).sort((a, b) => b - a);
  return {
    component: k,
    weight,
    mean: [...mean],
    sd: Array.from({ length: D }, (_, d) => Math.sqrt(covariance[d * D + d]!)),
    eigenvalues,
    conditionNumber: eigenvalues[0]! / eigenvalues[D - 1]!,
    ...(neighbor.index >= 0 && {
      overlap: { component: neighbor.index, coefficient: Math.exp(-neighbor.distance) },
    }),
  };
}

/** Throws `invalid-model` unless these are three lists of the same length, with finite weights: callers in plain JavaScript may pass anything. */
function checkLists(mixture: ComponentParameters): void {
  const { weights, means, covariances } = mixture ?? {};
  if (!isList(weights) || !isList(means) || !isList(covariances)) refuseShape('something else');
  if (means.length !== weights.length || covariances.length !== weights.length) {
    refuseShape(`${weights.length} weights, ${means.length} means and ${covariances.length} covariances`);
  }
  if (!Array.from(weights).every(Number.isFinite)) refuseShape(`the weights ${Array.from(weights)}`);
}

/** Component k, its shape checked. */
function component({ means, covariances }: ComponentParameters, k: number): Gaussian {
  const D = means[0]?.length ?? 0;
  const [own, block] = [means[k], covariances[k]];
  if (D === 0 || !isList(own) || own.length !== D || !isList(block) || block.length !== D) {
    return refuseShape(`component ${k} has another shape`);
  }
  if (!Array.from(own).every(Number.isFinite)) refuseShape(`component ${k} has a number that is not finite`);
  const mean = Float64Array.from(own);
  const rows = Array.from(block);
  if (!rows.every((row) => row?.length === D)) refuseShape(`component ${k} has another shape`);
  const covariance = new Float64Array(D * D).map((_, at) => {
    const i = Math.floor(at / D);
    const j = at % D;
    return rows[Math.max(i, j)]![Math.min(i, j)]!;
  });
  if (!covariance.every(Number.isFinite)) refuseShape(`component ${k} has a number that is not finite`);
  const checked = gaussian(mean, covariance);
  if (checked) return checked;
  throw new EmgpuError(
    'singular-covariance',
    `The covariance of component ${k} is not positive definite.`,
    'Fit with a larger regCovar or fewer components.',
  );
}

function refuseShape(found: string): never {
  throw new EmgpuError(
    'invalid-model',
    `A mixture of K components needs K weights, K means of D finite numbers and K covariances of D × D; got ${found}.`,
    'Pass a Gaussian mixture, or full covariances, [K][D][D].',
  );
}
