/**
 * How long the frames of the Lab take while a fit runs: `npm run build`, then `node scripts/lab-frames.mjs [points …]`, 50,000 and 1,000,000 by
 * default, on an otherwise idle machine. Chromium, whose WebGPU is SwiftShader unless EMGPU_HARDWARE is set, or, with EMGPU_BROWSER=firefox, Firefox.
 */
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer';
import { preview } from 'vite';
import { CHROMIUM_OFFLINE, CHROMIUM_SWIFTSHADER, findChromium, findFirefox } from './drivers.mjs';

const CONFIG = fileURLToPath(new URL('../demo/vite.config.ts', import.meta.url));
/** Seconds that are looked at, once the run is under way. */
const SECONDS = 10;

const ARGS = ['--no-sandbox', '--enable-unsafe-webgpu', ...CHROMIUM_OFFLINE];

/** Runs in the page: milliseconds between its pictures, and tasks on its own thread that took more than 50. */
async function watch(seconds) {
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: 'longtask',
  });
  const times = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) times.push(await new Promise(requestAnimationFrame));
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  gaps.sort((a, b) => a - b);
  const at = (share) => Math.round(gaps[Math.floor(share * (gaps.length - 1))]);
  return {
    ...{ frames: gaps.length, median: at(0.5), '95 %': at(0.95), longest: at(1) },
    ...{ 'over 50 ms': gaps.filter((gap) => gap > 50).length, 'long tasks': tasks.length },
    'longest task': Math.round(Math.max(0, ...tasks)),
  };
}

async function measure(page, url) {
  // A hash alone would be no navigation.
  await page.goto('about:blank');
  await page.goto(url);
  await page.waitForSelector('.status.idle');
  await page.locator('button.primary:enabled').click();
  await page.waitForFunction(() => /After [1-9]/.test(document.querySelector('.status p')?.textContent ?? ''));
  const iteration = () =>
    page.$eval('.status p', (line) => Number(/after (\d+)/i.exec(line.textContent.replaceAll(',', ''))?.[1]));
  const before = await iteration();
  const frames = await page.evaluate(watch, SECONDS);
  return { ...frames, iterations: (await iteration()) - before };
}

const asked = process.argv.slice(2).map(Number);
const server = await preview({ configFile: CONFIG, preview: { host: '127.0.0.1', port: 0 } });
const browser = await puppeteer.launch(
  process.env.EMGPU_BROWSER === 'firefox'
    ? {
        browser: 'firefox',
        executablePath: findFirefox(),
        extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
      }
    : {
        executablePath: findChromium(),
        args: [...ARGS, ...(process.env.EMGPU_HARDWARE ? [] : CHROMIUM_SWIFTSHADER)],
      },
);
const page = await browser.newPage();
page.setDefaultTimeout(300_000);
await page.setViewport({ width: 1280, height: 900 });
const rows = [];
for (const points of asked.length > 0 ? asked : [50_000, 1_000_000]) {
  for (const backend of ['cpu', 'webgpu']) {
    const hash = `data=overlapping&n=${points}&model=full&k=3&seed=0&tol=0&init=random-from-data&backend=${backend}`;
    rows.push({ points, backend, ...(await measure(page, `${server.resolvedUrls.local[0]}index.html#${hash}`)) });
  }
}
console.table(rows);
await browser.close();
await server.close();
