import { Command, Option } from 'commander';
import { EmgpuError, KMeans, type KMeansModel, type Metric, SoftKMeans } from '../../node.ts';
import { type Fitter, runFitting } from '../fitting.ts';
import { type AnyModel, isKMeans } from '../models.ts';
import { type FittingOptions, nonNegative, wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface KMeansOptions extends FittingOptions {
  readonly clusters?: number;
  readonly metric?: Metric;
  readonly stiffness?: number;
}

const STARTS = ['k-means++', 'random'] as const;
const DEFAULT_CLUSTERS = 8;

const EXAMPLES = `
Examples:
  emgpu kmeans iris.csv --clusters 3 --restarts 10
  emgpu kmeans points.parquet --columns x,y --clusters 50 --labels labels.csv --report report.html
  emgpu kmeans embeddings.npy --clusters 100 --metric cosine
  emgpu kmeans iris.csv --clusters 3 --stiffness 2 --out soft.json`;

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
    )
    .addOption(
      new Option(
        '--stiffness <beta>',
        'soft k-means: a point belongs to each cluster in proportion to exp(−beta · squared distance); writes a mixture',
      ).argParser(nonNegative('--stiffness', '0.5')),
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
  await runFitting(file, options, STARTS, signal, (init) =>
    options.stiffness === undefined ? hardFitter(options, init) : softFitter(options, options.stiffness, init),
  );
}

function hardFitter(options: KMeansOptions, given: AnyModel | undefined): Fitter {
  const init = clusterStart(given, options.init);
  const metric = options.metric ?? init?.metric ?? 'euclidean';
  refuseStreamedCosine(metric, options);
  const estimator = new KMeans({
    ...iterationOptions(options),
    nClusters: options.clusters ?? init?.nClusters ?? DEFAULT_CLUSTERS,
    init: init ?? (options.init as (typeof STARTS)[number]),
    metric,
  });
  return async (points, call) => ({ fit: await estimator.fit(points, call) });
}

function softFitter(options: KMeansOptions, stiffness: number, given: AnyModel | undefined): Fitter {
  const other = given ? `--init ${options.init}` : options.metric && '--metric';
  if (other) {
    throw new EmgpuError(
      'invalid-option',
      `--stiffness and ${other} exclude each other: soft k-means measures Euclidean distances, and draws its start.`,
      'Leave out one of the two.',
    );
  }
  const estimator = new SoftKMeans({
    ...iterationOptions(options),
    nClusters: options.clusters ?? DEFAULT_CLUSTERS,
    init: options.init === 'random' ? 'random-from-data' : 'k-means++',
    stiffness,
  });
  return async (points, call) => ({ fit: await estimator.fit(points, call) });
}

function iterationOptions({ seed, tol, maxIter, restarts, backend, tune, chunkRows }: KMeansOptions) {
  return { seed, tol, maxIter, nInit: restarts, backend, tune, ...(chunkRows !== undefined && { chunkRows }) };
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
