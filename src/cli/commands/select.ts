import { Command, Option } from 'commander';
import {
  type CovarianceType,
  type Criterion,
  EmgpuError,
  type MixtureStart,
  PoissonMixture,
  select,
  selectFrom,
} from '../../node.ts';
import { type Fitter, runFitting } from '../fitting.ts';
import {
  COVARIANCE_TYPES,
  commonOptions,
  iterationOptions,
  MIXTURE_STARTS,
  type MixtureFittingOptions,
  mixtureOptions,
  noiseOption,
  priorOption,
  regCovarOption,
} from '../mixture-options.ts';
import { numberList, wordList } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface SelectOptions extends MixtureFittingOptions {
  readonly family: 'gaussian' | 'poisson';
  readonly components: number[];
  readonly covariance: CovarianceType[];
  readonly criterion: Criterion;
}

const EXAMPLES = `
Examples:
  emgpu select faithful.csv
  emgpu select iris.csv --components 1:6 --covariance full,tied --restarts 20 --report report.html
  emgpu select visits.csv --family poisson --components 1:6
  emgpu select points.parquet --components 4,8,16,32 --covariance diag --criterion icl --out best.json`;

/** `emgpu select FILE`: fits many mixtures and chooses one. */
export function selectCommand(signal: AbortSignal): Command {
  const command = new Command('select')
    .description('Choose the number of components and their shape: fit a grid of mixtures, keep the best.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .addOption(
      new Option('--components <list>', 'numbers of components to try, as a range or a list')
        .argParser(numberList('--components'))
        .default([1, 2, 3, 4, 5, 6, 7, 8, 9], '1:9'),
    )
    .addOption(
      new Option('--family <family>', 'what the components are').choices(['gaussian', 'poisson']).default('gaussian'),
    )
    .addOption(
      new Option('--covariance <list>', `shapes to try: all, or some of ${COVARIANCE_TYPES.join(', ')}`)
        .argParser(wordList('--covariance', COVARIANCE_TYPES, true))
        .default([...COVARIANCE_TYPES], 'all'),
    )
    .addOption(
      new Option('--criterion <criterion>', 'what models are compared by; smaller is better')
        .choices(['bic', 'aic', 'icl'])
        .default('bic'),
    );
  return addFittingOptions(command, {
    starts: MIXTURE_STARTS,
    fromFile: false,
    tolHelp: 'stop when less than this is left to gain per point, in nats; 0: never',
    restarts: 5,
    missing: ['error', 'drop', 'em'],
    more: [regCovarOption(), priorOption(), noiseOption(), ...iterationOptions()],
  })
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: SelectOptions, command: Command) => {
      if (options.family === 'poisson') refuseGaussian(command);
      const fitter = () => (options.family === 'poisson' ? poissonFitter(options) : gaussianFitter(options));
      return runFitting(file, options, MIXTURE_STARTS, signal, fitter);
    });
}

/** Options that would have no effect are mistakes. */
const GAUSSIAN_ONLY = ['covariance', 'regCovar', 'prior', 'noise'];

function refuseGaussian(command: Command): void {
  const given = GAUSSIAN_ONLY.find((name) => command.getOptionValueSource(name) === 'cli');
  const isEm = command.getOptionValue('missing') === 'em';
  if (given === undefined && !isEm) return;
  const flag = isEm ? '--missing em' : command.options.find((option) => option.attributeName() === given)!.long;
  throw new EmgpuError(
    'invalid-option',
    `${flag} belongs to Gaussian mixtures; --family poisson has none.`,
    'Leave out one of the two.',
  );
}

function gaussianFitter(options: SelectOptions): Fitter {
  const { components: nComponents, covariance: covarianceTypes, criterion } = options;
  const common = { ...mixtureOptions(options), init: options.init as MixtureStart };
  return async (points, call) => {
    const selection = await select(points, { ...common, nComponents, covarianceTypes, criterion }, call);
    return { fit: selection.fit, selection };
  };
}

function poissonFitter(options: SelectOptions): Fitter {
  const { components, criterion } = options;
  const common = { ...commonOptions(options), init: options.init as MixtureStart };
  const candidates = components.map((nComponents) => new PoissonMixture({ ...common, nComponents }));
  return async (points, call) => {
    const selection = await selectFrom(points, candidates, { criterion }, call);
    return { fit: selection.fit, selection };
  };
}
