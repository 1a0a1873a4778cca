import { GaussianMixture, MixtureModel } from 'emgpu';
import { hexOf } from '../shared/palette.ts';
import { scheme } from '../shared/scheme.ts';
import { pointCloud } from './cloud.ts';
import { flower } from './flower.ts';
import { orbit } from './orbit.ts';
import { find, say, scoreOf } from './page.ts';

const N = 50_000;
const form = find<HTMLFormElement>('form');
const button = find<HTMLButtonElement>('button');

async function show(device: GPUDevice): Promise<void> {
  device.lost.then(() => end('The GPU device was lost. Reload the page to start again.'));
  const rows = Float32Array.from(new MixtureModel(flower).sample(N, 1).data);
  const cloud = await pointCloud(device, find<HTMLCanvasElement>('canvas'), rows);
  orbit(cloud, find<HTMLInputElement>('[name=turn]'), device);

  /** From the buffer that the scene draws to one that it is coloured by: on the device, without a copy. */
  const fitAndColour = async (nComponents: number): Promise<void> => {
    const mixture = new GaussianMixture({ nComponents, device });
    using fit = await mixture.fit({ buffer: cloud.points, nSamples: N, nFeatures: 3 });
    const colours = fit.means.map((_, k) => hexOf(k, scheme.value));
    cloud.colour(await fit.responsibilitiesBuffer(), colours);
    say(scoreOf(fit));
  };

  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    say('Fitting…');
    await fitAndColour(find<HTMLInputElement>('[name=components]').valueAsNumber).catch(({ code, message }) => {
      if (code !== 'device-lost') say(message);
    });
    button.disabled = false;
  };
}

/** There is nothing left to fit. */
function end(why: string): void {
  form.remove();
  say(why);
}

const adapter = await navigator.gpu?.requestAdapter();
if (adapter) await show(await adapter.requestDevice());
else end('This scene needs WebGPU, which this browser does not offer on this machine.');
