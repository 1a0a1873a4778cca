import { normalizeRows } from '../estimators/directions.ts';
import {
  adjustedRandIndex,
  type ComponentSummary,
  componentTable,
  EmgpuError,
  type FisherInformation,
  GaussianMixture,
  type HostPoints,
  type KFoldScore,
  kFoldScore,
  type MixtureModel,
  normalizedMutualInformation,
  PoissonMixture,
  type PoissonModel,
  type ScoreOptions,
  type Silhouette,
  silhouette,
} from '../node.ts';
import type { Table } from './input.ts';
import type { LabelColumn } from './label-column.ts';
import { type AnyModel, isGaussian, isKMeans } from './models.ts';
import { count } from './numbers.ts';
import { type Scores, type ScoringOptions, scoreOptions, scoresOf } from './scoring.ts';

/** The options of `emgpu evaluate`. */
export interface EvaluationOptions extends ScoringOptions {
  readonly labelsColumn?: string;
  readonly folds?: number;
  /** For Gaussian mixtures only. */
  readonly standardErrors?: true;
  readonly restarts: number;
  readonly regCovar: number;
  readonly prior?: true;
  readonly seed: number;
}

/**
 * The standard errors of a Gaussian mixture's parameters, in data units and in the shapes of the model file, or why there are none; and whether
 * the points seem to be those that it was fitted to.
 */
type Uncertainty = Pick<FisherInformation, 'standardErrors' | 'missingShare' | 'indefinite' | 'offMaximum' | 'caution'>;

/** Everything there is to say about a model on points. Its uncertainty is there only where it was asked for. */
export interface Evaluation extends Uncertainty {
  readonly scores: Scores;
  readonly heldOut?: KFoldScore & { readonly folds: number };
  /** The silhouette, or why there is none. */
  readonly silhouette: Silhouette | string;
  readonly agreement?: Agreement;
  /** Present for Gaussian mixtures. */
  readonly components?: readonly ComponentSummary[];
}

/** How the labels of the model agree with known classes. */
export interface Agreement {
  readonly column: string;
  /** Rows that have a known class. */
  readonly nSamples: number;
  readonly adjustedRandIndex: number;
  readonly normalizedMutualInformation: number;
}

/** Called with the progress of an evaluation: its current part, and the fraction of that which is done. */
export type Tell = (part: string, fraction: number) => void;

/** Judges a model on the points of a table. @param known the classes of all rows of the file */
export async function evaluateModel(
  model: AnyModel,
  table: Table,
  known: LabelColumn | undefined,
  options: EvaluationOptions,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: Tell },
): Promise<Evaluation> {
  const score = scoreOptions(options, signal);
  tell('scores', 0);
  const scores = await scoresOf(model, table.points, score);
  const labels = await model.predict(table.points, score);
  const { labelsColumn, folds } = options;
  const agreement = known && agree(labels, known, table, labelsColumn!);
  const compact = await silhouetteOf(model, table, labels, { signal, tell, seed: options.seed });
  if (isKMeans(model)) return { scores, silhouette: compact, ...(agreement && { agreement }) };
  const heldOut = folds === undefined ? undefined : await crossValidate(model, table.points, options, { signal, tell });
  return {
    scores,
    ...(heldOut && { heldOut: { folds: folds!, ...heldOut } }),
    silhouette: compact,
    ...(agreement && { agreement }),
    ...(isGaussian(model) && { components: componentsOf(model) }),
    ...(isGaussian(model) && options.standardErrors && (await uncertaintyOf(model, table.points, score, tell))),
  };
}

/** The components as a table. */
export function componentsOf(model: MixtureModel): ComponentSummary[] {
  return componentTable(model);
}

function agree(labels: Uint32Array, known: LabelColumn, { rowNumbers }: Table, column: string): Agreement {
  const pairs = Array.from(labels, (label, i) => ({ label, name: known[rowNumbers?.[i] ?? i] }));
  const told = pairs.filter((pair): pair is { label: number; name: string } => pair.name !== undefined);
  if (told.length === 0) {
    throw new EmgpuError('missing-column', `Column "${column}" is empty in all rows.`, 'Choose another column.');
  }
  const ours = told.map(({ label }) => label);
  const theirs = told.map(({ name }) => name);
  return {
    column,
    nSamples: told.length,
    adjustedRandIndex: adjustedRandIndex(theirs, ours),
    normalizedMutualInformation: normalizedMutualInformation(theirs, ours),
  };
}

/** The standard errors. Progress cannot follow the passes one by one, so it shows how many there are. */
async function uncertaintyOf(
  model: MixtureModel,
  points: HostPoints,
  score: ScoreOptions,
  tell: Tell,
): Promise<Uncertainty> {
  tell(`standard errors, ${count(2 * model.nParameters + 1)} passes`, 0);
  const information = await model.fisherInformation(points, score);
  const { standardErrors, missingShare, indefinite, offMaximum, caution } = information;
  return {
    ...(standardErrors && { standardErrors }),
    ...(missingShare !== undefined && { missingShare }),
    ...(indefinite !== undefined && { indefinite }),
    ...(offMaximum !== undefined && { offMaximum }),
    ...(caution !== undefined && { caution }),
  };
}

interface Judging {
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** The silhouette of the clusters. Rows of the noise component are left out, as outliers are no cluster. */
async function silhouetteOf(
  model: AnyModel,
  { points, nGaps }: Table,
  labels: Uint32Array,
  { signal, tell, seed }: Judging & { readonly seed: number },
): Promise<Silhouette | string> {
  if (nGaps > 0) return 'rows with missing values have no distances';
  const noise = isGaussian(model) && model.noise ? model.nComponents : undefined;
  const counts = (label: number, i: number) => label !== noise && points.sampleWeight?.[i] !== 0;
  if (new Set(labels.filter(counts)).size < 2) return 'all points have the same label';
  const sampleWeight =
    noise === undefined
      ? points.sampleWeight
      : Float64Array.from(labels, (label, i) => (label === noise ? 0 : (points.sampleWeight?.[i] ?? 1)));
  const seen = isKMeans(model) && model.metric === 'cosine' ? normalizeRows(points) : points;
  const onProgress = (fraction: number) => tell('silhouette', fraction);
  return silhouette({ ...seen, ...(sampleWeight && { sampleWeight }) }, labels, { seed, signal, onProgress });
}

/** Cross-validates: mixtures of the same size and shape are fitted to all folds but one, and scored on that one. */
async function crossValidate(
  model: MixtureModel | PoissonModel,
  points: HostPoints,
  options: EvaluationOptions,
  { signal, tell }: Judging,
): Promise<KFoldScore> {
  const estimator = estimatorLike(model, options);
  const score = scoreOptions(options, signal);
  return kFoldScore(
    points,
    options.folds!,
    async (train, test) => {
      const fit = await estimator.fit(train, { signal });
      fit.destroy();
      const { logLikelihood, totalWeight: weight } = await fit.evaluate(test, score);
      return { logLikelihood, weight };
    },
    { seed: options.seed, signal, onProgress: (fraction) => tell('folds', fraction) },
  );
}

function estimatorLike(model: MixtureModel | PoissonModel, options: EvaluationOptions) {
  const { seed, restarts, regCovar, prior, backend, tune, missing } = options;
  const common = { nComponents: model.nComponents, seed, nInit: restarts, backend, tune };
  if (!isGaussian(model)) return new PoissonMixture(common);
  const { covarianceType, noise } = model;
  return new GaussianMixture({
    ...{ ...common, covarianceType, regCovar },
    ...(prior && { prior }),
    ...(missing === 'em' && { missing }),
    // A noise weight of 0 would stay 0, so then the default is taken.
    ...(noise && { noise: { logVolume: noise.logVolume, ...(noise.weight > 0 && { weight: noise.weight }) } }),
  });
}
