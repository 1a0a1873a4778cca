import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PeerUnavailable } from '../contender.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

let outcome: string | undefined;

/** Installs the npm peers where they are missing or others than the lock file says: they are no dependencies of emgpu, and 500 MB. */
export function installPeers(): void {
  outcome ??= isInstalled() ? '' : install();
  if (outcome) throw new PeerUnavailable(outcome);
}

function isInstalled(): boolean {
  const changed = (file: string) => statSync(FOLDER + file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return changed('node_modules/.package-lock.json') >= changed('package-lock.json');
}

function install(): string {
  console.error('Installing the npm libraries to compare with (once, about 500 MB): npm ci --prefix bench/peers');
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER], { encoding: 'utf8' });
  if (status === 0) return '';
  const why = stderr?.split('\n').find((line) => line.startsWith('npm error')) ?? 'no npm';
  return `npm ci --prefix bench/peers failed (${why}).`;
}
