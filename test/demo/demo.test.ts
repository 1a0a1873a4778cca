import { fileURLToPath } from 'node:url';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { findChromium } from '../../scripts/drivers.mjs';

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const IRIS = fileURLToPath(new URL('../reference/data/iris.csv', import.meta.url));

let server: PreviewServer;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await build({ root: DEMO, configFile: `${DEMO}/vite.config.ts`, logLevel: 'error' });
  server = await preview({ root: DEMO, configFile: `${DEMO}/vite.config.ts`, preview: { host: '127.0.0.1', port: 0 } });
  browser = await puppeteer.launch({
    executablePath: findChromium() ?? 'chromium is not installed: node scripts/install-test-drivers.mjs',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(server.resolvedUrls!.local[0]!);
});

afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
});

/** Presses Run and gives the status once it tells of a fit, or of why there is none. */
async function run(): Promise<string> {
  await page.click('button[type=submit]');
  await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('button[type=submit]')!.disabled);
  return page.$eval('#status', (status) => status.textContent ?? '');
}

test('fits Old Faithful in the page where there is no GPU, and says so', async () => {
  expect(await run()).toMatch(/Converged after .* log-likelihood -1,130\.26.* Computed on cpu .*(no|software)/s);
  expect(await page.$$eval('tr', (rows) => rows.length)).toBe(3);
});

test('fits 200,000 points on Web Workers', async () => {
  await page.select('select[name=source]', 'generated');
  await page.select('select[name=backend]', 'cpu');
  await page.select('select[name=covariance]', 'spherical');
  const workers: string[] = [];
  page.on('workercreated', (worker) => workers.push(worker.url()));
  expect(await run()).toMatch(/^(Converged|Stopped) after .* iterations/);
  expect(workers.length).toBeGreaterThan(0);
});

test('reads a file from the visitor, by named columns, and names what is wrong with it', async () => {
  await page.select('select[name=source]', 'file');
  const input = (await page.$('input[name=file]')) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(IRIS);
  await page.type('input[name=columns]', 'petal_length, petal_width');
  expect(await run()).toMatch(/^Converged/);
  await page.type('input[name=columns]', ', colour');
  expect(await run()).toMatch(/colour/);
});

test('stops when it is told to', async () => {
  await page.select('select[name=source]', 'generated');
  await page.click('button[type=submit]');
  await page.click('button[type=button]');
  await page.waitForFunction(() => document.querySelector('#status')!.textContent === 'Stopped.');
});

test('runs the benchmark as far as the time reaches, shows its rows and offers the numbers', async () => {
  await page.goto(new URL('bench.html?seconds=1&backend=cpu', server.resolvedUrls!.local[0]!).href);
  expect(await run()).toMatch(/^Done in .*not run, .*quick: /s);
  const rows = await page.$$eval('tr', (all) =>
    all.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(' ')),
  );
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(rows[1]).toMatch(/^full\s+8\s+32\s/);
  const report = await page.$eval('a[download]', async ({ href }) => (await fetch(href)).json());
  expect(report.format).toBe('emgpu-bench');
  expect(report.rows).toHaveLength(rows.length - 1);
  expect(report.rows[0]).toMatchObject({ status: 'ok', ms: { median: expect.any(Number) } });
});
