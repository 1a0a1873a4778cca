import { Command } from 'commander';
import { EmgpuError, type MixtureStart, PoissonMixture, type PoissonModel } from '../../node.ts';
import { runFitting } from '../fitting.ts';
import { type CommonMixtureOptions, commonOptions, iterationOptions, MIXTURE_STARTS } from '../mixture-options.ts';
import { type AnyModel, isPoisson } from '../models.ts';
import { wholeNumber } from '../options.ts';
import { addFittingOptions } from './shared.ts';

interface PoissonOptions extends CommonMixtureOptions {
  readonly components?: number;
}

const EXAMPLES = `
Examples:
  emgpu poisson visits.csv --components 3 --restarts 10
  emgpu poisson words.parquet --components 20 --out topics.json --report report.html`;

/** `emgpu poisson FILE`: fits a mixture of Poisson distributions. */
export function poissonCommand(signal: AbortSignal): Command {
  const command = new Command('poisson')
    .description('Fit a mixture of Poisson distributions to the counts in a file: whole numbers from 0 on.')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option(
      '--components <k>',
      'number of components (default: 8, or those of the model in --init)',
      wholeNumber('--components', 1),
    );
  return addFittingOptions(command, {
    starts: MIXTURE_STARTS,
    fromFile: true,
    tolHelp: 'stop when less than this is left to gain per row, in nats; 0: never',
    restarts: 1,
    missing: ['error', 'drop'],
    more: iterationOptions(),
  })
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: PoissonOptions) => fitPoisson(file, options, signal));
}

async function fitPoisson(file: string, options: PoissonOptions, signal: AbortSignal): Promise<void> {
  await runFitting(file, options, MIXTURE_STARTS, signal, (given) => {
    const init = poissonStart(given, options.init);
    const estimator = new PoissonMixture({
      ...commonOptions(options),
      nComponents: options.components ?? init?.nComponents ?? 8,
      init: init ?? (options.init as MixtureStart),
    });
    return async (points, call) => ({ fit: await estimator.fit(points, call) });
  });
}

function poissonStart(init: AnyModel | undefined, name: string): PoissonModel | undefined {
  if (!init || isPoisson(init)) return init;
  throw new EmgpuError(
    'model-mismatch',
    `--init ${name} is a ${init.toJSON().model} model, not a Poisson mixture.`,
    'Pass a model that emgpu poisson wrote.',
  );
}
