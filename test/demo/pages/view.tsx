import '../../../demo/shared/base.css';
import { signal } from '@preact/signals';
import { blendColors, GaussianMixture, type HostPoints, MixtureModel, type MixtureRun } from 'emgpu';
import { createRef, render } from 'preact';
import type { ViewChoice } from '../../../demo/models/choices.ts';
import { rgbOf } from '../../../demo/shared/palette.ts';
import { scheme } from '../../../demo/shared/scheme.ts';
import type { ViewHandle } from '../../../demo/view/lent.ts';
import { PairPlot } from '../../../demo/view/pair-plot.tsx';
import { PointsView } from '../../../demo/view/points-view.tsx';

/**
 * A page for tests of the view: points drawn from a known mixture, `n` of them in `d` columns, moved by `offset` standard deviations, at home on
 * `backend`, and that mixture as the model. What tests ask for is in `window.lab`.
 */
const asked = new URLSearchParams(location.search);
const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise);
const [n, d, offset] = [number('n', 272), number('d', 2), number('offset', 0)];
const backend = asked.get('backend') === 'cpu' ? 'cpu' : 'webgpu';
scheme.value = 'light';

/** Three components; columns beyond the second are less and less spread. */
function truth(shift: number): MixtureModel {
  const centers = [[0, 0], [6, 1], [2, 5]] as const; // biome-ignore format: a table
  const correlations = [0, 0.8, -0.6];
  return new MixtureModel({
    covarianceType: 'full',
    nFeatures: d,
    nComponents: 3,
    featureNames: Array.from({ length: d }, (_, i) => ['width', 'height', 'depth', 'weight', 'age'][i] ?? `f${i}`),
    weights: [0.5, 0.3, 0.2],
    means: centers.map((center, k) => Array.from({ length: d }, (_, i) => shift + (center[i] ?? (k * i) / 3))),
    covariances: correlations.map((rho, k) =>
      Array.from({ length: d }, (_, i) =>
        Array.from({ length: d }, (_, j) =>
          i === j ? (k === 2 ? 0.3 : 1) : i + j === 1 ? rho * (k === 2 ? 0.3 : 1) : 0,
        ),
      ),
    ),
  });
}

function pointsOf(model: MixtureModel): HostPoints {
  const { data } = model.sample(n, 1);
  return { data: data.map((x) => x + offset), nFeatures: d, featureNames: model.featureNames! };
}

const choice = signal<ViewChoice>({
  plane: [0, 1],
  color: 'responsibility',
  contours: asked.has('contours'),
  pairs: asked.has('pairs'),
});
const model = truth(offset);
const points = pointsOf(truth(0));
const errors: string[] = [];
const handle = createRef<ViewHandle>();

async function colorsOf(run: MixtureRun): Promise<GPUBuffer | Uint32Array> {
  const rgb = rgbOf(3, scheme.value);
  if (backend === 'webgpu') return run.colorsBuffer(rgb);
  return blendColors(await model.predictProba(points, { backend }), rgb);
}

const run = await new GaussianMixture({ nComponents: 3, init: model, regCovar: 0, backend }).start(points);
const [resident, colors] = [run.residentPoints(), await colorsOf(run)];

function Shown() {
  const shared = {
    points,
    resident,
    colors,
    colorsVersion: 0,
    choice,
    onError: (message: string) => errors.push(message),
  };
  return choice.value.pairs ? (
    <PairPlot {...shared} model={model} label="All pairs" />
  ) : (
    <PointsView {...shared} model={model} handle={handle} label="Points drawn from a mixture" />
  );
}

Object.assign(window, { lab: { choice, handle, errors, points, resident, scheme } });
render(<Shown />, document.querySelector('main')!);
