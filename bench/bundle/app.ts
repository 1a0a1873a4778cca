import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commitOf } from '../commit.ts';
import { bundle, bundlePackages, packageOf, ROOT, writePackage } from './bundle.ts';

function readJson(path: string) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** The engine as its users get it, with its packages inside. */
async function buildEngine(app: string): Promise<void> {
  const folder = join(app, 'node_modules/emgpu');
  const input = {
    node: 'src/node.ts',
    'cpu-worker-node': 'src/backends/cpu/worker-node.ts',
    'reader-node': 'src/data/apart/reader-node.ts',
  };
  await bundle({ to: join(folder, 'dist'), input });
  const { name, version } = readJson('package.json');
  writePackage(folder, { name, version, exports: { './node': './dist/node.js' } });
}

/** The benchmark, file by file, so that what it looks for beside its scripts is where it is in the sources. */
async function buildBench(app: string): Promise<void> {
  const peers = readdirSync(join(ROOT, 'bench/peers/node')).map((name) => `bench/peers/node/${name}`);
  const entries = ['bench/main.ts', ...peers];
  const packages = new Set<string>();
  await bundle({
    to: app,
    input: Object.fromEntries(entries.map((path) => [path.replace(/\.ts$/, ''), path])),
    output: { preserveModules: true, preserveModulesRoot: ROOT },
    external(id) {
      if (/^[./\0]|^node:/.test(id) || entries.includes(id)) return id.startsWith('node:');
      if (!['emgpu', 'webgpu'].includes(packageOf(id))) packages.add(id);
      return true;
    },
  });
  await bundlePackages(join(app, 'node_modules'), ROOT, [...packages]);
  for (const path of readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.py') || path.includes('node_modules')) continue;
    mkdirSync(dirname(join(app, 'bench', path)), { recursive: true });
    cpSync(join(ROOT, 'bench', path), join(app, 'bench', path));
  }
}

/** What a peer reads as text and changes before it imports it. */
const VERBATIM = { package: '@playcanvas/splat-transform', file: 'dist/index.mjs' };

/** The npm libraries that emgpu is compared with. */
async function buildPeers(app: string): Promise<void> {
  const from = join(ROOT, 'bench/peers');
  if (!existsSync(join(from, 'node_modules'))) {
    console.error('Without the npm peers: npm ci --prefix bench/peers --ignore-scripts brings them.');
    return;
  }
  const to = join(app, 'bench/peers/node_modules');
  const scripts = readdirSync(join(from, 'node')).map((name) => readFileSync(join(from, 'node', name), 'utf8'));
  // They load their libraries by a function of their own, since the types of this repository know nothing of them.
  const loads = scripts.flatMap((code) => [...code.matchAll(/\bload(?:<\w+>)?\('([^']+)'\)/g)]);
  await bundlePackages(to, from, [...new Set(loads.map(([, id]) => id!))]);
  for (const file of ['package.json', VERBATIM.file]) {
    const path = join(VERBATIM.package, file);
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(from, 'node_modules', path), join(to, path));
  }
  writeFileSync(join(to, '.package-lock.json'), '{}\n'); // by which the benchmark sees that they are installed
}

/** Everything that Node runs on the server. */
export async function buildApp(app: string): Promise<void> {
  // Version and commit are for the benchmark, which looks for the version where the sources have it.
  writePackage(app, { version: readJson('package.json').version, commit: commitOf(ROOT) });
  await buildEngine(app);
  const own = ['drive', 'probe', 'correctness'].map((name) => [name, `bench/bundle/${name}.ts`]);
  await bundle({ to: app, input: Object.fromEntries(own) });
  await buildBench(app);
  await buildPeers(app);
}
