/**
 * `npm start`: the main job on a fresh clone, with nothing but Node. Installs the npm packages when they are missing or
 * out of date, builds when the sources are newer than the build, fits three million flights on the best backend there
 * is, and says where the report lies.
 *
 *     node scripts/start.mjs [more options of `emgpu fit`, for instance --backend cpu]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DATA = join('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const REPORT = 'emgpu-report.html';
const JOB = ['--columns', 'delay,distance', '--components', '6', '--covariance', 'full', '--report', REPORT];
/** Within 0.0005 nats per point of the optimum in half the iterations of the default: a minute on two cores. */
const TOLERANCE = ['--tol', '5e-4'];

/** What the build is made of. */
const SOURCES = ['src', 'shaders', 'vite.config.ts', 'package.json'];
const BUILT = join('dist', 'cli.js');

const inRoot = (path) => join(ROOT, path);

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`emgpu needs Node 20.19 or newer, this is ${process.version}.`);
  process.exit(1);
}

/** Runs a Node script, or npm, on this terminal; ends this process if it fails. */
function run(command, args, options = {}) {
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
  if (npmScript && basename(npmScript).startsWith('npm')) return run(process.execPath, [npmScript, ...args]);
  // npm is a .cmd file on Windows, which only a shell can start.
  run('npm', args, { shell: process.platform === 'win32' });
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
  if (!existsSync(inRoot(BUILT))) return false;
  const built = lastChange(inRoot(BUILT));
  return SOURCES.every((path) => lastChange(inRoot(path)) <= built);
}

function main() {
  requireNode();
  if (!isInstalled()) {
    console.log('Installing the npm packages …');
    npm('ci', '--loglevel=error');
  }
  if (!isBuilt()) {
    console.log('Building …');
    // The types that `npm run build` adds are of no use here.
    run(process.execPath, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn']);
  }
  console.log('Fitting a mixture of 6 Gaussians to 3 million flights (delay in minutes, distance in miles) …\n');
  run(process.execPath, [BUILT, 'fit', DATA, ...JOB, ...TOLERANCE, ...process.argv.slice(2)]);
  console.log(`\nOpen the report in a browser: ${pathToFileURL(inRoot(REPORT))}`);
}

main();
