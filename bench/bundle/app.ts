import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Bundle {
  readonly to: string;
  /** Names to paths below {@link ROOT}, or to packages. */
  readonly input: Readonly<Record<string, string>>;
  readonly output?: Rolldown.OutputOptions;
  /** Beside `webgpu`, which has a binary. */
  readonly external?: RegExp;
  readonly root?: string;
  readonly minify?: boolean;
}

/** Builds scripts for Node that need no packages besides those named. */
async function bundle({ to, input, output, external = /^node:/, root = ROOT, minify = false }: Bundle): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: true,
      outDir: to,
      emptyOutDir: false,
      target: 'node20',
      minify,
      rolldownOptions: {
        input: { ...input },
        external,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', ...output },
      },
    },
  });
}

function writePackage(folder: string, contents: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
}

/** The engine as its users get it, with its packages inside. */
async function buildEngine(app: string): Promise<void> {
  const folder = join(app, 'node_modules/emgpu');
  const input = { node: 'src/node.ts', 'cpu-worker-node': 'src/backends/cpu/worker-node.ts' };
  await bundle({ to: join(folder, 'dist'), input });
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  writePackage(folder, { name, version, type: 'module', exports: { './node': './dist/node.js' } });
}

/** The benchmark, file by file, so that what it looks for beside its scripts is where it is in the sources. */
async function buildBench(app: string): Promise<void> {
  const peers = readdirSync(join(ROOT, 'bench/peers/node')).map((name) => `bench/peers/node/${name}`);
  const entries = ['bench/main.ts', ...peers];
  await bundle({
    to: app,
    input: Object.fromEntries(entries.map((path) => [path.replace(/\.ts$/, ''), path])),
    output: { preserveModules: true, preserveModulesRoot: ROOT },
    external: /^emgpu\//,
  });
  for (const path of readdirSync(join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.py') || path.includes('node_modules')) continue;
    mkdirSync(dirname(join(app, 'bench', path)), { recursive: true });
    cpSync(join(ROOT, 'bench', path), join(app, 'bench', path));
  }
}

/** The npm libraries that emgpu is compared with, one file each and what they share, in place of 500 MB of packages. */
export async function buildPeers(app: string): Promise<void> {
  const from = join(ROOT, 'bench/peers');
  const to = join(app, 'bench/peers/node_modules');
  const names = Object.keys(JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')).dependencies);
  const input = Object.fromEntries(names.map((name) => [`${name}/index`, name]));
  await bundle({ root: from, to, input, output: { chunkFileNames: 'shared/[name]-[hash].js' }, minify: true });
  for (const name of names) {
    const { version, license } = JSON.parse(readFileSync(join(from, 'node_modules', name, 'package.json'), 'utf8'));
    writePackage(join(to, name), { name, version, license, type: 'module', exports: './index.js' });
  }
  writeFileSync(join(to, '.package-lock.json'), '{}\n'); // where npm says that it is done
}

/** Everything that Node runs on the server. */
export async function buildApp(app: string): Promise<void> {
  writePackage(app, { type: 'module' });
  await buildEngine(app);
  const own = ['drive', 'probe', 'correctness'].map((name) => [name, `bench/bundle/${name}.ts`]);
  await bundle({ to: app, input: Object.fromEntries(own) });
  await buildBench(app);
  if (existsSync(join(ROOT, 'bench/peers/node_modules'))) await buildPeers(app);
  else console.error('Without the npm peers: npm ci --prefix bench/peers --ignore-scripts brings them.');
}
