/**
 * Draws the pictures of the guide from the runs that its examples show, into docs/guide: `npm run build`, then
 * `node scripts/guide-pictures.mjs`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { anneal, GaussianMixture, readTable, releaseBackends } from 'emgpu/node';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const IRIS = path('test/reference/data/iris.csv');
const WIDTH = 680;
/** As in the reports: told apart with every common colour blindness. */
const COLORS = ['#0072b2', '#cd952a', '#1cb289', '#de2142'];

/** Panels below one another on white, for readers in the dark. */
function write(name, label, panels) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  let height = 0;
  for (const panel of panels) {
    panel.setAttribute('y', height);
    // The whole has a label; styles are for pages that hold several plots.
    panel.setAttribute('aria-hidden', 'true');
    panel.querySelector('style').remove();
    height += Number(panel.getAttribute('height'));
    svg.append(panel);
  }
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  for (const [key, value] of Object.entries({ ...attributes, role: 'img', 'aria-label': label })) {
    svg.setAttribute(key, value);
  }
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [key, value] of Object.entries({ width: WIDTH, height, fill: 'white' }))
    background.setAttribute(key, value);
  svg.prepend(background);
  writeFileSync(path(`docs/guide/${name}.svg`), `${svg.outerHTML.replace(/(\d\.\d{2})\d+/g, '$1')}\n`);
}

const plot = (options) => Plot.plot({ document, width: WIDTH, marginLeft: 60, marginRight: 20, ...options });

/** The final log-likelihood of every start, kind by kind. */
async function drawRestarts() {
  const { points } = await readTable(IRIS);
  const starts = [];
  for (const init of ['k-means++', 'k-means', 'random-from-data', 'random']) {
    const fit = await new GaussianMixture({ nComponents: 3, init, nInit: 20, backend: 'cpu' }).fit(points);
    starts.push(...fit.restarts.map(({ value, refused }) => ({ init, value, refused: Boolean(refused) })));
    fit.destroy();
  }
  const kinds = { domain: [...new Set(starts.map(({ init }) => init))] };
  const place = Plot.dodgeY('bottom', { x: 'value', fy: 'init', r: 2.2, padding: 0.3 });
  const panel = plot({
    height: 500,
    marginLeft: 130,
    x: { label: 'log-likelihood at the end', grid: true, inset: 8 },
    fy: { ...kinds, label: null },
    marks: [
      Plot.frame({ stroke: '#dddddd' }),
      Plot.dot(
        starts.filter(({ refused }) => !refused),
        { ...place, fill: COLORS[0] },
      ),
      Plot.dot(
        starts.filter(({ refused }) => refused),
        { ...place, stroke: COLORS[1], symbol: 'times' },
      ),
      Plot.text(kinds.domain.slice(0, 1), {
        fy: (init) => init,
        text: () => '× refused',
        frameAnchor: 'top-right',
        fill: COLORS[1],
        dx: -8,
        dy: 8,
      }),
    ],
  });
  write('restarts', 'Strip plot of the final log-likelihoods of twenty starts of each of four kinds', [panel]);
}

/** Where the centres are, and how undecided the rows, as the spheres shrink. */
async function drawAnnealing() {
  const { points } = await readTable(IRIS, { columns: ['petal_length'] });
  const N = points.data.length;
  // Those of examples/annealing.mjs.
  const variances = Array.from({ length: 36 }, (_, i) => 6.2 * 0.8 ** i);
  const stages = [];
  for await (const { variance, model, bound } of anneal(points, { nClusters: 4, variances, backend: 'cpu' })) {
    if (bound)
      stages.push({ sigma: Math.sqrt(variance), centers: model.means.map(([x]) => x), entropy: bound.entropy / N });
  }
  const places = stages.flatMap(({ sigma, centers }) => centers.map((center, k) => ({ sigma, center, k })));
  const x = { type: 'log', reverse: true, domain: [0.055, 2.5], ticks: [2, 1, 0.5, 0.2, 0.1], tickFormat: '~g' };
  const tree = plot({
    height: 260,
    x: { ...x, label: null },
    y: { label: 'centre (petal length, cm)', grid: true },
    marks: [
      Plot.ruleX([Math.sqrt(variance(points.data))], { stroke: '#888888', strokeDasharray: '4 3' }),
      Plot.dot(points.data, { x: () => 0.057, y: (value) => value, r: 1.5, fill: '#888888', fillOpacity: 0.4 }),
      Plot.line(places, {
        x: 'sigma',
        y: 'center',
        z: 'k',
        stroke: ({ k }) => COLORS[k],
        strokeWidth: 1.75,
        clip: true,
      }),
    ],
  });
  const entropy = plot({
    height: 200,
    x: { ...x, label: 'σ, shrinking →' },
    y: { label: 'entropy per row (nats)', domain: [0, 1.5], grid: true },
    marks: [
      Plot.ruleX([Math.sqrt(variance(points.data))], { stroke: '#888888', strokeDasharray: '4 3' }),
      Plot.line(stages, { x: 'sigma', y: 'entropy', stroke: COLORS[0], strokeWidth: 1.75, clip: true }),
    ],
  });
  write('annealing', 'Four centres and the entropy of the responsibilities against σ', [tree, entropy]);
}

function variance(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
}

await drawRestarts();
await drawAnnealing();
await releaseBackends();
