import { Command } from 'commander';
import type { HostPoints, MixtureModel, PoissonModel, ScoreOptions } from '../../node.ts';
import { readPoints, rowsOf, type Table } from '../input.ts';
import { isGaussian, readModel } from '../models.ts';
import { checkMissing, requireMixture, type ScoringOptions, scoreOptions } from '../scoring.ts';
import { csvHeader, type Sink, stdout, writeCsvRows } from '../sink.ts';
import { StagedFiles } from '../staged-files.ts';
import { createProgressBar, type ProgressBar } from '../terminal/progress.ts';
import { note } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface PredictOptions extends ScoringOptions {
  readonly proba?: true;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  emgpu predict model.json points.csv > labels.csv
  emgpu predict model.json points.parquet --proba --out responsibilities.csv`;

/** Responsibilities held at once: 2²⁵ numbers, at most 256 MiB, however many points there are. */
const MOST_RESPONSIBILITIES = 2 ** 25;

/** `emgpu predict MODEL FILE`: the component of every point. */
export function predictCommand(signal: AbortSignal): Command {
  const command = new Command('predict')
    .description('Tell which component every point belongs to. Prints CSV: label, with --missing drop row and label.')
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY')
    .option('--proba', 'add the responsibilities of all components, as columns p0, p1, … and noise, if there is some')
    .option('--out <labels.csv>', 'write here instead of to stdout');
  return addScoringOptions(command, ['error', 'drop', 'em'])
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: PredictOptions) => predict(model, file, options, signal));
}

async function predict(modelFile: string, file: string, options: PredictOptions, signal: AbortSignal): Promise<void> {
  const model = await readModel(modelFile);
  checkMissing(model, options);
  const why = '--proba needs a mixture; k-means assigns every point to one cluster alone.';
  const mixture = options.proba && requireMixture(model, why, 'Leave out --proba.');
  const files = new StagedFiles([modelFile, file]);
  const bar = createProgressBar();
  try {
    const sink = options.out === undefined ? stdout : await files.open('--out', options.out);
    const table = await readPoints(file, options, bar, signal, model);
    bar.update('label', 0);
    const score = scoreOptions(options, signal);
    if (mixture) await writeResponsibilities({ sink, table, options, bar, signal }, mixture, score);
    else await writeLabels({ sink, table, options, bar, signal }, await model.predict(table.points, score));
    await files.commit();
    bar.stop();
    if (options.out !== undefined) note('labels', options.out);
  } finally {
    bar.stop();
    await files.discard();
  }
}

/** Where the rows go. */
interface Output {
  readonly sink: Sink;
  readonly table: Table;
  readonly options: PredictOptions;
  readonly bar: ProgressBar;
  readonly signal: AbortSignal;
}

/** Rows that were dropped are missing from the output, so the rest say which they are. */
function numbering({ table, options }: Output): { header: string[]; prefix: (i: number) => string } {
  if (options.missing !== 'drop') return { header: [], prefix: () => '' };
  return { header: ['row'], prefix: (i) => `${table.rowNumbers?.[i] ?? i},` };
}

async function writeLabels(output: Output, labels: Uint32Array): Promise<void> {
  const { sink, bar, signal } = output;
  const { header, prefix } = numbering(output);
  bar.stop();
  await sink.write(csvHeader([...header, 'label']));
  await writeCsvRows(sink, labels.length, (i) => `${prefix(i)}${labels[i]}`, signal);
}

async function writeResponsibilities(
  output: Output,
  model: MixtureModel | PoissonModel,
  score: ScoreOptions,
): Promise<void> {
  const { sink, table, options, bar, signal } = output;
  const nSamples = rowsOf(table);
  const { header, prefix } = numbering(output);
  const columns = [...model.weights.map((_, i) => `p${i}`), ...(isGaussian(model) && model.noise ? ['noise'] : [])];
  const k = columns.length;
  const chunk = Math.max(1, Math.floor(MOST_RESPONSIBILITIES / k));
  for (let start = 0; start < nSamples; start += chunk) {
    const end = Math.min(nSamples, start + chunk);
    const proba = await model.predictProba(slice(table.points, start, end), score);
    bar.update('label', end / nSamples);
    if (start === 0) {
      if (!options.out) bar.stop();
      await sink.write(csvHeader([...header, 'label', ...columns]));
    }
    const row = (i: number) => {
      const p = proba.subarray(i * k, (i + 1) * k);
      return `${prefix(start + i)}${largest(p)},${p.join(',')}`;
    };
    await writeCsvRows(sink, end - start, row, signal);
  }
}

function slice(points: HostPoints, start: number, end: number): HostPoints {
  return { ...points, data: points.data.subarray(start * points.nFeatures, end * points.nFeatures) };
}

/** The index of the largest number; ties go to the lowest index, as in `predict`. */
function largest(numbers: Float32Array | Float64Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
