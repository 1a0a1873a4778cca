import { Command, Option } from 'commander';
import { EmgpuError, KMeans, type KMeansModel, type Metric } from '../../node.ts';
import { runFitting } from '../fitting.ts';
import { type AnyModel, isKMeans } from '../models.ts';
import { type FittingOptions, wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface KMeansOptions extends FittingOptions {
  readonly clusters?: number;
  readonly metric?: Metric;
}

const STARTS = ['k-means++', 'random'] as const;

const EXAMPLES = `
Examples:
  emgpu kmeans iris.csv --clusters 3 --restarts 10
  emgpu kmeans points.parquet --columns x,y --clusters 50 --labels labels.csv --report report.html
  emgpu kmeans embeddings.npy --clusters 100 --metric cosine`;

/** `emgpu kmeans FILE`: fits k-means. */
export function kmeansCommand(signal: AbortSignal): Command {
  const command = new Command('kmeans')
    .description('Cluster the points in a file by k-means.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option(
      '--clusters <k>',
      'number of clusters (default: 8, or those of the model in --init)',
      wholeNumber('--clusters', 1),
    )
    .addOption(
      new Option(
        '--metric <metric>',
        'what is small within a cluster; cosine compares directions (default: euclidean, or that of the model in --init)',
      ).choices(['euclidean', 'cosine']),
    );
  return addFittingOptions(command, {
    starts: STARTS,
    fromFile: true,
    tolHelp:
      'stop when the inertia falls by less than this share of the total variance; 0: when no point changes its cluster',
    restarts: 1,
    missing: ['error', 'drop'],
  })
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: KMeansOptions) => kmeans(file, options, signal));
}

async function kmeans(file: string, options: KMeansOptions, signal: AbortSignal): Promise<void> {
  const { clusters, seed, tol, maxIter, restarts, backend, tune, chunkRows } = options;
  await runFitting(file, options, STARTS, signal, (given) => {
    const init = clusterStart(given, options.init);
    const metric = options.metric ?? init?.metric ?? 'euclidean';
    refuseStreamedCosine(metric, options);
    const estimator = new KMeans({
      nClusters: clusters ?? init?.nClusters ?? 8,
      init: init ?? (options.init as (typeof STARTS)[number]),
      ...{ metric, seed, tol, maxIter, nInit: restarts, backend, tune },
      ...(chunkRows !== undefined && { chunkRows }),
    });
    return async (points, call) => ({ fit: await estimator.fit(points, call) });
  });
}

function clusterStart(init: AnyModel | undefined, name: string): KMeansModel | undefined {
  if (!init || isKMeans(init)) return init;
  throw new EmgpuError(
    'model-mismatch',
    `--init ${name} is a ${init.toJSON().model} model, not one of k-means.`,
    'Pass a model that emgpu kmeans wrote.',
  );
}

function refuseStreamedCosine(metric: Metric, { stream }: KMeansOptions): void {
  if (metric !== 'cosine' || !stream) return;
  throw new EmgpuError(
    'invalid-option',
    '--metric cosine and --stream exclude each other: rows are divided by their lengths in memory.',
    'Leave out one of the two, or write a file with rows of length 1.',
  );
}
