import { effect } from '@preact/signals';
import { GaussianMixture, MixtureModel } from 'emgpu';
import { hexOf } from '../shared/palette.ts';
import { scheme } from '../shared/scheme.ts';
import { flower } from './flower.ts';
import { find, say, scoreOf } from './page.ts';

const N = 50_000;
const MOST_COMPONENTS = 8;
const form = find<HTMLFormElement>('form');
const button = find<HTMLButtonElement>('button');

async function show(device: GPUDevice): Promise<void> {
  device.lost.then(() => end('The GPU device was lost. Reload the page to start again.'));
  // Only now, as three.js is most of what this page loads.
  const [{ pointCloud }, { orbit }] = await Promise.all([import('./cloud.ts'), import('./orbit.ts')]);
  const rows = Float32Array.from(new MixtureModel(flower).sample(N, 1).data);
  const cloud = await pointCloud(device, find<HTMLCanvasElement>('canvas'), rows);
  orbit(cloud, find<HTMLInputElement>('[name=turn]'), device);

  /** From the buffer that the scene draws to one that it is coloured by: on the device, without a copy. */
  const fitAndColour = async (nComponents: number): Promise<void> => {
    const mixture = new GaussianMixture({ nComponents, device });
    using fit = await mixture.fit({ buffer: cloud.points, nSamples: N, nFeatures: 3 });
    cloud.colour(await fit.responsibilitiesBuffer(), coloursOf(nComponents));
    say(scoreOf(fit));
  };

  effect(() => cloud.recolour(coloursOf(MOST_COMPONENTS)));

  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    say('Fitting…');
    await fitAndColour(find<HTMLInputElement>('[name=components]').valueAsNumber).catch(({ code, message }) => {
      if (code !== 'device-lost') say(message);
    });
    button.disabled = false;
  };
  button.disabled = false;
}

/** Colours of K components, as the page's scheme has them. */
function coloursOf(nComponents: number): string[] {
  return Array.from({ length: nComponents }, (_, k) => hexOf(k, scheme.value));
}

/** There is nothing left to fit; the first reason is told. */
function end(why: string): void {
  if (!form.isConnected) return;
  form.remove();
  say(why);
}

async function start(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) await show(await adapter.requestDevice());
  else end('This scene needs WebGPU, which this browser does not offer on this machine.');
}

start().catch(({ message }) => end(`The scene could not be shown: ${message}`));
