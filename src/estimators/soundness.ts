import type { Collapse, Dataset, Degeneracy, Family, RunOptions } from '../em/types.ts';
import { populationCovariance } from './population.ts';

/** A component this many times narrower than all points in some direction, and at the regulariser there, has collapsed. */
const NARROWER = 100;

/**
 * Components whose likelihood means nothing (scikit-learn#12099): with less than a point's weight, or at the regulariser in a direction in
 * which the points themselves are not. A column that is constant for all points is no collapse.
 */
export async function findCollapses<P>(
  family: Family<P>,
  dataset: Dataset,
  parameters: P,
  { signal }: RunOptions,
): Promise<Degeneracy[]> {
  const suspects = family.collapses?.(parameters, dataset.frame, weightOfOne(dataset)) ?? [];
  const narrow = suspects.filter((suspect) => suspect.direction);
  const covariance = narrow.length > 0 ? await populationCovariance(dataset, { signal }) : undefined;
  return suspects
    .filter(({ direction, variance }) => !direction || along(covariance!, direction) > NARROWER * variance!)
    .map(describe);
}

/**
 * What a point weighs, as a share of all: 1, as weights are counts; where they are smaller on average, that average. Rows of weight 0 are
 * none. A little less, since rounding must not decide of a component with exactly one point.
 */
function weightOfOne({ totalWeight, nWeighted }: Dataset): number {
  return ((1 - 1e-6) * Math.min(1, totalWeight / nWeighted)) / totalWeight;
}

/** The variance in a direction: vᵀ Σ v. */
function along(covariance: Float64Array, v: Float64Array): number {
  const D = v.length;
  return covariance.reduce((sum, c, i) => sum + c * v[Math.floor(i / D)]! * v[i % D]!, 0);
}

function describe({ component, variance }: Collapse): Degeneracy {
  const what =
    variance === undefined
      ? 'has less than the weight of one point'
      : `is as narrow as the regulariser lets it be (variance ${variance.toPrecision(3)} in one direction)`;
  return {
    component,
    code: 'collapsed-component',
    message: `Component ${component} ${what}: its likelihood means nothing.`,
  };
}
