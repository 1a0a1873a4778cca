import { componentTable as cellsOf, overlapText } from '../component-table.ts';
import { componentsOf } from '../evaluation.ts';
import { type Fitted, machineText } from '../fitted.ts';
import { droppedText } from '../input.ts';
import { isGaussian, isKMeans } from '../models.ts';
import { count, seconds, short, total } from '../numbers.ts';
import { emgpuVersion } from '../version.ts';
import { type ElementMaker, table } from './dom.ts';
import type { ReportedErrors } from './errors.ts';
import { colorOf } from './palette.ts';
import { byWeight } from './separation.ts';

const MOST_ROWS = 256;
const MOST_COLUMNS = 12;

/** Overlaps may take at most this many operations: a second or two. */
const MOST_OPERATIONS = 2e9;

/** What the table of components is made of, besides the fit. */
export interface TableParts {
  /** The features, the one that tells components apart best first. */
  readonly separated: readonly number[];
  /** Absent for models that have no standard errors. */
  readonly errors: ReportedErrors | undefined;
}

/** The components with their colours. Where there are very many, only the heaviest, and the features that tell them apart best. */
export function componentSection(fitted: Fitted, { separated, errors }: TableParts, el: ElementMaker): Element {
  const { view } = fitted;
  const ascending = (a: number, b: number) => a - b;
  const components = byWeight(view).slice(0, MOST_ROWS).sort(ascending);
  const features = separated.slice(0, MOST_COLUMNS).sort(ascending);
  const { header, rows } = cellsOf(view, components, features);
  const shapes = shapesOf(fitted);
  const body = rows.map(([number, ...cells], at) => {
    const k = components[at]!;
    const swatch = el('span', { class: 'swatch', style: `background:${colorOf(k)}` });
    const below = errorCells(errors, k, features);
    const estimates = cells.map((text, i) =>
      below[i] ? el('div', {}, text, el('div', { class: 'se' }, below[i])) : text,
    );
    return [el('span', {}, swatch, number!), ...estimates, ...(shapes ? shapes.cells(k) : [])];
  });
  const title = view.noun === 'cluster' ? 'Clusters' : 'Components';
  return el(
    'section',
    {},
    el('h2', {}, title),
    el(
      'div',
      { class: view.featureNames.length > 2 ? 'scroll' : 'scroll tight' },
      table(el, [...header, ...(shapes?.header ?? [])], body),
    ),
    el('p', { class: 'note' }, tableNote(fitted, rows.length, features.length, shapes !== undefined)),
    ...(errors ? [el('p', { class: 'note' }, errorNote(errors))] : []),
  );
}

/** The standard errors of component k's weight and means, as they stand below them; none of a weight that can be nothing but 1. */
function errorCells(reported: ReportedErrors | undefined, k: number, features: readonly number[]): string[] {
  if (!reported || 'none' in reported) return [];
  const { weights, means } = reported.errors;
  const values = [weights[k]!, ...features.map((i) => means[k]![i]!)];
  return values.map((error) => (error > 0 ? `(${twoDigits(error)})` : ''));
}

/** A standard error to two digits, hardly more of which are known; a trailing zero is kept, as in 0.10. */
function twoDigits(error: number): string {
  return error >= 1e-4 && error < 100 ? error.toPrecision(2) : short(error, 2);
}

function errorNote(reported: ReportedErrors): string {
  if ('none' in reported) return `No standard errors: ${reported.none}.`;
  const { errors, caution } = reported;
  return [
    'Below a weight or mean, in brackets: its standard error, if the points come from such a mixture.',
    ...(errors.noise === undefined ? [] : [`That of the weight of the noise is ${twoDigits(100 * errors.noise)} %.`]),
    ...(caution === undefined ? [] : [caution]),
  ].join(' ');
}

/** The columns that judging components adds to their table; none for k-means, or where it would take long. */
function shapesOf({ fit }: Fitted): { header: string[]; cells: (k: number) => string[] } | undefined {
  if (!isGaussian(fit) || fit.nComponents ** 2 * fit.nFeatures ** 3 > MOST_OPERATIONS) return undefined;
  const summaries = componentsOf(fit);
  return {
    header: ['condition', 'overlaps most'],
    cells: (k) => [short(summaries[k]!.conditionNumber, 3), overlapText(summaries[k]!.overlap)],
  };
}

function tableNote({ view }: Fitted, shown: number, columns: number, judged: boolean): string {
  return [
    view.counts
      ? 'Expected counts.'
      : view.covariance
        ? 'Mean ± standard deviation of every column.'
        : `The centre of every cluster${view.directions ? ', of length 1' : ''}, and its share of the points.`,
    ...(judged
      ? [
          'Condition: the largest variance along an axis of the component over the smallest; it depends on the units of the columns. Overlap: the other component that it is hardest to tell from, and their Bhattacharyya coefficient (1: the same; 0: nothing in common).',
        ]
      : []),
    ...(view.noise === undefined ? [] : [`The rest, ${(100 * view.noise).toPrecision(3)} %, is noise.`]),
    ...(shown < view.nComponents ? [`The ${shown} heaviest of ${view.nComponents} ${view.noun}s.`] : []),
    ...(columns < view.featureNames.length
      ? [`The ${columns} of ${view.featureNames.length} columns that tell the ${view.noun}s apart best.`]
      : []),
  ].join(' ');
}

/** The few numbers that sum up a fit. */
export function keyFigures({ fit }: Fitted): [name: string, value: string][] {
  const quality: [string, string][] = isKMeans(fit)
    ? [
        ['inertia', total(fit.inertia)],
        ['inertia per point', short(fit.inertia / fit.totalWeight, 6)],
      ]
    : [
        ['log-likelihood', total(fit.logLikelihood)],
        ['per point', short(fit.lowerBound, 6)],
        ['BIC', total(fit.bic)],
        ['AIC', total(fit.aic)],
        ['ICL', total(fit.icl)],
      ];
  return [
    ...quality,
    ['iterations', `${fit.nIter}${fit.converged ? ', converged' : ', not converged'}`],
    ['time', seconds(fit.seconds.fit)],
  ];
}

/** How the fit came about. */
export function runFacts({ fit, source, settings, weightsColumn }: Fitted): [name: string, value: string][] {
  const { warmUp } = fit;
  const warm = warmUp && `${warmUp.nIter} iterations on ${count(warmUp.nSamples)} rows`;
  return [
    ['file', source.file],
    ['points', `${count(fit.nSamples)} × ${source.points.nFeatures}${droppedText(source)}`],
    ...(weightsColumn === undefined ? [] : ([['effective size', total(fit.totalWeight)]] satisfies [string, string][])),
    ['columns', source.featureNames.join(', ')],
    ...settings,
    ...(warm ? ([['warmed up', warm]] satisfies [string, string][]) : []),
    ['E-steps', count(fit.nExpectations)],
    ['computed on', machineText(fit)],
    ['why', fit.backendReason],
    ['reading', seconds(source.seconds + fit.seconds.load)],
    ['fitting', `${seconds(fit.seconds.fit)}, ${seconds(fit.seconds.perIteration)} per iteration`],
    ['versions', `emgpu ${emgpuVersion()}, Node ${process.version}`],
  ];
}
