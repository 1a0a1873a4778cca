import { Command, Option } from 'commander';
import { EmgpuError } from '../../node.ts';
import { type Evaluation, type EvaluationOptions, evaluateModel } from '../evaluation.ts';
import { toLine } from '../fit-json.ts';
import { readPoints, rowsOf } from '../input.ts';
import { checkLabelsSource, readLabels } from '../label-column.ts';
import { priorOption, regCovarOption } from '../mixture-options.ts';
import { readModel } from '../models.ts';
import { restartsOption, seedOption, wholeNumber } from '../options.ts';
import { checkMissing, requireGaussian, requireMixture } from '../scoring.ts';
import { stdout } from '../sink.ts';
import { evaluationSummary } from '../terminal/evaluation.ts';
import { createProgressBar } from '../terminal/progress.ts';
import { noteLeftOut, noteSource } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface EvaluateOptions extends EvaluationOptions {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  emgpu evaluate model.json iris.csv --labels-column species
  emgpu evaluate model.json points.parquet --folds 10 --restarts 5
  emgpu evaluate model.json points.csv --standard-errors
  emgpu evaluate model.json points.csv --json | jq .silhouette.score`;

/** `emgpu evaluate MODEL FILE`: judges a model in every way there is. */
export function evaluateCommand(signal: AbortSignal): Command {
  const command = new Command('evaluate')
    .description(
      'Judge a model on points: likelihood and criteria, silhouette, agreement with known classes, held-out folds, standard errors, and a table of its components.',
    )
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option('--labels-column <name>', 'column of known classes, text or numbers, to compare the labels with')
    .addOption(
      new Option(
        '--folds <k>',
        'fit mixtures of the same kind to all but one of k parts of the rows, and score that one (default: do not)',
      ).argParser(wholeNumber('--folds', 2)),
    )
    .option(
      '--standard-errors',
      'how sure weights, means and covariances of a Gaussian mixture are: 2 p + 1 passes for p free parameters (default: do not)',
    )
    .addOption(restartsOption(1))
    .addOption(regCovarOption())
    .addOption(priorOption())
    .addOption(seedOption())
    .option('--json', 'print one JSON object');
  return addScoringOptions(command, ['error', 'drop', 'em'], true)
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: EvaluateOptions) => evaluate(model, file, options, signal));
}

async function evaluate(modelFile: string, file: string, options: EvaluateOptions, signal: AbortSignal): Promise<void> {
  const model = await readModel(modelFile);
  checkMissing(model, options);
  if (options.folds !== undefined) {
    requireMixture(model, '--folds needs a mixture; k-means has no density to score rows by.', 'Leave out --folds.');
  }
  if (options.standardErrors) requireGaussian(model, '--standard-errors', 'Leave out --standard-errors.');
  if (options.prior) requireGaussian(model, '--prior', 'Leave out --prior.');
  if (options.prior && options.folds === undefined) {
    throw new EmgpuError('invalid-option', '--prior is for the fits of --folds.', 'Add --folds, or leave out --prior.');
  }
  checkLabelsSource(file, options.labelsColumn);
  const bar = createProgressBar();
  try {
    const table = await readPoints(file, options, bar, signal, model);
    const { labelsColumn } = options;
    const known = labelsColumn === undefined ? undefined : await readLabels(file, labelsColumn, options, signal);
    const tell = (part: string, fraction: number) => bar.update('judge', fraction, [part]);
    const evaluation = await evaluateModel(model, table, known, options, { signal, tell });
    bar.stop();
    if (!options.json) noteSource(table, rowsOf(table));
    noteLeftOut(table, options.json);
    const text = () => evaluationSummary(evaluation, table.featureNames, options.weightsColumn);
    await stdout.write(options.json ? evaluationJson(evaluation) : text());
  } finally {
    bar.stop();
  }
}

/** The evaluation as JSON, without the parts that it does not have. */
function evaluationJson({ scores, silhouette, ...rest }: Evaluation): string {
  return toLine({ ...scores, ...(typeof silhouette === 'object' && { silhouette }), ...rest });
}
