import { Command, Option } from 'commander';
import { type CovarianceType, GaussianMixture, type MixtureStart } from '../../node.ts';
import { runFitting } from '../fitting.ts';
import {
  COVARIANCE_TYPES,
  freezeOption,
  iterationOptions,
  MIXTURE_STARTS,
  type MixtureFittingOptions,
  mixtureOptions,
  mixtureStart,
  noiseOption,
  priorOption,
  regCovarOption,
} from '../mixture-options.ts';
import { wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface FitOptions extends MixtureFittingOptions {
  readonly components?: number;
  readonly covariance?: CovarianceType;
}

const EXAMPLES = `
Examples:
  emgpu fit iris.csv --columns sepal_length,petal_length --components 3 --restarts 10
  emgpu fit points.npy --covariance diag --components 32 --out model.json --labels labels.csv
  emgpu fit survey.csv --weights-column weight --missing em --components 4
  emgpu fit more.parquet --init model.json --freeze means --report report.html
  emgpu fit huge.parquet --stream --components 16 --accelerate auto
  emgpu fit points.csv --json | jq .bic`;

/** `emgpu fit FILE`: fits a Gaussian mixture. */
export function fitCommand(signal: AbortSignal): Command {
  const command = new Command('fit')
    .description('Fit a Gaussian mixture to the points in a file.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option(
      '--components <k>',
      'number of components (default: 8, or those of the model in --init)',
      wholeNumber('--components', 1),
    )
    .addOption(
      new Option(
        '--covariance <type>',
        'shape of the components (default: full, or that of the model in --init)',
      ).choices(COVARIANCE_TYPES),
    );
  return addFittingOptions(command, {
    starts: MIXTURE_STARTS,
    fromFile: true,
    tolHelp: 'stop when less than this is left to gain per point, in nats; 0: never',
    restarts: 1,
    missing: ['error', 'drop', 'em'],
    more: [regCovarOption(), priorOption(), noiseOption(), freezeOption(), ...iterationOptions()],
  })
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: FitOptions) => fitMixture(file, options, signal));
}

async function fitMixture(file: string, options: FitOptions, signal: AbortSignal): Promise<void> {
  const { components, covariance } = options;
  await runFitting(file, options, MIXTURE_STARTS, signal, (given) => {
    const init = mixtureStart(given, options.init);
    const estimator = new GaussianMixture({
      ...mixtureOptions(options),
      nComponents: components ?? init?.nComponents ?? 8,
      covarianceType: covariance ?? init?.covarianceType ?? 'full',
      init: init ?? (options.init as MixtureStart),
    });
    return async (points, call) => ({ fit: await estimator.fit(points, call) });
  });
}
