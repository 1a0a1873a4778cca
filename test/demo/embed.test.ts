import { readFile } from 'node:fs/promises';
import type { JSHandle } from 'puppeteer';
import { beforeEach, describe, expect, test } from 'vitest';
import { flower } from '../../demo/embed/flower.ts';
import { MixtureModel } from '../../src/index.ts';
import { inBrowser, type Opened } from './browsers.ts';

const SLOW = 240_000;
const N = 50_000;

/** The log-likelihood that EM in float64 reaches from the mixture that the points were drawn from: rows x, y, z, full covariances. */
function optimum(rows: Float32Array): number {
  const K = flower.nComponents;
  let weights: number[] = Array(K).fill(1 / K);
  let means = flower.means.map((mean) => [...mean]);
  let covariances = flower.covariances as number[][][];
  let logLikelihood = 0;
  for (let iteration = 0; iteration < 30; iteration++) {
    const densities = means.map((mean, k) => densityOf(weights[k]!, mean, covariances[k]!));
    const sums = means.map(() => new Float64Array(10));
    logLikelihood = 0;
    for (let i = 0; i < rows.length; i += 3) {
      const [x, y, z] = [rows[i]!, rows[i + 1]!, rows[i + 2]!];
      const parts = densities.map((density) => density(x, y, z));
      const total = parts.reduce((sum, part) => sum + part, 0);
      logLikelihood += Math.log(total);
      const moments = [1, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z];
      for (let k = 0; k < K; k++) for (let m = 0; m < 10; m++) sums[k]![m]! += (parts[k]! / total) * moments[m]!;
    }
    weights = sums.map(([n]) => (3 * n!) / rows.length);
    means = sums.map(([n, x, y, z]) => [x! / n!, y! / n!, z! / n!]);
    covariances = sums.map((s, k) => {
      const second = (i: number, j: number) =>
        s[
          [
            [4, 5, 6],
            [5, 7, 8],
            [6, 8, 9],
          ][i]![j]!
        ]! / s[0]!;
      return [0, 1, 2].map((i) => [0, 1, 2].map((j) => second(i, j) - means[k]![i]! * means[k]![j]!));
    });
  }
  return logLikelihood;
}

/** A Gaussian's density times its weight, by the adjugate of its 3 × 3 covariance. */
function densityOf(weight: number, [mx = 0, my = 0, mz = 0]: readonly number[], covariance: number[][]) {
  const [a = 0, b = 0, c = 0, , d = 0, e = 0, , , f = 0] = covariance.flat();
  const [A, B, C, D, E, F] = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * A + b * B + c * C;
  const scale = weight / Math.sqrt((2 * Math.PI) ** 3 * determinant);
  return (px: number, py: number, pz: number) => {
    const [x, y, z] = [px - mx, py - my, pz - mz];
    const square = A * x * x + D * y * y + F * z * z + 2 * (B * x * y + C * x * z + E * y * z);
    return scale * Math.exp(-square / (2 * determinant));
  };
}

const status = ({ page }: Opened) => page.$eval('output', (output) => output.textContent ?? '');

/** The log-likelihood that the page tells once it has fitted. */
async function logLikelihood(opened: Opened): Promise<number> {
  await opened.page.waitForFunction(() => /^Log-lik/.test(document.querySelector('output')!.textContent!), {
    timeout: SLOW,
    polling: 200,
  });
  const [, sign, digits] = /^Log-likelihood (−?)([\d.]+) after/.exec(await status(opened))!;
  return Number(digits) * (sign ? -1 : 1);
}

/** What an element shows on the screen: red, green, blue, opacity, red, … */
async function pixelsOf({ page }: Opened, selector: string): Promise<JSHandle<Uint8ClampedArray>> {
  const png = await (await page.$(selector))!.screenshot({ encoding: 'base64' });
  return page.evaluateHandle(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const g = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
    g.drawImage(image, 0, 0);
    return g.getImageData(0, 0, image.width, image.height).data;
  }, png);
}

/** How many sixths of the colour circle have more than 100 saturated pixels on the screen. */
async function hues(opened: Opened, selector: string): Promise<number> {
  return (await pixelsOf(opened, selector)).evaluate((data) => {
    const counts = new Array(6).fill(0);
    for (let i = 0; i < data.length; i += 4) {
      const rgb = [data[i]!, data[i + 1]!, data[i + 2]!];
      const [most, least] = [Math.max(...rgb), Math.min(...rgb)];
      if (most - least < 60) continue;
      const at = rgb.indexOf(most);
      const turn = at * 2 + (rgb[(at + 1) % 3]! - rgb[(at + 2) % 3]!) / (most - least);
      counts[Math.floor((turn + 6) % 6)]++;
    }
    return counts.filter((count) => count > 100).length;
  });
}

/** How many pixels are of the light yellow that only the dark scheme has. */
async function yellow(opened: Opened, selector: string): Promise<number> {
  return (await pixelsOf(opened, selector)).evaluate((data) => {
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i]! > 200 && data[i + 1]! > 210 && data[i + 2]! < 120) count++;
    return count;
  });
}

/** Before the page's scripts: keeps its devices, and notes the bytes of each upload. */
function watchDevice({ page }: Opened) {
  return page.evaluateOnNewDocument(() => {
    const watched = { devices: [] as GPUDevice[], uploads: [] as number[] };
    Object.assign(globalThis, { watched });
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      const device = await requestDevice.apply(this, options);
      watched.devices.push(device);
      return device;
    };
    const { writeBuffer } = GPUQueue.prototype;
    GPUQueue.prototype.writeBuffer = function (...write: unknown[]) {
      watched.uploads.push((write[2] as ArrayBufferView).byteLength);
      return writeBuffer.apply(this, write as Parameters<typeof writeBuffer>);
    };
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      if (descriptor.mappedAtCreation) watched.uploads.push(descriptor.size);
      return createBuffer.call(this, descriptor);
    };
  });
}

declare const watched: { readonly devices: GPUDevice[]; readonly uploads: number[] };

function plotTests(opened: Opened): void {
  test('Plot: shows Old Faithful in the colours of its components, with the known log-likelihood', async () => {
    await opened.open('embed/plot.html');
    expect(await logLikelihood(opened)).toBe(-1130.26);
    expect(await opened.page.$$eval('figure g[aria-label=dot] path', (dots) => dots.length)).toBe(272);
    expect(await opened.page.$$eval('figure g[aria-label=line] path', (lines) => lines.length)).toBe(4);
    expect(await hues(opened, 'figure')).toBeGreaterThanOrEqual(2);
  });
}

function threeTests(opened: Opened): void {
  // A software adapter draws every frame of the scene, pixel by pixel.
  beforeEach(() => opened.page.setViewport({ width: 640, height: 480 }));

  test('three.js: one device for scene and fit, colours from the device alone', { timeout: SLOW }, async () => {
    const { page } = opened;
    await watchDevice(opened);
    await opened.open('embed/three.html');
    await page.waitForSelector('button:enabled');
    expect(await hues(opened, '.scene')).toBe(0);
    await page.click('[name=turn]'); // a scene that stands still leaves a software adapter to the fit
    await page.click('button');
    const rows = Float32Array.from(new MixtureModel(flower).sample(N, 1).data);
    expect(Math.abs((await logLikelihood(opened)) - optimum(rows))).toBeLessThan(0.1);
    await expect.poll(() => hues(opened, '.scene'), { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    const { devices, uploads } = await page.evaluate(() => ({ ...watched, devices: watched.devices.length }));
    expect(devices).toBe(1);
    // The points go up once, and then nothing that could tell their components: 4 bytes a row are the indices that k-means++ draws from.
    const [points, ...rest] = uploads.sort((a, b) => b - a);
    expect(points).toBe(3 * 4 * N);
    expect(rest.filter((bytes) => bytes >= 2 * N)).toEqual([4 * N]);
  });

  test('three.js: turns by keys', { timeout: SLOW }, async () => {
    const { page } = opened;
    await opened.open('embed/three.html');
    await page.waitForSelector('button:enabled');
    // Firefox draws nothing in a tab that is behind another.
    await page.bringToFront();
    await page.click('[name=turn]');
    const picture = async () => (await page.$('.scene'))!.screenshot({ encoding: 'base64' });
    let still = '';
    const stands = async () => {
      const before = still;
      still = await picture();
      return still === before;
    };
    await expect.poll(stands, { timeout: 20_000 }).toBe(true);
    await page.focus('.scene');
    // Held down, as one turns it: Firefox does not show every frame of a page that changes once.
    const turned = async () => {
      await page.keyboard.press('ArrowLeft');
      return picture();
    };
    await expect.poll(turned, { timeout: 20_000 }).not.toBe(still);
  });
}

function lossTests(opened: Opened): void {
  test('three.js: says when the device is lost', async () => {
    const { page } = opened;
    await watchDevice(opened);
    await opened.open('embed/three.html');
    await page.waitForSelector('button:enabled');
    await page.evaluate(() => watched.devices[0]!.destroy());
    // Not by frames: Firefox 153 gives none to a page whose canvas had a device that is lost.
    await page.waitForFunction(() => /lost/.test(document.querySelector('output')!.textContent!), { polling: 50 });
    expect(await status(opened)).toBe('The GPU device was lost. Reload the page to start again.');
    expect(await page.$('button')).toBeNull();
  });
}

function schemeTests(opened: Opened): void {
  test('three.js: takes the colours of the other scheme', { timeout: SLOW }, async () => {
    const { page } = opened;
    await page.setViewport({ width: 640, height: 480 });
    await opened.open('embed/three.html');
    await page.waitForSelector('button:enabled');
    await page.click('[name=turn]');
    await page.click('button');
    await logLikelihood(opened);
    await expect.poll(() => hues(opened, '.scene'), { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    expect(await yellow(opened, '.scene')).toBe(0);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await expect.poll(() => yellow(opened, '.scene'), { timeout: 20_000 }).toBeGreaterThan(100);
  });
}

/** A file of the apps, its lines without what surrounds them. */
const linesOf = async (file: string) =>
  (await readFile(new URL(`../../demo/embed/${file}`, import.meta.url), 'utf8')).split('\n').map((line) => line.trim());

describe('small apps that embed emgpu', () => {
  test('the README quotes their code as it is', async () => {
    const files = ['cloud.ts', 'three.ts', 'plot.ts'];
    const code = (await Promise.all(files.map(linesOf))).map((lines) => lines.join('\n'));
    const readme = (await linesOf('README.md')).join('\n');
    const quotes = Array.from(readme.matchAll(/```ts\n(.*?)\n```/gs), ([, quote]) => quote!);
    expect(quotes).toHaveLength(4);
    for (const quote of quotes) expect(code.some((file) => file.includes(quote))).toBe(true);
  });
  inBrowser('chromium', {}, (opened) => {
    plotTests(opened);
    threeTests(opened);
    lossTests(opened);
    schemeTests(opened);
  });
  inBrowser('firefox', {}, (opened) => {
    plotTests(opened);
    threeTests(opened);
    lossTests(opened);
  });
  inBrowser('chromium', { webgpu: false }, (opened) => {
    plotTests(opened);
    test('three.js: says that it needs WebGPU', async () => {
      await opened.open('embed/three.html');
      await opened.page.waitForFunction(() => /needs WebGPU/.test(document.querySelector('output')!.textContent!));
    });
  });
});
