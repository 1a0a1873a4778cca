import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { type App, installPackage } from '../package/install.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let app: App;
let chunks: Map<string, Rolldown.OutputChunk>;

beforeAll(async () => {
  app = await installPackage('test-entries');
  chunks = new Map(app.chunks.map((chunk) => [chunk.fileName, chunk]));
});

/** Everything that importing a file brings with it: files of the package, and modules from elsewhere. */
function importsOf(file: string, kind: 'static' | 'all'): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const chunk = chunks.get(name);
    if (!chunk) return;
    chunk.imports.forEach(visit);
    if (kind === 'all') chunk.dynamicImports.forEach(visit);
  };
  visit(file);
  return seen;
}

const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

describe('the entry `emgpu`', () => {
  test('imports no Node module, now or later', () => {
    const all = [...importsOf('index.js', 'all')];
    expect(all.filter((name) => chunks.has(name)).length).toBeGreaterThan(3);
    expect(all.filter(isNode)).toEqual([]);
    expect(all).not.toContain('webgpu');
  });

  test('imports from elsewhere only what the package depends on', () => {
    const { dependencies } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
    const foreign = [...importsOf('index.js', 'all')].filter((name) => !chunks.has(name));
    const packages = foreign.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
    expect(packages.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  test('loads the file readers when they are needed, not before', () => {
    const first = [...importsOf('index.js', 'static')].join(' ');
    const later = [...importsOf('index.js', 'all')].join(' ');
    for (const reader of ['apache-arrow', 'hyparquet', 'papaparse', 'npyjs']) {
      expect(later).toContain(reader);
      expect(first).not.toContain(reader);
    }
  });

  test('touches no navigator and no process when it is imported', () => {
    const script = `
      const { log } = console;
      const touched = [];
      for (const name of ['navigator', 'process', 'Buffer', 'window', 'document', 'Worker']) {
        Object.defineProperty(globalThis, name, {
          get() {
            touched.push(name + (new Error().stack.includes('test-entries') ? '' : ' by Node'));
            return undefined;
          },
        });
      }
      const names = Object.keys(await import('./index.js')).sort();
      log(JSON.stringify({ names, touched: touched.filter((name) => !name.endsWith('by Node')) }));
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: app.dist, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      names: [
        'EmgpuError',
        'Estimator',
        'FitRun',
        'GaussianMixture',
        'KMeans',
        'KMeansFit',
        'KMeansModel',
        'MixtureFit',
        'MixtureModel',
        'PoissonFit',
        'PoissonMixture',
        'PoissonModel',
        'SoftKMeans',
        'adjustedRandIndex',
        'anneal',
        'blendColors',
        'componentTable',
        'conditional',
        'contingency',
        'densityGrid',
        'densityGridBuffer',
        'densityGridTexture',
        'describeBackends',
        'kFoldScore',
        'marginal',
        'modelFromJSON',
        'normalizedMutualInformation',
        'openStream',
        'readTable',
        'releaseBackends',
        'select',
        'selectFrom',
        'silhouette',
        'splitFolds',
        'streamFrom',
        'workDone',
      ],
      touched: [],
    });
  });

  test('works where there is neither WebGPU nor workers: on the calling thread, and says so', () => {
    const script = `
      delete globalThis.navigator;
      const { GaussianMixture, describeBackends } = await import('./index.js');
      const data = Float64Array.of(0, 0.1, 5, 5.2, 0.2, 5.1);
      const { means, backend, adapter, backendReason } = await new GaussianMixture({ nComponents: 2 }).fit({ data, nFeatures: 1 });
      console.log(JSON.stringify({ means, backend, adapter, backendReason, report: await describeBackends() }));
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: app.dist, encoding: 'utf8' });
    expect(stderr).toBe('');
    const { means, report, ...rest } = JSON.parse(stdout);
    expect(means.flat().sort()[0]).toBeCloseTo(0.1, 6);
    expect(rest).toEqual({
      backend: 'cpu',
      adapter: 'CPU, float64, on the calling thread',
      backendReason: 'this runtime has no WebGPU',
    });
    expect(report).toEqual({
      adapters: [],
      cpu: { workers: 1 },
      auto: { backend: 'cpu', adapter: '1 thread', reason: 'this runtime has no WebGPU' },
    });
  });
});

describe('a bundle of an app that imports `emgpu`', () => {
  test('keeps the way to WebGPU and to the workers: side effects of the entry that package.json must declare', async () => {
    const entry = `${app.folder}main.js`;
    writeFileSync(
      entry,
      `import { KMeans } from 'emgpu'; globalThis.fit = (p) => new KMeans({ nClusters: 2 }).fit(p);`,
    );
    const bundle = { lib: { entry, formats: ['es' as const] }, write: false, minify: false };
    const built = await build({ root: app.folder, configFile: false, logLevel: 'error', build: bundle });
    const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
    const code = outputs.flatMap(({ output }) => output).map((file) => (file.type === 'chunk' ? file.code : ''));
    expect(code.join('\n')).toContain('navigator?.gpu');
    expect(code.join('\n')).toContain('new Worker(');
  });
});

describe('the entry `emgpu/node`', () => {
  test('loads Dawn when it is needed, not before', () => {
    expect(importsOf('node.js', 'static')).not.toContain('webgpu');
    expect(importsOf('node.js', 'all')).toContain('webgpu');
  });

  test('fits on worker threads, which do not keep a script from ending', () => {
    const script = `
      import { GaussianMixture } from './node.js';
      const data = Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i * i));
      const fit = await new GaussianMixture({ nComponents: 2, maxIter: 2, backend: 'cpu' }).fit({ data, nFeatures: 2 });
      console.log(fit.adapter);
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      cwd: app.dist,
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^CPU, float64, (up to )?\d+ worker threads?\n$/);
    expect(status).toBe(0);
  });
});
