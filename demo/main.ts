import * as emgpu from '../src/index.ts';
import faithful from '../test/reference/data/faithful.csv?raw';
import { colorOf, scatterOf } from './plot.ts';

const find = <E extends Element>(selector: string) => document.querySelector<E>(selector)!;
const say = (selector: string, text: string) => find(selector).replaceChildren(text);
const show = (x: number, digits = 4) => x.toLocaleString('en', { maximumSignificantDigits: digits });

const form = find<HTMLFormElement>('form');
const [runButton, stopButton] = form.querySelectorAll('button') as unknown as [HTMLButtonElement, HTMLButtonElement];
let controller = new AbortController();
let redraw = () => {};
new ResizeObserver(() => redraw()).observe(find('canvas'));
stopButton.onclick = () => controller.abort();
form.onsubmit = (event) => {
  event.preventDefault();
  void run(new FormData(form));
};

/** Points of a mixture of three, different ones each time. */
function generate() {
  const shape = { covarianceType: 'spherical', nComponents: 3, nFeatures: 2 } as const;
  const means = [0, 4, -1].map((x, k) => [x, [0, 1, 5][k]!]);
  const model = new emgpu.MixtureModel({ ...shape, weights: [0.5, 0.3, 0.2], means, covariances: [1, 0.5, 2] });
  const { data } = model.sample(200_000, Date.now() % 2 ** 32);
  return { points: { data, nFeatures: 2 }, featureNames: ['x', 'y'], nDropped: 0 };
}

function read(form: FormData) {
  const source = form.get('source');
  if (source === 'generated') return generate();
  const file = source === 'file' ? (form.get('file') as File) : new File([faithful], 'faithful.csv');
  const columns = source === 'file' ? `${form.get('columns')}`.split(',').map((name) => name.trim()) : [''];
  return emgpu.readTable(file, {
    name: file.name,
    ...(columns[0] && { columns }),
    missing: 'drop',
    signal: controller.signal,
    onProgress: (fraction) => say('#status', `read: ${Math.round(100 * fraction)} %`),
  });
}

async function run(form: FormData): Promise<void> {
  controller = new AbortController();
  const { signal } = controller;
  [runButton.disabled, stopButton.disabled] = [true, false];
  say('table', '');
  let steps: emgpu.MixtureRun | undefined;
  try {
    const { points, featureNames, nDropped } = await read(form);
    const draw = scatterOf(find('canvas'), points, featureNames);
    const dropped = nDropped ? ` ${nDropped} rows with missing values are left out.` : '';
    say('#caption', `At most 20,000 points, first two columns; ellipses at 1 and 2 standard deviations.${dropped}`);
    const mixture = new emgpu.GaussianMixture({
      nComponents: Number(form.get('components')),
      covarianceType: form.get('covariance') as emgpu.CovarianceType,
      backend: form.get('backend') as 'auto',
    });
    const onProgress = ({ stage, fraction }: { stage: string; fraction: number }) =>
      stage !== 'fit' && say('#status', `${stage}: ${Math.round(100 * fraction)} %`);
    steps = await mixture.start(points, { signal, onProgress });
    let shown = 0;
    for await (const { iteration, value, model } of steps) {
      if (performance.now() - shown < 100) continue;
      say('#status', `Iteration ${iteration}, log-likelihood ${show(value, 9)}`);
      redraw = () => draw(model);
      redraw();
      await new Promise((resolve) => setTimeout(resolve)); // the page is drawn, and Stop can be pressed
      shown = performance.now();
    }
    const fit = await steps.finish();
    const labels = await fit.predict(undefined, { signal });
    redraw = () => draw(fit, labels);
    redraw();
    report(fit, featureNames);
  } catch (error) {
    say('#status', signal.aborted ? 'Stopped.' : (error as Error).message);
  } finally {
    steps?.destroy();
    [runButton.disabled, stopButton.disabled] = [false, true];
  }
}

function report(fit: emgpu.MixtureFit, names: readonly string[]): void {
  const { nIter, converged, logLikelihood, bic, seconds, backend, adapter, backendReason, warnings } = fit;
  const facts = [
    `${converged ? 'Converged' : 'Stopped'} after ${nIter} iterations: log-likelihood ${show(logLikelihood, 9)}, BIC ${show(bic, 9)}`,
    `Computed on ${backend} (${adapter}): ${backendReason}`,
    `${show(1000 * seconds.perIteration, 3)} ms per iteration`,
  ];
  say('#status', [`${facts.join('. ')}.`, ...warnings.map(({ message }) => message)].join(' '));
  const rows = fit.weights.map((weight, k) => [`${k}`, show(weight), ...fit.means[k]!.map((x) => show(x))]);
  for (const [k, cells] of [['', 'weight', ...names.map((name) => `mean ${name}`)], ...rows].entries()) {
    const row = find<HTMLTableElement>('table').insertRow();
    for (const text of cells) row.insertCell().textContent = text;
    if (k > 0) row.style.boxShadow = `inset 6px 0 ${colorOf(k - 1)}`;
  }
}
