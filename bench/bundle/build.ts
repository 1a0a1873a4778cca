/**
 * Makes `build/emgpu-bench.tar.gz`: the benchmark and the correctness cases for a Linux x86-64 machine without internet,
 * Node or a Vulkan loader. Run on such a machine with these things, after `npm ci`.
 *
 *     npm run -s bench:bundle
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { missingNeighbours } from './neighbours.ts';

/** What fits through where the archive has to go. */
const MOST_BYTES = 45e6;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'emgpu-bench';
const STAGE = join(ROOT, 'build/bundle', NAME);
const ARCHIVE = join(ROOT, 'build', `${NAME}.tar.gz`);

/** The scripts of `app/`, by name. */
const ENTRIES = {
  drive: 'bench/bundle/drive.ts',
  probe: 'bench/bundle/probe.ts',
  correctness: 'bench/bundle/correctness.ts',
  bench: 'bench/iteration.ts',
  'cpu-worker-node': 'src/backends/cpu/worker-node.ts',
};

/** Everything in one flat folder, packages included, except Dawn, which comes with a binary. */
async function buildApp(): Promise<void> {
  const input = Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(ROOT, path)]));
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    // From the sources, so that nobody measures what was built yesterday.
    resolve: { alias: { 'emgpu/node': join(ROOT, 'src/node.ts') } },
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      ssr: true,
      outDir: join(STAGE, 'app'),
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** Scripts in Python are found beside the chunk that starts them, as in the sources. */
function copyWorkers(): void {
  const app = join(STAGE, 'app');
  for (const folder of ['bench', 'bench/peers']) {
    for (const name of readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.py'))) {
      if (existsSync(join(app, name))) throw new Error(`Two Python scripts of the benchmark are called ${name}.`);
      cpSync(join(ROOT, folder, name), join(app, name));
    }
  }
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
  const chunks = readdirSync(app).filter((name) => name.endsWith('.js'));
  const missing = chunks.flatMap((name) => missingNeighbours(readFileSync(join(app, name), 'utf8'), readdirSync(app)));
  if (missing.length > 0) throw new Error(`Not in the bundle, but looked for there: ${missing.join(', ')}.`);
}

/** Copies a binary without its symbol table. */
function copyStripped(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  execFileSync('strip', ['-o', to, from]);
}

/** Where the dynamic linker finds a library. */
function findLibrary(name: string): string {
  const line = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' })
    .split('\n')
    .find((entry) => entry.trim().startsWith(`${name} `) && entry.includes('x86-64'));
  const path = line?.split('=> ')[1];
  if (!path)
    throw new Error(`${name} is not on this machine; on Debian \`apt-get install libvulkan1\` brings the loader.`);
  return path;
}

function copyBinaries(): void {
  copyStripped(process.execPath, join(STAGE, 'bin/node'));
  copyStripped(findLibrary('libvulkan.so.1'), join(STAGE, 'lib/libvulkan.so.1'));
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) copyStripped(findLibrary(name), join(STAGE, 'lib-cxx', name));
  const dawn = join(ROOT, 'node_modules/webgpu');
  const copy = join(STAGE, 'app/node_modules/webgpu');
  mkdirSync(copy, { recursive: true });
  for (const file of ['package.json', 'index.js', 'LICENSE.md']) cpSync(join(dawn, file), join(copy, file));
  copyStripped(join(dawn, 'dist/linux-x64/dawn.node'), join(copy, 'dist/linux-x64/dawn.node'));
}

function pack(): void {
  // gzip, because every server can unpack it; xz would save a third.
  execFileSync('tar', [
    '--owner=0',
    '--group=0',
    '-I',
    'gzip -9',
    '-cf',
    ARCHIVE,
    '-C',
    dirname(STAGE),
    basename(STAGE),
  ]);
  const { size } = statSync(ARCHIVE);
  console.log(`${ARCHIVE}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > MOST_BYTES) throw new Error(`The archive is larger than ${MOST_BYTES / 1e6} MB.`);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error('The archive holds the Node of the machine that makes it; make it on Linux x86-64.');
}
rmSync(STAGE, { recursive: true, force: true });
await buildApp();
copyWorkers();
copyBinaries();
cpSync(join(ROOT, 'bench/bundle/run.sh'), join(STAGE, 'run.sh'));
pack();
