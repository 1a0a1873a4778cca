import * as Plot from '@observablehq/plot';
import { GaussianMixture, type MixtureModel, readTable } from 'emgpu';
import faithful from '../../test/reference/data/faithful.csv?raw';
import { colorOf } from '../shared/palette.ts';
import '../shared/scheme.ts';
import { find, say, scoreOf } from './page.ts';

/** The points at `radius` standard deviations from the mean of component k: a circle, stretched by a Cholesky factor. */
function ellipse({ means, covariances }: MixtureModel, k: number, radius: number) {
  const [x = 0, y = 0] = means[k]!;
  const [[xx, xy], [, yy]] = covariances[k] as [[number, number], [number, number]];
  const [a, b] = [Math.sqrt(xx), xy / Math.sqrt(xx)];
  const c = Math.sqrt(yy - b * b);
  return Array.from({ length: 65 }, (_, i) => {
    const [u, v] = [radius * Math.cos((i * Math.PI) / 32), radius * Math.sin((i * Math.PI) / 32)];
    return { x: x + a * u, y: y + b * u + c * v, k, ring: `${k} ${radius}` };
  });
}

async function show(nComponents: number): Promise<void> {
  const { points, featureNames } = await readTable(new File([faithful], 'faithful.csv'), { name: 'faithful.csv' });
  using fit = await new GaussianMixture({ nComponents, covarianceType: 'full', backend: 'auto' }).fit(points);
  const labels = await fit.predict();
  const dots = Array.from(labels, (k, i) => ({ x: points.data[2 * i]!, y: points.data[2 * i + 1]!, k }));
  const lines = fit.means.flatMap((_, k) => [...ellipse(fit, k, 1), ...ellipse(fit, k, 2)]);
  const stroke = ({ k }: { k: number }) => colorOf(k);
  const figure = find<HTMLElement>('figure');
  const chart = Plot.plot({
    ...{
      width: figure.clientWidth,
      height: 500,
      grid: true,
      marginLeft: 40,
      marginBottom: 44,
      style: 'font-size: 13px',
    },
    x: { label: `${featureNames[0]} (minutes)`, nice: true },
    y: { label: `${featureNames[1]} (minutes)`, nice: true },
    marks: [
      Plot.dot(dots, { x: 'x', y: 'y', stroke, symbol: 'k' }),
      Plot.line(lines, { x: 'x', y: 'y', z: 'ring', stroke }),
    ],
  });
  chart.ariaHidden = 'true'; // the figure has a label, which marks of a chart may not have
  figure.replaceChildren(chart);
  say(scoreOf(fit));
}

const form = find<HTMLFormElement>('form');
const button = find<HTMLButtonElement>('button');
form.onsubmit = async (event) => {
  event.preventDefault();
  button.disabled = true;
  say('Fitting…');
  await show(find<HTMLInputElement>('[name=components]').valueAsNumber).catch(({ message }) => say(message));
  button.disabled = false;
};
form.requestSubmit();
