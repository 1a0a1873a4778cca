/** Lane process: starts a browser, lets its page run the cases, and passes the page's messages on. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import process from 'node:process';
import puppeteer, { type LaunchOptions } from 'puppeteer';
import { CHROMIUM_OFFLINE, CHROMIUM_SWIFTSHADER } from '../../../scripts/drivers.mjs';
import { type LaneRequest, MESSAGE_PREFIX } from '../types.ts';
import { readRequest, writeMessage } from './process.ts';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.json': 'application/json' };

const CHROMIUM: LaunchOptions = {
  browser: 'chrome',
  args: ['--no-sandbox', '--disable-dev-shm-usage', ...CHROMIUM_SWIFTSHADER, ...CHROMIUM_OFFLINE],
};

const FIREFOX: LaunchOptions = {
  browser: 'firefox',
  extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
};

/** Serves the built lane files; a page from 127.0.0.1 is a secure context, as WebGPU wants it. */
async function serve(): Promise<string> {
  const own = import.meta.url;
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (path === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>emgpu lane</title>');
      return;
    }
    try {
      const file = await readFile(new URL(`.${path}`, own));
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(file);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function runInBrowser(request: LaneRequest, executablePath: string): Promise<void> {
  const options = request.lane === 'firefox' ? FIREFOX : CHROMIUM;
  const browser = await puppeteer.launch({
    ...options,
    executablePath,
    headless: true,
    timeout: 60_000,
    handleSIGTERM: false,
  });
  writeMessage({ type: 'browser', pid: browser.process()?.pid ?? 0 });
  const page = await browser.newPage();
  await new Promise<void>((resolve, reject) => {
    browser.on('disconnected', () => reject(new Error('the browser ended')));
    page.on('error', (error) => reject(error));
    page.on('pageerror', (error) => process.stderr.write(`${String(error)}\n`));
    page.on('console', (message) => {
      const text = message.text();
      process[text.startsWith(MESSAGE_PREFIX) ? 'stdout' : 'stderr'].write(`${text}\n`);
      if (
        text.startsWith(`${MESSAGE_PREFIX}{"type":"summary"`) ||
        text.startsWith(`${MESSAGE_PREFIX}{"type":"fatal"`)
      ) {
        resolve();
      }
    });
    // A string, because the bundler would resolve the import; not awaited there, because puppeteer limits each call.
    const start = `import('/browser.js')
      .then((lane) => lane.run(${JSON.stringify(request)}))
      .catch((error) => console.log('${MESSAGE_PREFIX}' + JSON.stringify({ type: 'fatal', error: String(error) })));
      undefined`;
    serve()
      .then((address) => page.goto(address))
      .then(() => page.evaluate(start))
      .catch(reject);
  });
  await browser.close();
}

// Not puppeteer's own handler: that one asks the browser to close, which a page that hangs can delay for ever. Exit
// hooks kill it.
process.on('SIGTERM', () => process.exit(1));
try {
  await runInBrowser(readRequest(), process.argv[3] ?? '');
  process.exit(0);
} catch (error) {
  writeMessage({ type: 'fatal', error: String(error) });
  process.exit(1);
}
