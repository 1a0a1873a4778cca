import { Command } from 'commander';
import type { DeviceOptions, HostPoints, ReadOptions } from '../../node.ts';
import { toLine } from '../fit-json.ts';
import { readPoints } from '../input.ts';
import { type AnyModel, isKMeans, readModel } from '../models.ts';
import { count, short, total } from '../numbers.ts';
import type { ComputeOptions, InputOptions } from '../options.ts';
import { stdout } from '../sink.ts';
import { createProgressBar } from '../terminal/progress.ts';
import { factLines, noteTable } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface ScoreOptions extends InputOptions, ComputeOptions {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  emgpu score model.json held-out.csv
  emgpu score model.json held-out.csv --json | jq .mean`;

/** `emgpu score MODEL FILE`: how well a model describes points. */
export function scoreCommand(signal: AbortSignal): Command {
  const command = new Command('score')
    .description(
      'Tell how well a model describes points: log-likelihood (total and mean), BIC and AIC; k-means: the inertia.',
    )
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY')
    .option('--json', 'print one JSON object');
  return addScoringOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: ScoreOptions) => score(model, file, options, signal));
}

async function score(modelFile: string, file: string, options: ScoreOptions, signal: AbortSignal): Promise<void> {
  const model = await readModel(modelFile);
  const bar = createProgressBar();
  try {
    const table = await readPoints(file, options, bar, signal, model);
    bar.update('label', 0);
    const scores = await evaluate(model, table.points, { backend: options.backend, tune: options.tune, signal });
    bar.stop();
    if (!options.json) noteTable(table);
    await stdout.write(options.json ? toLine(scores) : `${factLines(scoreFacts(scores)).join('\n')}\n`);
  } finally {
    bar.stop();
  }
}

type Scores =
  | { model: 'k-means'; nSamples: number; inertia: number }
  | { model: 'gaussian-mixture'; nSamples: number; logLikelihood: number; mean: number; bic: number; aic: number };

async function evaluate(model: AnyModel, points: HostPoints, options: DeviceOptions & ReadOptions): Promise<Scores> {
  if (isKMeans(model)) {
    const { nSamples, inertia } = await model.evaluate(points, options);
    return { model: 'k-means', nSamples, inertia };
  }
  const { nSamples, logLikelihood, lowerBound: mean, bic, aic } = await model.evaluate(points, options);
  return { model: 'gaussian-mixture', nSamples, logLikelihood, mean, bic, aic };
}

function scoreFacts(scores: Scores): string[][] {
  const points = ['points', count(scores.nSamples)];
  if (scores.model === 'k-means') return [points, ['inertia', total(scores.inertia)]];
  return [
    points,
    ['log-likelihood', total(scores.logLikelihood)],
    ['mean', short(scores.mean, 8)],
    ['BIC', total(scores.bic)],
    ['AIC', total(scores.aic)],
  ];
}
