/**
 * Makes `build/emgpu-bench.tar.gz`: the benchmark and the correctness cases for a Linux x86-64 machine without internet,
 * Node or a Vulkan loader. Run on such a machine with these things, after `npm ci`.
 *
 *     npm run -s bench:bundle
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildApp } from './app.ts';
import { ROOT } from './bundle.ts';

/** What fits through where the archive has to go. */
const MOST_BYTES = 45e6;

const NAME = 'emgpu-bench';
const STAGE = join(ROOT, 'build/bundle', NAME);
const ARCHIVE = join(ROOT, 'build', `${NAME}.tar.gz`);

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
  if (!path) throw new Error(`${name} is not on this machine; on Debian, \`apt-get install libvulkan1 libstdc++6\`.`);
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
  const parts = ['-C', dirname(STAGE), basename(STAGE)];
  execFileSync('tar', ['--owner=0', '--group=0', '-I', 'gzip -9', '-cf', ARCHIVE, ...parts]);
  const { size } = statSync(ARCHIVE);
  console.log(`${ARCHIVE}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > MOST_BYTES) throw new Error(`The archive is larger than ${MOST_BYTES / 1e6} MB.`);
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error('The archive holds the Node of the machine that makes it; make it on Linux x86-64.');
}
rmSync(STAGE, { recursive: true, force: true });
await buildApp(join(STAGE, 'app'));
copyBinaries();
cpSync(join(ROOT, 'bench/bundle/run.sh'), join(STAGE, 'run.sh'));
pack();
