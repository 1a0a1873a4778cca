import { Command } from 'commander';
import { readPoints, rowsOf } from '../input.ts';
import { readModel } from '../models.ts';
import { count } from '../numbers.ts';
import type { ScoringOptions } from '../scoring.ts';
import { requireGaussian } from '../scoring.ts';
import { csvHeader, stdout, writeCsvRows } from '../sink.ts';
import { StagedFiles } from '../staged-files.ts';
import { createProgressBar } from '../terminal/progress.ts';
import { note } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface ImputeOptions extends Omit<ScoringOptions, 'missing'> {
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  emgpu fit survey.csv --missing em --components 4 --out model.json
  emgpu impute model.json survey.csv > filled.csv`;

/**
 * `emgpu impute MODEL FILE`: the points with their gaps filled. It is a command and not an option of `predict` because it prints points, as `sample`
 * does, and has nothing to do with the options on labels and on gaps.
 */
export function imputeCommand(signal: AbortSignal): Command {
  const command = new Command('impute')
    .description(
      "Fill every empty cell with its expectation under a mixture, given the rest of its row. Prints CSV with the model's columns.",
    )
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option('--out <filled.csv>', 'write here instead of to stdout');
  return addScoringOptions(command, [])
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: ImputeOptions) => impute(model, file, options, signal));
}

async function impute(modelFile: string, file: string, options: ImputeOptions, signal: AbortSignal): Promise<void> {
  const model = requireGaussian(await readModel(modelFile), 'Filling gaps', 'Fit one with emgpu fit --missing em.');
  const files = new StagedFiles([modelFile, file]);
  const bar = createProgressBar();
  try {
    const sink = options.out === undefined ? stdout : await files.open('--out', options.out);
    const table = await readPoints(file, { ...options, missing: 'em' }, bar, signal, model);
    bar.update('label', 0);
    const { backend, tune } = options;
    const data = await model.impute(table.points, { backend, tune, signal });
    bar.stop();
    const d = model.nFeatures;
    await sink.write(csvHeader(table.featureNames));
    await writeCsvRows(sink, rowsOf(table), (i) => data.subarray(i * d, (i + 1) * d).join(','), signal);
    await files.commit();
    note('filled', `${count(table.nGaps)} of ${count(rowsOf(table))} rows had missing values`);
    if (options.out !== undefined) note('points', options.out);
  } finally {
    bar.stop();
    await files.discard();
  }
}
