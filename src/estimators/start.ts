import { EmRun } from '../em/run.ts';
import { type Seeds, seed } from '../em/seeding.ts';
import type { Backend, Dataset, RunOptions } from '../em/types.ts';
import { kMeansFamily } from '../families/k-means.ts';
import { seededRandom } from '../math/random.ts';
import type { MixtureStart } from './types.ts';

export interface StartOptions extends RunOptions {
  readonly method: Exclude<MixtureStart, 'random'>;
  readonly count: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Iterations of the short k-means run of the start `k-means`. */
const SHORT_RUN = 10;

/** Draws the centres to start from. `weights`: what a squared difference counts for in each of D features. */
export async function drawCenters(dataset: Dataset, weights: Float64Array, options: StartOptions): Promise<Seeds> {
  const { signal, onProgress, method, count } = options;
  const seeds = await seed(dataset, {
    ...{ count, weights, signal, onProgress },
    method: method === 'random-from-data' ? 'uniform' : 'k-means++',
    random: seededRandom(options.seed),
  });
  if (method !== 'k-means') return seeds;
  const settings = { tol: 0, maxIter: SHORT_RUN, precision: options.backend.precision, signal };
  const run = new EmRun(kMeansFamily, dataset, { nClusters: count, centers: seeds.centers }, settings);
  while (!run.done) await run.step();
  return { ...seeds, centers: run.parameters.centers };
}
