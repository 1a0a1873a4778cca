import { Command, Option } from 'commander';
import { type CovarianceType, EmgpuError, GaussianMixture } from '../../node.ts';
import { type FittingOptions, runFitting } from '../fitting.ts';
import { isKMeans } from '../models.ts';
import { nonNegative, wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface FitOptions extends FittingOptions {
  readonly components?: number;
  readonly covariance?: CovarianceType;
  readonly regCovar: number;
}

const EXAMPLES = `
Examples:
  emgpu fit iris.csv --columns sepal_length,petal_length --components 3
  emgpu fit points.npy --covariance diag --components 32 --out model.json --labels labels.csv
  emgpu fit more.parquet --init model.json --report report.html
  emgpu fit points.csv --json | jq .bic`;

/** `emgpu fit FILE`: fits a Gaussian mixture. */
export function fitCommand(signal: AbortSignal): Command {
  const command = new Command('fit')
    .description('Fit a Gaussian mixture to the points in a file.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY')
    .option(
      '--components <k>',
      'number of components (default: 8, or those of the model in --init)',
      wholeNumber('--components', 1),
    )
    .addOption(
      new Option(
        '--covariance <type>',
        'shape of the components (default: full, or that of the model in --init)',
      ).choices(['full', 'tied', 'diag', 'spherical']),
    )
    .addOption(
      new Option('--reg-covar <x>', 'added to every variance, in squared units of the data')
        .argParser(nonNegative('--reg-covar', '1e-6'))
        .default(1e-6, '1e-6'),
    );
  return addFittingOptions(command, 'stop when less than this is left to gain per point, in nats; 0: never')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: FitOptions) => fitMixture(file, options, signal));
}

async function fitMixture(file: string, options: FitOptions, signal: AbortSignal): Promise<void> {
  const { components, covariance, regCovar, seed, tol, maxIter, backend, tune } = options;
  await runFitting(file, options, signal, (init) => {
    if (init && isKMeans(init)) {
      throw new EmgpuError(
        'model-mismatch',
        `--init ${options.init} is a k-means model, not a mixture.`,
        'Pass a model that emgpu fit wrote.',
      );
    }
    return new GaussianMixture({
      nComponents: components ?? init?.nComponents ?? 8,
      covarianceType: covariance ?? init?.covarianceType ?? 'full',
      init: init ?? (options.init as 'k-means++' | 'random'),
      regCovar,
      seed,
      tol,
      maxIter,
      backend,
      tune,
    });
  });
}
