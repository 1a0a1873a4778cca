/** What a fresh clone needs before anything runs: the npm packages and a build. Nothing but Node is used. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the build is made of. */
const SOURCES = ['src', 'shaders', 'vite.config.ts', 'package.json'];
/** The command, once it is built. */
export const BUILT = join(ROOT, 'dist', 'cli.js');

/** Standard output belongs to the command that follows: a caller may read JSON from it. */
const QUIET = { stdio: ['ignore', 2, 2] };

const inRoot = (path) => join(ROOT, path);

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`emgpu needs Node 20.19 or newer, this is ${process.version}.`);
  process.exit(1);
}

/** Runs a program on this terminal; ends this process if it fails. */
export function run(command, args, options = {}) {
  // Ctrl-C reaches the child as well: it is the child that says goodbye.
  process.on('SIGINT', ignore);
  const { status, signal, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  process.off('SIGINT', ignore);
  if (error) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

function ignore() {}

function npm(...args) {
  const npmScript = process.env.npm_execpath;
  if (npmScript && basename(npmScript).startsWith('npm')) return run(process.execPath, [npmScript, ...args], QUIET);
  // npm is a .cmd file on Windows, which only a shell can start.
  run('npm', args, { ...QUIET, shell: process.platform === 'win32' });
}

/** Whether every package that the lock file demands is there in that version. */
function isInstalled() {
  const installed = inRoot(join('node_modules', '.package-lock.json'));
  if (!existsSync(installed)) return false;
  const found = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || found[path]?.version === version,
  );
}

/** The latest change to a file, or to any file in a folder, in milliseconds. */
function lastChange(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, lastChange(join(path, name))), 0);
}

function isBuilt() {
  if (!existsSync(BUILT)) return false;
  const built = lastChange(BUILT);
  return SOURCES.every((path) => lastChange(inRoot(path)) <= built);
}

/** Installs and builds what is missing or out of date. */
export function prepare() {
  requireNode();
  if (!isInstalled()) {
    console.error('Installing the npm packages …');
    npm('ci', '--loglevel=error');
  }
  if (!isBuilt()) {
    console.error('Building …');
    // The types that `npm run build` adds are of no use to the command.
    run(process.execPath, [join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], QUIET);
  }
}
