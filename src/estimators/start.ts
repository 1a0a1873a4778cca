import { type Seeds, seed } from '../em/seeding.ts';
import type { Dataset } from '../em/types.ts';
import { populationMoments, standardNormal } from '../families/gaussian.ts';
import { seededRandom } from '../math/random.ts';
import type { CallOptions } from './types.ts';

/** D population variances, in the frame. */
export async function populationVariance(dataset: Dataset, { signal }: CallOptions): Promise<Float64Array> {
  return populationMoments(await dataset.expectation(standardNormal(dataset.frame), { signal })).variance;
}

export interface StartOptions extends CallOptions {
  readonly method: 'k-means++' | 'random';
  readonly count: number;
  readonly seed: number;
}

/** Draws the points to start from. `weights`: of squared differences per feature, D of them. */
export async function drawStart(dataset: Dataset, weights: Float64Array, options: StartOptions): Promise<Seeds> {
  const { signal, onProgress, method, count } = options;
  return seed(dataset, {
    ...{ method, count, weights, signal },
    random: seededRandom(options.seed),
    onProgress: (fraction) => onProgress?.({ stage: 'seed', fraction, iteration: 0 }),
  });
}
