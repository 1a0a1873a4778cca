import { componentTable } from '../component-table.ts';
import { type Fitted, machineText } from '../fitted.ts';
import { droppedText } from '../input.ts';
import { isKMeans } from '../models.ts';
import { count, seconds, short, total } from '../numbers.ts';
import { emgpuVersion } from '../version.ts';
import type { ElementMaker } from './dom.ts';
import { colorOf } from './palette.ts';
import { byWeight } from './separation.ts';

const MOST_ROWS = 256;
const MOST_COLUMNS = 12;

/** The components with their colours; the heaviest and the most telling features, where there are very many. */
export function componentSection({ view }: Fitted, separated: readonly number[], el: ElementMaker): Element {
  const ascending = (a: number, b: number) => a - b;
  const components = byWeight(view).slice(0, MOST_ROWS).sort(ascending);
  const features = separated.slice(0, MOST_COLUMNS).sort(ascending);
  const { header, rows } = componentTable(view, components, features);
  const body = rows.map(([number, ...cells], at) => {
    const swatch = el('span', { class: 'swatch', style: `background:${colorOf(components[at]!)}` });
    return el('tr', {}, el('td', {}, swatch, number!), ...cells.map((cell) => el('td', {}, cell)));
  });
  const table = el(
    'table',
    {},
    el('thead', {}, el('tr', {}, ...header.map((name) => el('th', { scope: 'col' }, name)))),
    el('tbody', {}, ...body),
  );
  const title = view.noun === 'cluster' ? 'Clusters' : 'Components';
  return el(
    'section',
    {},
    el('h2', {}, title),
    el('div', { class: 'scroll' }, table),
    el('p', { class: 'note' }, tableNote(view, rows.length, features.length)),
  );
}

function tableNote(view: Fitted['view'], shown: number, columns: number): string {
  return [
    view.covariance
      ? 'Mean ± standard deviation of every column.'
      : 'The centre of every cluster, and its share of the points.',
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
        ['inertia per point', short(fit.inertia / fit.nSamples, 6)],
      ]
    : [
        ['log-likelihood', total(fit.logLikelihood)],
        ['per point', short(fit.lowerBound, 6)],
        ['BIC', total(fit.bic)],
        ['AIC', total(fit.aic)],
      ];
  return [
    ...quality,
    ['iterations', `${fit.nIter}${fit.converged ? ', converged' : ', not converged'}`],
    ['time', seconds(fit.seconds.fit)],
  ];
}

/** How the fit came about. */
export function runFacts({ fit, table, settings }: Fitted): [name: string, value: string][] {
  return [
    ['file', table.file],
    ['points', `${count(table.nSamples)} × ${table.points.nFeatures}${droppedText(table)}`],
    ['columns', table.featureNames.join(', ')],
    ...settings,
    ['computed on', machineText(fit)],
    ['why', fit.backendReason],
    ['reading', seconds(table.seconds + fit.seconds.load)],
    ['fitting', `${seconds(fit.seconds.fit)}, ${seconds(fit.seconds.perIteration)} per iteration`],
    ['versions', `emgpu ${emgpuVersion()}, Node ${process.version}`],
  ];
}
