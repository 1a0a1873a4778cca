import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDeno } from '../../scripts/drivers.mjs';
import { npy } from '../data/tiny-npy.ts';
import { type BrowserName, inBrowser } from '../demo/browsers.ts';
import { type App, installPackage } from './install.ts';
import { type Origin, serveFolder } from './serve-folder.ts';

/** A fit that is worth several threads, and which nothing destroys. */
const PROGRAM = `
  import { GaussianMixture } from 'emgpu';
  const data = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i * i));
  const mixture = new GaussianMixture({ nComponents: 2, maxIter: 3, backend: 'cpu' });
  const { adapter, backendReason, logLikelihood } = await mixture.fit({ data, nFeatures: 2 });
  const told = JSON.stringify({ adapter, backendReason, logLikelihood });
`;

interface Told {
  readonly adapter: string;
  readonly backendReason: string;
  readonly logLikelihood: number;
}

const ON_THREADS = /^CPU, float64, (up to )?\d+ worker threads?$/;

let app: App;
let expected: number;

/** What the program tells when a runtime runs it, which it must let go. */
function runBy(executable: string, ...args: string[]): Told {
  const options = { cwd: app.folder, encoding: 'utf8', timeout: 30_000 } as const;
  const { stdout, stderr, status } = spawnSync(executable, [...args, 'program.js'], options);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  app = await installPackage('test-threads');
  writeFileSync(`${app.folder}program.js`, `${PROGRAM} console.log(told);`);
  writeFileSync(`${app.folder}page.js`, `${PROGRAM} document.title = told;`);
  await build({
    entryPoints: [`${app.folder}page.js`],
    outfile: `${app.folder}bundle.js`,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  });
  expected = runBy(process.execPath).logLikelihood;
});

test('Node reads a large stream on a thread of its own, in shared memory, and the program ends, also in the middle of a walk', () => {
  const data = Float64Array.from({ length: 3 * 2 ** 20 }, (_, i) => i);
  writeFileSync(`${app.folder}large.npy`, npy({ descr: '<f8', shape: [2 ** 20, 3], data }));
  const program = `
    import { openStream } from 'emgpu/node';
    const stream = await openStream('large.npy');
    const told = { sum: 0, shared: true };
    for await (const { data } of stream.chunks({ rows: 100_000, lent: true })) {
      told.sum += data.reduce((a, b) => a + b);
      if (data.length === 300_000) told.shared &&= data.buffer instanceof SharedArrayBuffer;
    }
    await stream.chunks({ rows: 1000 })[Symbol.asyncIterator]().next();
    console.log(JSON.stringify(told));`;
  const options = { cwd: app.folder, encoding: 'utf8', timeout: 30_000 } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], options);
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ sum: (data.length * (data.length - 1)) / 2, shared: true });
});

test('in Deno a fit runs on threads, without any permission, and the program ends', () => {
  const { adapter, backendReason, logLikelihood } = runBy(findDeno()!, 'run', '--no-prompt');
  expect(adapter).toMatch(ON_THREADS);
  expect(backendReason).toBe('the CPU was asked for');
  expect(logLikelihood).toBeCloseTo(expected, 5);
});

describe('a bundle by esbuild', () => {
  let home: Origin;
  let elsewhere: Origin;
  beforeAll(async () => {
    home = await serveFolder(app.folder);
    elsewhere = await serveFolder(app.folder);
  });
  afterAll(() => {
    home.close();
    elsewhere.close();
  });

  const inEach = (name: BrowserName) =>
    inBrowser(name, { webgpu: false }, (opened) => {
      /** What the bundle tells in a page with this head. */
      async function visit(script: string, head = ''): Promise<Told> {
        const html = `<!doctype html><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script>`;
        writeFileSync(`${app.folder}page.html`, html);
        await opened.page.goto(`${home.url}page.html`);
        await opened.page.waitForFunction('document.title');
        return JSON.parse(await opened.page.title());
      }

      test('fits on Web Workers, wherever its script comes from', async () => {
        for (const script of ['./bundle.js', `${elsewhere.url}bundle.js`]) {
          const { adapter, backendReason, logLikelihood } = await visit(script);
          expect(adapter).toMatch(ON_THREADS);
          expect(backendReason).toBe('the CPU was asked for');
          expect(logLikelihood).toBeCloseTo(expected, 5);
        }
      });

      test('fits on the calling thread where a page forbids workers, and says so', async () => {
        opened.forgive(/Content.Security.Policy/);
        const policy = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`;
        const { adapter, backendReason, logLikelihood } = await visit('./bundle.js', policy);
        expect(adapter).toBe('CPU, float64, on the calling thread');
        expect(backendReason).toMatch(/no worker thread could be started: .*worker-src blob:/);
        expect(logLikelihood).toBeCloseTo(expected, 5);
      });
    });
  inEach('chromium');
  inEach('firefox');
});
