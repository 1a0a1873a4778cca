import { Command } from 'commander';
import { EmgpuError, type HostPoints, type KMeansModel, type ScoreOptions } from '../../node.ts';
import { readPoints, rowsOf, type Table } from '../input.ts';
import { type AnyModel, isGaussian, isKMeans, readModel } from '../models.ts';
import { checkMissing, requireMixture, type ScoringOptions, scoreOptions } from '../scoring.ts';
import { csvHeader, type Sink, stdout, writeCsvRows } from '../sink.ts';
import { StagedFiles } from '../staged-files.ts';
import { createProgressBar, type ProgressBar } from '../terminal/progress.ts';
import { note } from '../terminal/summary.ts';
import { addScoringOptions } from './shared.ts';

interface PredictOptions extends ScoringOptions {
  readonly proba?: true;
  readonly logDensity?: true;
  readonly distances?: true;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  emgpu predict model.json points.csv > labels.csv
  emgpu predict model.json points.parquet --proba --out responsibilities.csv
  emgpu predict model.json points.csv --log-density --out outliers.csv
  emgpu predict clusters.json points.csv --distances`;

/** At most 2²⁵ numbers, 256 MiB, are held at once, however many points there are. */
const MOST_NUMBERS = 2 ** 25;

/** `emgpu predict MODEL FILE`: the component of every point. */
export function predictCommand(signal: AbortSignal): Command {
  const command = new Command('predict')
    .description('Tell which component every point belongs to. Prints CSV: label, with --missing drop row and label.')
    .argument('<model>', 'a model file')
    .argument('<file>', 'CSV, TSV, Parquet, Arrow IPC or NPY; -: standard input')
    .option('--proba', 'add the responsibilities of all components, as columns p0, p1, … and noise, if there is some')
    .option('--log-density', 'add the log-density of every point under the mixture, in nats, as column log_density')
    .option('--distances', 'k-means: add the distance to every centre (cosine: 1 − cos), as columns d0, d1, …')
    .option('--out <labels.csv>', 'write here instead of to stdout');
  return addScoringOptions(command, ['error', 'drop', 'em'])
    .addHelpText('after', EXAMPLES)
    .action((model: string, file: string, options: PredictOptions) => predict(model, file, options, signal));
}

async function predict(modelFile: string, file: string, options: PredictOptions, signal: AbortSignal): Promise<void> {
  const model = await readModel(modelFile);
  checkMissing(model, options);
  const details = detailsOf(model, options);
  const files = new StagedFiles([modelFile, file]);
  const bar = createProgressBar();
  try {
    const sink = options.out === undefined ? stdout : await files.open('--out', options.out);
    const table = await readPoints(file, options, bar, signal, model);
    bar.update('label', 0);
    const score = scoreOptions(options, signal);
    if (details) await writeDetails({ sink, table, options, bar, signal }, details, score);
    else await writeLabels({ sink, table, options, bar, signal }, await model.predict(table.points, score));
    await files.commit();
    bar.stop();
    if (options.out !== undefined) note('labels', options.out);
  } finally {
    bar.stop();
    await files.discard();
  }
}

/** Where the rows are written, and what they come from. */
interface Output {
  readonly sink: Sink;
  readonly table: Table;
  readonly options: PredictOptions;
  readonly bar: ProgressBar;
  readonly signal: AbortSignal;
}

/** A column of row numbers where rows were dropped, since these are missing from the output. */
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

/** Writes labels and details, a part of the points at a time. */
async function writeDetails(output: Output, { columns, of }: Details, score: ScoreOptions): Promise<void> {
  const { sink, table, options, bar, signal } = output;
  const nSamples = rowsOf(table);
  const { header, prefix } = numbering(output);
  const chunk = Math.max(1, Math.floor(MOST_NUMBERS / columns.length));
  for (let start = 0; start < nSamples; start += chunk) {
    const end = Math.min(nSamples, start + chunk);
    const rowText = await of(slice(table.points, start, end), score);
    bar.update('label', end / nSamples);
    if (start === 0) {
      if (!options.out) bar.stop();
      await sink.write(csvHeader([...header, 'label', ...columns]));
    }
    await writeCsvRows(sink, end - start, (i) => `${prefix(start + i)}${rowText(i)}`, signal);
  }
}

/** What is written of a point beside its label. */
interface Details {
  readonly columns: readonly string[];
  /** Returns what to write for the i-th of some points, the label first. */
  of(points: HostPoints, score: ScoreOptions): Promise<(i: number) => string>;
}

/** The details that are asked for; throws `model-mismatch` where the model has none such. */
function detailsOf(model: AnyModel, { proba, logDensity, distances }: PredictOptions): Details | undefined {
  const far = distances ? distancesOf(model) : undefined;
  if (!proba && !logDensity) return far;
  const flag = proba ? '--proba' : '--log-density';
  const why = `${flag} needs a mixture; k-means assigns every point to one cluster alone, and has no density.`;
  const mixture = requireMixture(model, why, `Leave out ${flag}, or take --distances.`);
  const shares = [
    ...mixture.weights.map((_, i) => `p${i}`),
    ...(isGaussian(mixture) && mixture.noise ? ['noise'] : []),
  ];
  const k = shares.length;
  return {
    columns: [...(proba ? shares : []), ...(logDensity ? ['log_density'] : [])],
    async of(points, score) {
      const p = proba && (await mixture.predictProba(points, score));
      const labels = p ? undefined : await mixture.predict(points, score);
      const densities = logDensity && (await mixture.scoreSamples(points, score));
      return (i) => {
        const own = p ? p.subarray(i * k, (i + 1) * k) : [];
        return [labels ? labels[i] : extreme(own, 1), ...own, ...(densities ? [densities[i]] : [])].join(',');
      };
    },
  };
}

function distancesOf(model: AnyModel): Details {
  if (!isKMeans(model)) {
    throw new EmgpuError(
      'model-mismatch',
      `--distances needs a k-means model; this is a ${model.toJSON().model} model.`,
      'Take --proba or --log-density.',
    );
  }
  const clusters: KMeansModel = model;
  const k = clusters.nClusters;
  return {
    columns: Array.from({ length: k }, (_, i) => `d${i}`),
    async of(points, { signal }) {
      const all = await clusters.transform(points, { signal });
      return (i) => {
        const own = all.subarray(i * k, (i + 1) * k);
        return [extreme(own, -1), ...own].join(',');
      };
    },
  };
}

function slice(points: HostPoints, start: number, end: number): HostPoints {
  return { ...points, data: points.data.subarray(start * points.nFeatures, end * points.nFeatures) };
}

/** The index of the largest number, with sign −1 of the smallest; ties go to the lowest index, as in `predict`. */
function extreme(numbers: ArrayLike<number>, sign: 1 | -1): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (sign * numbers[i]! > sign * numbers[best]!) best = i;
  return best;
}
