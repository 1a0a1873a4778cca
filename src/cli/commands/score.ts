import { Command } from 'commander';
import { toLine } from '../fit-json.ts';
import { readPoints, rowsOf } from '../input.ts';
import { readModel } from '../models.ts';
import { checkMissing, type ScoringOptions, scoreOptions, scoresOf } from '../scoring.ts';
import { stdout } from '../sink.ts';
import { createProgressBar } from '../terminal/progress.ts';
import { scoreFacts } from '../terminal/scores.ts';
import { factLines, noteLeftOut, noteSource } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface ScoreCommandOptions extends ScoringOptions {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  emgpu score model.json held-out.csv
  emgpu score model.json survey.csv --weights-column weight
  emgpu score model.json held-out.csv --json | jq .mean`;

/** `emgpu score MODEL FILE`: how well a model describes points. */
export function scoreCommand(signal: AbortSignal): Command {
  const command = new Command('score')
    .description(
      'Tell how well a model describes points: log-likelihood (total and mean), BIC, AIC and ICL; k-means: the inertia.',
    )
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option('--json', 'print one JSON object');
  return addScoringOptions(command, ['error', 'drop', 'em'], true)
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: ScoreCommandOptions) => score(model, file, options, signal));
}

async function score(
  modelFile: string,
  file: string,
  options: ScoreCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const model = await readModel(modelFile);
  checkMissing(model, options);
  const bar = createProgressBar();
  try {
    const table = await readPoints(file, options, bar, signal, model);
    bar.update('label', 0);
    const scores = await scoresOf(model, table.points, scoreOptions(options, signal));
    bar.stop();
    if (!options.json) noteSource(table, rowsOf(table));
    noteLeftOut(table, options.json);
    const text = () => `${factLines(scoreFacts(scores, options.weightsColumn)).join('\n')}\n`;
    await stdout.write(options.json ? toLine(scores) : text());
  } finally {
    bar.stop();
  }
}
