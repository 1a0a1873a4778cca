import type { Scaling } from '../data/frame.ts';
import type { OptionNames } from '../data/option-names.ts';
import { checkPoints } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import { type CovarianceType, covarianceShapes } from '../families/covariance.ts';
import type { Estimator } from './estimator.ts';
import { GAUSSIAN_OPTIONS, GaussianMixture } from './gaussian-mixture.ts';
import type { MixtureFit, MixtureRecord } from './mixture-fit.ts';
import { checkCall, checkChoice, checkCount, defined } from './options.ts';
import { isStream, type PointSource } from './session.ts';
import type { CallOptions, GaussianMixtureOptions } from './types.ts';

/** The criterion that models are compared by; smaller is better. */
export type Criterion = 'bic' | 'aic' | 'icl';

export interface SelectOptions extends Omit<GaussianMixtureOptions, 'nComponents' | 'covarianceType'> {
  /** Numbers of components to try; default 1 to 9. */
  readonly nComponents?: readonly number[] | undefined;
  /** Default: all six. */
  readonly covarianceTypes?: readonly CovarianceType[] | undefined;
  /** Default `bic`. */
  readonly criterion?: Criterion | undefined;
}

/** One candidate. */
export interface SelectionRow {
  readonly nComponents: number;
  /** Present for Gaussian mixtures. */
  readonly covarianceType?: CovarianceType;
  /** Free parameters. */
  readonly nParameters?: number;
  readonly logLikelihood?: number;
  readonly bic?: number;
  readonly aic?: number;
  readonly icl?: number;
  readonly nIter?: number;
  readonly converged?: boolean;
  /** Why there are no numbers: all starts collapsed, or there are fewer points than components. */
  readonly refused?: string;
}

export interface Selection<Fit> {
  /** One per candidate, in the order they were tried. */
  readonly rows: readonly SelectionRow[];
  readonly criterion: Criterion;
  /** The row of the best candidate by the criterion. */
  readonly best: SelectionRow;
  /** The fit of the best candidate. It holds the points until it is destroyed. */
  readonly fit: Fit;
}

export interface SelectCall extends CallOptions {
  /** Called after each candidate with all rows so far; `count`: how many candidates there are in all. */
  readonly onCandidate?: ((rows: readonly SelectionRow[], count: number) => void) | undefined;
}

interface Candidate {
  readonly nComponents: number;
  readonly covarianceType?: CovarianceType;
}

const { covarianceType: _, ...FIXED_OPTIONS } = GAUSSIAN_OPTIONS;
const OPTIONS = { ...FIXED_OPTIONS, covarianceTypes: true, criterion: true } satisfies OptionNames<SelectOptions>;

/** Default number of starts per candidate: a single start may miss the best optimum. */
const STARTS = 5;

/**
 * Fits Gaussian mixtures over a grid of numbers of components and covariance types, all on one upload, and chooses by BIC, AIC or ICL.
 * Collapsed fits are refused: they would always win. Rejects with `all-collapsed` where nothing is left.
 */
export async function select(
  points: PointSource,
  options: SelectOptions = {},
  call: SelectCall = {},
): Promise<Selection<MixtureFit>> {
  const {
    nComponents = [1, 2, 3, 4, 5, 6, 7, 8, 9],
    covarianceTypes,
    criterion,
    ...common
  } = defined(options, OPTIONS);
  const types = covarianceTypes ?? (Object.keys(covarianceShapes) as CovarianceType[]);
  checkList('nComponents', nComponents, '[1, 2, 3]');
  checkList('covarianceTypes', types, "['full', 'tied']");
  const candidates = nComponents.flatMap((K) => types.map((covarianceType) => ({ nComponents: K, covarianceType })));
  for (const K of nComponents) checkCount('nComponents', K);
  const estimators = candidates.map((one) => new GaussianMixture({ nInit: STARTS, ...common, ...one }));
  return selectFrom(points, estimators, { ...(criterion && { criterion }) }, call);
}

/**
 * As {@link select}, over estimators of mixtures of any one family, each with its own options. How points are loaded (`backend`, `missing`, …) is
 * taken from the one with the fewest components. Whether each can be fitted to these points is checked before the first is fitted.
 *
 * Rejects with `invalid-option` for `KMeans`, which has no likelihood: inertia falls with every further cluster, and BIC, AIC and ICL are not
 * defined.
 */
export async function selectFrom<P, Model, Fit extends MixtureRecord & { readonly nParameters: number }>(
  points: PointSource,
  estimators: readonly (Estimator<P, Model, Fit> & { readonly options: Candidate })[],
  options: { readonly criterion?: Criterion | undefined } = {},
  call: SelectCall = {},
): Promise<Selection<Fit>> {
  const { criterion = 'bic' } = defined(options, { criterion: true });
  checkChoice('criterion', criterion, ['bic', 'aic', 'icl']);
  checkCall(call);
  checkList('estimators', estimators, '[new GaussianMixture({ nComponents: 2 })]');
  for (const estimator of estimators) checkCandidate(estimator);
  checkEach(points, estimators);
  // Loading checks for the fewest components only: candidates of more than there are points are refused one by one.
  const smallest = estimators.reduce((a, b) => (b.options.nComponents < a.options.nComponents ? b : a));
  const { session, checked } = await smallest.open(points, call, { scaling: commonScaling(estimators) });
  const rows: SelectionRow[] = [];
  let best: { readonly row: SelectionRow; readonly fit: Fit } | undefined;
  try {
    for (const estimator of estimators) {
      const { row, fit } = await tryOne(estimator, () => estimator.fitOn(session, checked, call));
      rows.push(row);
      if (fit && (!best || row[criterion]! < best.row[criterion]!)) best = { row, fit };
      call.onCandidate?.([...rows], estimators.length);
    }
    if (!best) refuseAll(rows);
    return { rows, criterion, best: best.row, fit: best.fit };
  } catch (error) {
    session.dataset.destroy();
    throw error;
  }
}

/** Throws `invalid-option` unless `value` is a list of at least one: callers in plain JavaScript may give one thing where several are expected. */
function checkList(name: string, value: unknown, example: string): void {
  if (Array.isArray(value) && value.length > 0) return;
  throw new EmgpuError(
    'invalid-option',
    `${name} must be a list of at least one, got ${Array.isArray(value) ? 'an empty one' : value}.`,
    `Pass a list such as ${example}.`,
  );
}

/** Throws `invalid-option` unless this is an estimator of a mixture: k-means has no likelihood that a criterion could be computed from. */
function checkCandidate(estimator: unknown): void {
  const { options, fitOn } = (estimator ?? {}) as {
    options?: Partial<Candidate & { nClusters: number }>;
    fitOn?: unknown;
  };
  if (typeof fitOn === 'function' && options?.nComponents !== undefined) return;
  if (typeof fitOn !== 'function') {
    throw new EmgpuError(
      'invalid-option',
      `Candidates must be estimators, got ${String(estimator)}.`,
      'Pass new GaussianMixture({ … }), SoftKMeans or PoissonMixture.',
    );
  }
  throw new EmgpuError(
    'invalid-option',
    'k-means has no likelihood, and so no BIC, AIC or ICL; its inertia falls with every further cluster.',
    "Choose among mixtures (covarianceType 'tied-spherical' is the nearest to k-means), or compare silhouettes.",
  );
}

/** Checks before anything is fitted what would else fail after hours of other fits: a start or a prior that is not for these points. */
function checkEach<P, Model, Fit>(points: PointSource, estimators: readonly Estimator<P, Model, Fit>[]): void {
  if (!isStream(points)) checkPoints(points);
  for (const estimator of estimators) estimator.checkFor(points.nFeatures);
}

/** The scaling that suits all: where one of them mixes features in its distances, all columns are scaled alike, which is right for the others, too. */
function commonScaling(estimators: readonly { readonly scaling: Scaling }[]): Scaling {
  return estimators.find(({ scaling }) => scaling !== 'per-feature')?.scaling ?? 'per-feature';
}

async function tryOne<Fit extends MixtureRecord & { readonly nParameters: number }>(
  { options: { nComponents, covarianceType } }: { readonly options: Candidate },
  fitting: () => Promise<Fit>,
): Promise<{ row: SelectionRow; fit?: Fit }> {
  const candidate = { nComponents, ...(covarianceType && { covarianceType }) };
  try {
    const fit = await fitting();
    const { nParameters, logLikelihood, bic, aic, icl, nIter, converged } = fit;
    return { row: { ...candidate, nParameters, logLikelihood, bic, aic, icl, nIter, converged }, fit };
  } catch (error) {
    const expected = ['all-collapsed', 'too-few-points', 'singular-covariance'];
    if (!(error instanceof EmgpuError) || !expected.includes(error.code)) throw error;
    return { row: { ...candidate, refused: error.message } };
  }
}

function refuseAll(rows: readonly SelectionRow[]): never {
  throw new EmgpuError(
    'all-collapsed',
    `None of ${rows.length} candidates could be fitted; the last one: ${rows.at(-1)!.refused}`,
    'Try fewer components or simpler covarianceTypes, raise regCovar or nInit, or set a prior.',
  );
}
