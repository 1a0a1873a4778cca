import type { Collapse, Dataset, Degeneracy, Family, RunOptions } from '../em/types.ts';
import { covarianceShapes, rescale } from '../families/covariance.ts';
import { standardNormal } from '../families/gaussian.ts';
import { scatterAbout } from '../families/scatter.ts';

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
  const suspects = family.collapses?.(parameters, dataset.frame, dataset.nSamples) ?? [];
  const narrow = suspects.filter((suspect) => suspect.direction);
  const covariance = narrow.length > 0 ? await populationCovariance(dataset, { signal }) : undefined;
  return suspects
    .filter(({ direction, variance }) => !direction || along(covariance!, direction) > NARROWER * variance!)
    .map(describe);
}

/** D × D, data units, of all points. */
export async function populationCovariance(dataset: Dataset, options: RunOptions): Promise<Float64Array> {
  const { frame, nFeatures: D } = dataset;
  const statistics = await dataset.expectation(standardNormal(frame, 'full'), options);
  const count = statistics.counts[0]!;
  const mean = statistics.centers.map((c, d) => c + statistics.first[d]! / count);
  const triangle = scatterAbout(statistics, 'matrix', mean, 1);
  const covariance = new Float64Array(D * D);
  for (let i = 0, e = 0; i < D; i++) {
    for (let j = 0; j <= i; j++, e++) {
      covariance[i * D + j] = triangle[e]! / count;
      covariance[j * D + i] = triangle[e]! / count;
    }
  }
  return rescale(covarianceShapes.full, covariance, frame.scale);
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
