import { Command } from 'commander';
import { EmgpuError, type HostPoints, type MixtureModel } from '../../node.ts';
import { readPoints, type Table } from '../input.ts';
import { type AnyModel, isKMeans, readModel } from '../models.ts';
import type { ComputeOptions, InputOptions } from '../options.ts';
import { csvHeader, type Sink, stdout, writeCsvRows } from '../sink.ts';
import { StagedFiles } from '../staged-files.ts';
import { createProgressBar, type ProgressBar } from '../terminal/progress.ts';
import { note } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface PredictOptions extends InputOptions, ComputeOptions {
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
    .description('Tell which component every point belongs to. Prints CSV: label, with --drop-missing row and label.')
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY')
    .option('--proba', 'add the responsibilities of all components, as columns p0, p1, …')
    .option('--out <labels.csv>', 'write here instead of to stdout');
  return addScoringOptions(command)
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: PredictOptions) => predict(model, file, options, signal));
}

async function predict(modelFile: string, file: string, options: PredictOptions, signal: AbortSignal): Promise<void> {
  const model = await readModel(modelFile);
  const mixture = options.proba && requireMixture(model);
  const files = new StagedFiles([modelFile, file]);
  const bar = createProgressBar();
  try {
    const sink = options.out === undefined ? stdout : await files.open('--out', options.out);
    const table = await readPoints(file, options, bar, signal, model);
    bar.update('label', 0);
    if (mixture) await writeResponsibilities(sink, mixture, table, options, bar, signal);
    else
      await writeLabels(
        sink,
        await model.predict(table.points, { backend: options.backend, tune: options.tune, signal }),
        table,
        options,
        bar,
        signal,
      );
    await files.commit();
    bar.stop();
    if (options.out !== undefined) note('labels', options.out);
  } finally {
    bar.stop();
    await files.discard();
  }
}

function requireMixture(model: AnyModel): MixtureModel {
  if (!isKMeans(model)) return model;
  throw new EmgpuError(
    'model-mismatch',
    '--proba needs a mixture; k-means assigns every point to one cluster alone.',
    'Leave out --proba.',
  );
}

/** Rows that were dropped are missing from the output, so the rest say which they are. */
function rowPrefix(table: Table, options: PredictOptions): (i: number) => string {
  return options.dropMissing ? (i) => `${table.rowNumbers?.[i] ?? i},` : () => '';
}

async function writeLabels(
  sink: Sink,
  labels: Uint32Array,
  table: Table,
  options: PredictOptions,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<void> {
  const prefix = rowPrefix(table, options);
  bar.stop();
  await sink.write(csvHeader([...(options.dropMissing ? ['row'] : []), 'label']));
  await writeCsvRows(sink, labels.length, (i) => `${prefix(i)}${labels[i]}`, signal);
}

async function writeResponsibilities(
  sink: Sink,
  model: MixtureModel,
  table: Table,
  options: PredictOptions,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<void> {
  const { points, nSamples } = table;
  const k = model.nComponents;
  const prefix = rowPrefix(table, options);
  const columns = Array.from({ length: k }, (_, i) => `p${i}`);
  const chunk = Math.max(1, Math.floor(MOST_RESPONSIBILITIES / k));
  for (let start = 0; start < nSamples; start += chunk) {
    const end = Math.min(nSamples, start + chunk);
    const proba = await model.predictProba(slice(points, start, end), {
      backend: options.backend,
      tune: options.tune,
      signal,
    });
    bar.update('label', end / nSamples);
    if (start === 0) {
      if (!options.out) bar.stop();
      await sink.write(csvHeader([...(options.dropMissing ? ['row'] : []), 'label', ...columns]));
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
