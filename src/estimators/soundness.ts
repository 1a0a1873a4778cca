import type { RunSettings } from '../em/run.ts';
import type { Collapse, Dataset, Degeneracy, Family } from '../em/types.ts';
import { populationCovariance } from './population.ts';

/** A component this many times narrower than all points in some direction, and at the regulariser there, has collapsed. */
const NARROWER = 100;
/** Weights that add up to no more than this are taken for shares of a whole, not for counts. */
const LIGHTEST = 2;
/** A column varies if its standard deviation is more than this share of its mean: less is rounding. */
const VARIES = 1e-14;

/** What was found about a fit's components. */
export interface Findings {
  /** Components whose likelihood means nothing. */
  readonly collapses: Degeneracy[];
  /** Findings that do not make the fit unsound: two components that coincide, or a regulariser that is as large as the variances it is added to. */
  readonly cautions: Degeneracy[];
}

/**
 * Looks for components whose likelihood means nothing (scikit-learn#12099): with less than a point's weight, or at the regulariser, or lost in
 * rounding, in a direction in which the points themselves are not. A column that is constant for all points is no collapse.
 */
export async function examine<P>(
  family: Family<P>,
  dataset: Dataset,
  parameters: P,
  { signal, precision }: Pick<RunSettings, 'signal' | 'precision'>,
): Promise<Findings> {
  const { frame } = dataset;
  const suspects = family.collapses?.(parameters, frame, { leastWeight: weightOfOne(dataset), precision }) ?? [];
  const isNarrow = ({ direction }: Collapse) => direction !== undefined;
  const covariance = suspects.some(isNarrow) ? await populationCovariance(dataset, { signal }) : undefined;
  const spread = ({ direction }: Collapse) => along(covariance!, direction!);
  const isCollapse = (suspect: Collapse) => !isNarrow(suspect) || spread(suspect) > NARROWER * suspect.variance!;
  const overruled = suspects.find((suspect) => {
    if (isCollapse(suspect) || suspect.cause !== 'regularizer') return false;
    const size = suspect.direction!.reduce((sum, v, d) => sum + (v * frame.shift[d]!) ** 2, 0);
    return spread(suspect) > VARIES ** 2 * size;
  });
  return {
    collapses: suspects.filter(isCollapse).map(describe),
    cautions: [
      ...(overruled ? [describeOverruled(overruled, spread(overruled))] : []),
      ...describeCoinciding(family.coinciding?.(parameters)),
    ],
  };
}

/**
 * The weight of one point, as a share of all: weights are counts, so it is 1, but where weights are smaller on average, it is their average (rows of
 * weight 0 left out). A little less than that, since rounding must not decide on a component with exactly one point.
 */
function weightOfOne({ totalWeight, nWeighted }: Dataset): number {
  return ((1 - 1e-6) * Math.min(1, totalWeight / nWeighted)) / totalWeight;
}

/** A warning where the weights seem to be shares of a whole: the criteria of mixtures take their sum for the number of points. */
export function lightWeights<P>({ hard }: Family<P>, { totalWeight, nWeighted }: Dataset): string[] {
  if (hard || nWeighted <= LIGHTEST || totalWeight > LIGHTEST) return [];
  return [
    `The weights of ${nWeighted} points add up to ${totalWeight.toPrecision(3)}, and BIC, AIC and ICL take them for so many points. ` +
      'Where they are shares, multiply them by the number of points.',
  ];
}

/** The variance in a direction: vᵀ Σ v. */
function along(covariance: Float64Array, v: Float64Array): number {
  const D = v.length;
  return covariance.reduce((sum, c, i) => sum + c * v[Math.floor(i / D)]! * v[i % D]!, 0);
}

function describe({ component, cause, variance }: Collapse): Degeneracy {
  const where = `(variance ${variance?.toPrecision(3)} in one direction)`;
  const what = {
    weight: 'has less than the weight of one point',
    regularizer: `is as narrow as the regulariser lets it be ${where}`,
    rounding: `is so narrow beside the spread of all points that rounding hides its shape ${where}`,
  }[cause];
  return {
    component,
    code: 'collapsed-component',
    message: `Component ${component} ${what}: its likelihood means nothing.`,
  };
}

function describeOverruled({ component, variance }: Collapse, spread: number): Degeneracy {
  return {
    component,
    code: 'strong-regularizer',
    message:
      `regCovar is as large as what it is added to: component ${component} has variance ${variance!.toPrecision(3)} in a direction in which ` +
      `all points have ${spread.toPrecision(3)}. Lower regCovar (--reg-covar), or scale the columns up.`,
  };
}

function describeCoinciding(pair: readonly [number, number] | undefined): Degeneracy[] {
  if (!pair) return [];
  const [component, other] = pair;
  const what = `Components ${component} and ${other} coincide: one of them would do.`;
  const remedy = 'Where there should be two, start elsewhere: more starts (nInit, --restarts), another seed or init.';
  return [{ component, code: 'coinciding-components', message: `${what} ${remedy}` }];
}
