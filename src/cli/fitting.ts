import type { CallOptions, HostPoints, KMeansFit, MixtureFit, Progress } from '../node.ts';
import { fitJson } from './fit-json.ts';
import { type Fitted, machineText } from './fitted.ts';
import { readPoints, type Table } from './input.ts';
import { type AnyModel, isKMeans, modelText, readModel } from './models.ts';
import { count, short, total } from './numbers.ts';
import type { ComputeOptions, InputOptions } from './options.ts';
import { csvHeader, type Sink, stdout, writeCsvRows } from './sink.ts';
import { StagedFiles } from './staged-files.ts';
import { createProgressBar, type ProgressBar } from './terminal/progress.ts';
import { fitSummary, note, noteTable, warn } from './terminal/summary.ts';
import { viewModel } from './view.ts';

/** The options that `fit` and `kmeans` share. */
export interface FittingOptions extends InputOptions, ComputeOptions {
  readonly init: string;
  readonly seed: number;
  readonly tol: number;
  readonly maxIter: number;
  /** Mixtures only. */
  readonly regCovar?: number;
  readonly out?: string;
  readonly labels?: string;
  readonly report?: string;
  readonly json?: true;
}

/** A model, its options checked, that awaits its points. */
export interface Estimator {
  fit(points: HostPoints, options: CallOptions): Promise<MixtureFit | KMeansFit>;
}

/** The output files of a fit that were asked for. */
interface Outputs {
  readonly out: Sink | undefined;
  readonly labels: Sink | undefined;
  readonly report: Sink | undefined;
}

/**
 * From a file of points to a fitted model: the body of `emgpu fit` and `emgpu kmeans`.
 * @param build makes the estimator; it is given the model that `--init` names, if it names one
 */
export async function runFitting(
  file: string,
  options: FittingOptions,
  signal: AbortSignal,
  build: (init: AnyModel | undefined) => Estimator,
): Promise<void> {
  const initFile = ['k-means++', 'random'].includes(options.init) ? undefined : options.init;
  const init = initFile === undefined ? undefined : await readModel(initFile);
  const estimator = build(init);
  const files = new StagedFiles([file, ...(initFile ? [initFile] : [])]);
  const bar = createProgressBar();
  try {
    const outputs = await openOutputs(files, options);
    const table = await readPoints(file, options, bar, signal, init);
    const fit = await estimator.fit(table.points, { signal, onProgress: (p) => showProgress(bar, p, options.maxIter) });
    try {
      const fitted = await gather(fit, table, options, bar, signal);
      await writeOutputs(outputs, fitted, bar, signal);
      await files.commit();
      bar.stop();
      await tell(fitted, options);
    } finally {
      fit.destroy();
    }
  } finally {
    bar.stop();
    await files.discard();
  }
}

async function openOutputs(files: StagedFiles, { out, labels, report }: FittingOptions): Promise<Outputs> {
  return {
    out: out === undefined ? undefined : await files.open('--out', out),
    labels: labels === undefined ? undefined : await files.open('--labels', labels),
    report: report === undefined ? undefined : await files.open('--report', report),
  };
}

function showProgress(bar: ProgressBar, progress: Progress, maxIter: number): void {
  const { stage, fraction, iteration, logLikelihood, inertia } = progress;
  const details = [
    ...(stage === 'fit' ? [`iteration ${iteration}/${maxIter}`] : []),
    ...(logLikelihood === undefined ? [] : [`log-likelihood ${total(logLikelihood)}`]),
    ...(inertia === undefined ? [] : [`inertia ${total(inertia)}`]),
  ];
  bar.update(stage, fraction, details);
}

async function gather(
  fit: MixtureFit | KMeansFit,
  table: Table,
  options: FittingOptions,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Fitted> {
  // k-means has no weights of its own: the sizes of its clusters come from the labels.
  const wanted = isKMeans(fit) || options.labels !== undefined || options.report !== undefined;
  if (wanted) bar.update('label', 0);
  const labels = wanted ? await fit.predict(undefined, { signal }) : undefined;
  const view = viewModel(fit, table.featureNames, labels);
  return { fit, table, view, labels, maxIter: options.maxIter, settings: settingsOf(options) };
}

function settingsOf(options: FittingOptions): [string, string][] {
  return [
    ['init', options.init],
    ['seed', `${options.seed}`],
    ['tol', short(options.tol)],
    ['max-iter', `${options.maxIter}`],
    ...(options.regCovar === undefined ? [] : [['reg-covar', short(options.regCovar)] as [string, string]]),
    ['backend', options.backend],
  ];
}

async function writeOutputs(outputs: Outputs, fitted: Fitted, bar: ProgressBar, signal: AbortSignal): Promise<void> {
  bar.update('write', 0);
  await outputs.out?.write(modelText(fitted.fit));
  if (outputs.labels) await writeLabels(outputs.labels, fitted, signal);
  bar.update('write', 0.5);
  if (outputs.report) {
    // Loading the plotting library takes longer than a small fit.
    const { renderReport } = await import('./report/report.ts');
    await outputs.report.write(renderReport(fitted));
  }
}

async function writeLabels(sink: Sink, { labels, table }: Fitted, signal: AbortSignal): Promise<void> {
  await sink.write(csvHeader(['row', 'label']));
  await writeCsvRows(sink, labels!.length, (i) => `${table.rowNumbers?.[i] ?? i},${labels![i]}`, signal);
}

async function tell(fitted: Fitted, options: FittingOptions): Promise<void> {
  const { fit, table } = fitted;
  if (!options.json) {
    noteTable(table, fit.seconds.load);
    note('backend', `${machineText(fit)}: ${fit.backendReason}`);
  }
  await stdout.write(options.json ? fitJson(fitted) : `\n${fitSummary(fitted)}\n`);
  for (const { message } of fit.warnings) warn(message);
  if (options.json) return;
  if (options.out !== undefined) note('model', options.out);
  if (options.labels !== undefined) note('labels', `${options.labels} (${count(fit.nSamples)} rows)`);
  if (options.report !== undefined) note('report', options.report);
}
