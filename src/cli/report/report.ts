import type { Fitted } from '../fitted.ts';
import { isKMeans, isPoisson } from '../models.ts';
import { count } from '../numbers.ts';
import { boundSections } from './bounds.ts';
import { densityCaption, pairCaption, scatterCaption } from './captions.ts';
import { marginFor, outlined, type Scene } from './chart.ts';
import { density } from './density.ts';
import { createDocument, type ElementMaker, elementsOf, serialize } from './dom.ts';
import { standardErrorsOf } from './errors.ts';
import { historyChart } from './history.ts';
import { limitsOf } from './limits.ts';
import { dotsPerPanel, pairPlot } from './pairs.ts';
import { restartSections } from './restarts.ts';
import { samplePoints } from './sample.ts';
import { scatter } from './scatter.ts';
import { selectionSections } from './selection.ts';
import { bySeparation } from './separation.ts';
import { STYLE } from './style.ts';
import { componentSection, keyFigures, runFacts, type TableParts } from './tables.ts';

/** How many points densities and axes are drawn from. */
const SAMPLE = 40_000;
/** The most dots in one scatter plot. */
const DOTS = 6000;

/** Size of a chart that stands alone. */
const SINGLE = { width: 560, height: 440, marginLeft: 56, ticks: 6 };

/** The pair plot shows at most this many features. */
const MOST_PAIRED = 6;

/**
 * The report on a fit: one HTML file that needs nothing else. For a stream it takes a pass to get the points that are drawn; for a Gaussian mixture,
 * passes for standard errors where these take no longer than a second or two.
 */
export async function renderReport(fitted: Fitted, signal: AbortSignal): Promise<string> {
  const document = createDocument();
  const el = elementsOf(document);
  const scene = await sceneOf(document, fitted, signal);
  const parts = {
    separated: bySeparation(fitted.view, spreads(scene)),
    errors: await standardErrorsOf(fitted, signal),
  };
  const title = titleOf(fitted);
  document.head.append(
    el('meta', { charset: 'utf-8' }),
    el('meta', { name: 'viewport', content: 'width=device-width,initial-scale=1' }),
    el('title', {}, `${title} · emgpu`),
    el('style', {}, STYLE),
  );
  document.body.append(header(fitted, title, el), main(scene, fitted, parts, el));
  return serialize(document);
}

async function sceneOf(document: Document, { source, labels, view }: Fitted, signal: AbortSignal): Promise<Scene> {
  const directions = view.directions ?? false;
  const sample = await samplePoints(source.points, labels!, { most: SAMPLE, directions, signal });
  const limits = view.featureNames.map((_, i) => limitsOf(sample, view, i));
  return { document, view, sample, limits, components: outlined(view) };
}

function spreads({ sample, view }: Scene): number[] {
  return view.featureNames.map((_, i) => {
    const values = sample.rows.map((_, s) => sample.value(s, i)).filter(Number.isFinite);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  });
}

function titleOf({ fit, view }: Fitted): string {
  const parts = `${view.nComponents} ${view.noun}${view.nComponents === 1 ? '' : 's'}`;
  if (isPoisson(fit)) return `Poisson mixture, ${parts}`;
  return isKMeans(fit) ? `k-means, ${parts}` : `Gaussian mixture, ${parts}, ${fit.covarianceType} covariance`;
}

function header(fitted: Fitted, title: string, el: ElementMaker): Element {
  const { fit, source, selection } = fitted;
  const figures = keyFigures(fitted).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)));
  const names =
    source.featureNames.length <= 12 ? source.featureNames.join(', ') : `${source.featureNames.length} columns`;
  const chosen = selection
    ? `The best of ${selection.rows.length} models by ${selection.criterion.toUpperCase()}, fitted`
    : 'Fitted';
  const subtitle = `${chosen} to ${count(fit.nSamples)} points (${names}) of ${source.file}`;
  return el('header', {}, el('h1', {}, title), el('p', {}, subtitle), el('dl', { class: 'keys' }, ...figures));
}

/** Two columns, one on a narrow screen. A pair plot and a table to match take the width of both. */
function main(scene: Scene, fitted: Fitted, parts: TableParts, el: ElementMaker): Element {
  const { document } = scene;
  const chosen = selectionSections(document, fitted, el);
  const points = [pictureSection(scene, fitted, parts.separated, el), componentSection(fitted, parts, el)];
  const course = [historySection(scene, fitted, el), ...boundSections(document, fitted, el)];
  const starts = restartSections(document, fitted, el);
  const run = [...warnings(fitted, el), facts(fitted, el)];
  const columns = (left: Element[], right: Element[], kind = '') =>
    el('div', { class: `columns ${kind}` }, el('div', {}, ...left), el('div', {}, ...right));
  if (fitted.view.featureNames.length > 2) {
    return el('main', {}, ...chosen, ...points, columns(course, run, 'even'), ...starts);
  }
  return el('main', {}, ...chosen, columns(points, [...course, ...run]), ...starts);
}

/** The picture of the points: a histogram, a scatter plot or a pair plot, depending on their dimension. */
function pictureSection(scene: Scene, fitted: Fitted, separated: readonly number[], el: ElementMaker): Element {
  const { view } = fitted;
  const d = view.featureNames.length;
  const section = (title: string, chart: Element, caption: string, size: string) =>
    el('section', { class: size }, el('h2', {}, title), el('figure', {}, chart, el('figcaption', {}, caption)));
  if (d === 1) {
    const chart = density(scene, 0, { ...SINGLE, bins: 60, alone: true });
    return section('Density', chart, densityCaption(scene, fitted), 'large');
  }
  if (d === 2) {
    const chart = scatter(scene, [0, 1], {
      ...SINGLE,
      marginLeft: marginFor([scene.limits[1]!]),
      dots: DOTS,
      disc: 8.5,
    });
    return section('Points', chart, scatterCaption(scene, fitted, [0, 1], DOTS), 'large');
  }
  const features = d <= MOST_PAIRED ? view.featureNames.map((_, i) => i) : separated.slice(0, MOST_PAIRED);
  const caption = `${pairCaption(view.noun, d, features.length)} ${scatterCaption(scene, fitted, features, dotsPerPanel(features.length))}`;
  return section('Points', pairPlot(scene, features, el), caption.trim(), '');
}

function historySection(scene: Scene, { fit }: Fitted, el: ElementMaker): Element {
  const label = isKMeans(fit) ? 'inertia per point' : 'log-likelihood per point';
  const course = { label, values: fit.history.map((value) => value / fit.totalWeight) };
  const { chart, caption } = historyChart(scene.document, course);
  return el(
    'section',
    { class: 'large' },
    el('h2', {}, 'Convergence'),
    el('figure', {}, chart, el('figcaption', {}, caption)),
  );
}

function warnings({ fit }: Fitted, el: ElementMaker): Element[] {
  if (fit.warnings.length === 0) return [];
  const items = fit.warnings.map(({ message }) => el('li', {}, message));
  return [el('section', {}, el('h2', {}, 'Warnings'), el('ul', {}, ...items))];
}

function facts(fitted: Fitted, el: ElementMaker): Element {
  const items = runFacts(fitted).flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]);
  return el('section', {}, el('h2', {}, 'The run'), el('dl', { class: 'facts' }, ...items));
}
