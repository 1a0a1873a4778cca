import { EmgpuError, type HostPoints, type MixtureModel, type PoissonModel, type ScoreOptions } from '../node.ts';
import { type AnyModel, isGaussian, isKMeans } from './models.ts';
import type { ComputeOptions, InputOptions } from './options.ts';

/** The options of the commands that take a model and a file of points. */
export interface ScoringOptions extends InputOptions, ComputeOptions {}

/** The options of a model's calls on points. Rows are dropped by the reader, so `drop` is not among them. */
export function scoreOptions({ backend, tune, missing }: ScoringOptions, signal: AbortSignal): ScoreOptions {
  return { backend, tune, signal, ...(missing === 'em' && { missing }) };
}

/** The model, which must be a mixture; throws `model-mismatch` saying why. */
export function requireMixture(model: AnyModel, why: string, remedy: string): MixtureModel | PoissonModel {
  if (!isKMeans(model)) return model;
  throw new EmgpuError('model-mismatch', why, remedy);
}

/** The model, which must be a Gaussian mixture, the only kind that can deal with a part of a row; throws `model-mismatch` saying why. */
export function requireGaussian(model: AnyModel, what: string, remedy: string): MixtureModel {
  if (isGaussian(model)) return model;
  const got = `${what} needs a Gaussian mixture; this is a ${model.toJSON().model} model.`;
  throw new EmgpuError('model-mismatch', got, remedy);
}

/** Throws `model-mismatch` where rows with missing values are to be scored by a model that cannot. */
export function checkMissing(model: AnyModel, { missing }: ScoringOptions): void {
  if (missing === 'em') requireGaussian(model, '--missing em', 'Take --missing drop.');
}

/** What one pass shows about a model on points. */
export type Scores =
  | { model: 'k-means'; nSamples: number; totalWeight: number; inertia: number }
  | {
      model: 'gaussian-mixture' | 'poisson-mixture';
      nSamples: number;
      /** The sum of the row weights. */
      totalWeight: number;
      logLikelihood: number;
      /** Log-likelihood per unit of weight. */
      mean: number;
      bic: number;
      aic: number;
      icl: number;
    };

/** How well a model describes points, as far as one pass shows. */
export async function scoresOf(model: AnyModel, points: HostPoints, options: ScoreOptions): Promise<Scores> {
  if (isKMeans(model)) {
    const { nSamples, totalWeight, inertia } = await model.evaluate(points, options);
    return { model: 'k-means', nSamples, totalWeight, inertia };
  }
  const { nSamples, totalWeight, logLikelihood, lowerBound, bic, aic, icl } = await model.evaluate(points, options);
  return { model: model.toJSON().model, nSamples, totalWeight, logLikelihood, mean: lowerBound, bic, aic, icl };
}
