import { marginFor, type Scene } from './chart.ts';
import { density } from './density.ts';
import type { ElementMaker } from './dom.ts';
import { scatter } from './scatter.ts';

const PANEL = { width: 175, height: 210, ticks: 4, disc: 6.5, bins: 30, alone: false };

/** Dots in all panels together; the file grows by some 60 bytes for each. */
const DOTS_IN_ALL = 24_000;
const MOST_DOTS = 4000;

/** Most dots in one panel of a pair plot of `nFeatures` features. */
export function dotsPerPanel(nFeatures: number): number {
  return Math.min(MOST_DOTS, Math.floor(DOTS_IN_ALL / ((nFeatures * (nFeatures - 1)) / 2)));
}

/** The lower half of a pair plot: a scatter of every two features, their densities on the diagonal. */
export function pairPlot(scene: Scene, features: readonly number[], el: ElementMaker): Element {
  const n = features.length;
  const marginLeft = marginFor(features.map((i) => scene.limits[i]!));
  const size = { ...PANEL, width: PANEL.width + marginLeft, marginLeft, dots: dotsPerPanel(n) };
  const panels = features.flatMap((up, y) =>
    features.slice(0, y + 1).map((across, x) => {
      const edges = `${x === 0 ? 'left' : ''} ${y === n - 1 ? 'bottom' : ''}`.trim();
      const chart = x === y ? density(scene, up, size) : scatter(scene, [across, up], size);
      return el('div', { class: edges, style: `--x:${x + 1};--y:${y + 1}` }, chart);
    }),
  );
  return el('div', { class: 'pairs', style: `--n:${n}` }, ...panels);
}
