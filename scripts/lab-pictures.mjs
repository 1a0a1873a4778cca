/**
 * Takes the pictures of the Lab's pages into docs/lab: `npm run build`, then `node scripts/lab-pictures.mjs`. Needs Chromium
 * (`node scripts/install-test-drivers.mjs`), whose software WebGPU draws the scenes.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer';
import { preview } from 'vite';
import { CHROMIUM_OFFLINE, CHROMIUM_SWIFTSHADER, findChromium } from './drivers.mjs';

const CONFIG = fileURLToPath(new URL('../demo/vite.config.ts', import.meta.url));
const OUT = fileURLToPath(new URL('../docs/lab/', import.meta.url));

const CHROMIUM = ['--no-sandbox', ...CHROMIUM_OFFLINE, ...CHROMIUM_SWIFTSHADER];

/** Fits what the link says and waits for the end and the picture of it. */
async function runToEnd(page) {
  await page.waitForSelector('.status.idle');
  await page.locator('button.primary:enabled').click();
  await page.waitForFunction(() => /^(Converged|Stopped)/.test(document.querySelector('.status p')?.textContent ?? ''));
  await settle(page);
}

/** Charts and pictures follow a little later. */
async function settle(page) {
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 3000)));
}

function lesson(id) {
  return async (page) => {
    const show = () => page.evaluate((at) => document.getElementById(at).scrollIntoView(), id);
    await show();
    await settle(page);
    // Lessons above it have been loaded meanwhile and moved it.
    await show();
    await settle(page);
  };
}

async function press(page, name) {
  await page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
}

/** One per picture: the page with its hash, what is done there, and in which scheme. */
const PICTURES = {
  workbench: { path: 'index.html#data=flights&model=full&k=6&seed=0', act: runToEnd },
  compare: { path: 'index.html#data=elongated&n=20000&model=k-means,full&k=3&seed=1', act: runToEnd },
  pairs: {
    path: 'index.html#data=iris&columns=sepal_length,sepal_width,petal_length,petal_width&model=full&k=3&seed=0&restarts=20&pairs=yes',
    act: runToEnd,
    scheme: 'dark',
  },
  lessons: { path: 'lessons.html', act: lesson('responsibilities'), width: 900 },
  'lessons-uphill': {
    path: 'lessons.html',
    width: 900,
    act: async (page) => {
      await lesson('uphill')(page);
      for (const step of ['E-step', 'M-step', 'E-step']) {
        const button = await page.waitForSelector(`#uphill ::-p-aria([name="${step}"][role="button"])`);
        await button.click();
        await settle(page);
      }
      await lesson('uphill')(page);
    },
  },
  three: {
    path: 'embed/three.html',
    act: async (page) => {
      await press(page, 'Fit');
      await page.waitForFunction(() => /log-likelihood/i.test(document.body.textContent));
      await settle(page);
    },
  },
  plot: { path: 'embed/plot.html', act: settle, width: 900 },
  bench: {
    path: 'bench.html?seconds=40&backend=cpu',
    act: async (page) => {
      await press(page, 'Run');
      await page.waitForFunction(() => document.querySelector('#status')?.textContent?.startsWith('Done in'));
    },
  },
};

mkdirSync(OUT, { recursive: true });
const wanted = process.argv.slice(2);
const server = await preview({ configFile: CONFIG, preview: { host: '127.0.0.1', port: 0 } });
const browser = await puppeteer.launch({ executablePath: findChromium(), args: CHROMIUM, protocolTimeout: 600_000 });
for (const [name, { path, act, scheme = 'light', width = 1280 }] of Object.entries(PICTURES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  await page.setViewport({ width, height: 860 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(new URL(path, server.resolvedUrls.local[0]).href);
  await act(page);
  await page.screenshot({ path: `${OUT}${name}.png` });
  await page.close();
  console.log(`docs/lab/${name}.png`);
}
await browser.close();
await server.close();
