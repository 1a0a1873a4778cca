import { Command } from 'commander';
import { EmgpuError, KMeans } from '../../node.ts';
import { type FittingOptions, runFitting } from '../fitting.ts';
import { isKMeans } from '../models.ts';
import { wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface KMeansOptions extends FittingOptions {
  readonly clusters?: number;
}

const EXAMPLES = `
Examples:
  emgpu kmeans iris.csv --clusters 3
  emgpu kmeans points.parquet --columns x,y --clusters 50 --labels labels.csv --report report.html`;

/** `emgpu kmeans FILE`: fits k-means. */
export function kmeansCommand(signal: AbortSignal): Command {
  const command = new Command('kmeans')
    .description('Cluster the points in a file by k-means.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY')
    .option(
      '--clusters <k>',
      'number of clusters (default: 8, or those of the model in --init)',
      wholeNumber('--clusters', 1),
    );
  return addFittingOptions(
    command,
    'stop when the inertia falls by less than this share of the total variance; 0: never',
  )
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: KMeansOptions) => kmeans(file, options, signal));
}

async function kmeans(file: string, options: KMeansOptions, signal: AbortSignal): Promise<void> {
  const { clusters, seed, tol, maxIter, backend, tune } = options;
  await runFitting(file, options, signal, (init) => {
    if (init && !isKMeans(init)) {
      throw new EmgpuError(
        'model-mismatch',
        `--init ${options.init} is a mixture, not a k-means model.`,
        'Pass a model that emgpu kmeans wrote.',
      );
    }
    return new KMeans({
      nClusters: clusters ?? init?.nClusters ?? 8,
      init: init ?? (options.init as 'k-means++' | 'random'),
      seed,
      tol,
      maxIter,
      backend,
      tune,
    });
  });
}
