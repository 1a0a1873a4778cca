import { EmgpuError, type HostPoints, type PointStream, type Progress, type SelectCall } from '../node.ts';
import { fitJson } from './fit-json.ts';
import { type AnyFit, type AnySelection, type Fitted, machineText } from './fitted.ts';
import { openPoints, type Source } from './input.ts';
import { type AnyModel, isKMeans, modelText, readModel } from './models.ts';
import { count, total } from './numbers.ts';
import type { FittingOptions } from './options.ts';
import { constraintOf, settingsOf } from './settings.ts';
import { csvHeader, type Sink, stdout, writeCsvRows } from './sink.ts';
import { StagedFiles } from './staged-files.ts';
import { createProgressBar, type ProgressBar } from './terminal/progress.ts';
import { selectionSummary } from './terminal/selection.ts';
import { fitSummary, note, noteLeftOut, noteSource, warn } from './terminal/summary.ts';
import { viewModel } from './view.ts';
import { weightsByLabel } from './walk.ts';

/** A fit, and what it was chosen from. */
export interface Outcome {
  readonly fit: AnyFit;
  readonly selection?: AnySelection;
}

/** Fits a model, whose options were checked before, to points. */
export type Fitter = (points: HostPoints | PointStream, call: SelectCall) => Promise<Outcome>;

/** The output files of a fit that were asked for. */
interface Outputs {
  readonly out: Sink | undefined;
  readonly labels: Sink | undefined;
  readonly report: Sink | undefined;
}

/**
 * From a file of points to a fitted model: the body of all commands that fit.
 * @param starts what `--init` can name besides a model file
 * @param build makes the fitter; it is given the model that `--init` names, if it names one
 */
export async function runFitting(
  file: string,
  options: FittingOptions,
  starts: readonly string[],
  signal: AbortSignal,
  build: (init: AnyModel | undefined) => Fitter,
): Promise<void> {
  const initFile = starts.includes(options.init) ? undefined : options.init;
  const init = initFile === undefined ? undefined : await readModel(initFile);
  const run = build(init);
  refuseUnknownRows(options);
  const files = new StagedFiles([file, ...(initFile ? [initFile] : [])]);
  const bar = createProgressBar();
  try {
    const outputs = await openOutputs(files, options);
    const source = await openPoints(file, options, bar, signal, init);
    const { fit, selection } = await run(source.points, { signal, ...progressOf(bar, options) });
    try {
      const fitted = await gather({ fit, ...(selection && { selection }) }, source, options, bar, signal);
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

/** Refuses labels for a stream with rows dropped, as it is not known which rows these were. */
function refuseUnknownRows({ stream, missing, labels }: FittingOptions): void {
  if (!stream || missing !== 'drop' || labels === undefined) return;
  throw new EmgpuError(
    'invalid-option',
    '--labels, --stream and --missing drop exclude each other: a stream does not tell which rows it left out.',
    'Leave out one of them, or use emgpu predict with the model afterwards.',
  );
}

async function openOutputs(files: StagedFiles, { out, labels, report }: FittingOptions): Promise<Outputs> {
  return {
    out: out === undefined ? undefined : await files.open('--out', out),
    labels: labels === undefined ? undefined : await files.open('--labels', labels),
    report: report === undefined ? undefined : await files.open('--report', report),
  };
}

/** Shows the progress of a fit on the bar, or of one candidate among many. */
function progressOf(bar: ProgressBar, { maxIter, restarts }: FittingOptions): SelectCall {
  let tried: string[] = [];
  return {
    onProgress({ stage, fraction, iteration, restart, logLikelihood, inertia }: Progress): void {
      bar.update(stage, fraction, [
        ...tried,
        ...(restarts > 1 && stage !== 'load' ? [`start ${restart + 1}/${restarts}`] : []),
        ...(stage === 'fit' ? [`iteration ${iteration}/${maxIter}`] : []),
        ...(logLikelihood === undefined ? [] : [`log-likelihood ${total(logLikelihood)}`]),
        ...(inertia === undefined ? [] : [`inertia ${total(inertia)}`]),
      ]);
    },
    onCandidate(rows, all): void {
      tried = [`${rows.length} of ${all} models tried`];
    },
  };
}

async function gather(
  { fit, selection }: Outcome,
  source: Source,
  options: FittingOptions,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<Fitted> {
  // k-means has no weights of its own: the sizes of its clusters come from the labels.
  const wanted = isKMeans(fit) || options.labels !== undefined || options.report !== undefined;
  if (wanted) bar.update('label', 0);
  const labels = wanted ? await fit.predict(undefined, { signal }) : undefined;
  const sizes = isKMeans(fit) ? await weightsByLabel(source.points, labels!, fit.nClusters, signal) : undefined;
  const view = viewModel(fit, source.featureNames, sizes);
  const { maxIter, weightsColumn } = options;
  const about = { source, view, labels, maxIter, weightsColumn, settings: settingsOf(options) };
  return { fit, ...(selection && { selection }), ...about, constraint: constraintOf(options) };
}

async function writeOutputs(outputs: Outputs, fitted: Fitted, bar: ProgressBar, signal: AbortSignal): Promise<void> {
  bar.update('write', 0);
  await outputs.out?.write(modelText(fitted.fit));
  if (outputs.labels) await writeLabels(outputs.labels, fitted, signal);
  bar.update('write', 0.5);
  if (outputs.report) {
    // Loading the plotting library takes longer than a small fit.
    const { renderReport } = await import('./report/report.ts');
    await outputs.report.write(await renderReport(fitted, signal));
  }
}

async function writeLabels(sink: Sink, { labels, source }: Fitted, signal: AbortSignal): Promise<void> {
  await sink.write(csvHeader(['row', 'label']));
  await writeCsvRows(sink, labels!.length, (i) => `${source.rowNumbers?.[i] ?? i},${labels![i]}`, signal);
}

async function tell(fitted: Fitted, options: FittingOptions): Promise<void> {
  const { fit, source, selection } = fitted;
  if (!options.json) {
    noteSource(source, fit.nSamples, fit.seconds.load);
    note('backend', `${machineText(fit)}: ${fit.backendReason}`);
  }
  const summary = () => `${selection ? `\n${selectionSummary(selection)}` : ''}\n${fitSummary(fitted)}\n`;
  noteLeftOut(source, options.json);
  await stdout.write(options.json ? fitJson(fitted) : summary());
  for (const { message } of fit.warnings) warn(message);
  if (options.json) return;
  if (options.out !== undefined) note('model', options.out);
  if (options.labels !== undefined) note('labels', `${options.labels} (${count(fit.nSamples)} rows)`);
  if (options.report !== undefined) note('report', options.report);
}
