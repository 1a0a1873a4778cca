import { type Seeds, seed } from '../em/seeding.ts';
import type { Dataset } from '../em/types.ts';
import { populationMoments, standardNormal } from '../families/gaussian.ts';
import { seededRandom } from '../math/random.ts';
import type { CallOptions } from './types.ts';

export interface StartOptions extends CallOptions {
  readonly method: 'k-means++' | 'random';
  readonly count: number;
  readonly seed: number;
}

/** Seeds, and the population variances (frame) of the points they were drawn from. */
export interface Start extends Seeds {
  /** D */
  readonly variance: Float64Array;
}

/**
 * Draws the points to start from. `standardized`: distances count every feature in units of its standard deviation (constant
 * ones not at all), so that the start does not depend on the columns' units; else plain distances, as k-means means them.
 */
export async function drawStart(dataset: Dataset, options: StartOptions, standardized: boolean): Promise<Start> {
  const { signal, onProgress, method, count } = options;
  const { variance } = populationMoments(await dataset.expectation(standardNormal(dataset.frame), { signal }));
  const weights = standardized ? variance.map((v) => (v > 0 ? 1 / v : 0)) : variance.map(() => 1);
  const seeds = await seed(dataset, {
    ...{ method, count, weights, signal },
    random: seededRandom(options.seed),
    onProgress: (fraction) => onProgress?.({ stage: 'seed', fraction, iteration: 0 }),
  });
  return { ...seeds, variance };
}
