import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PeerUnavailable } from '../contender.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

let outcome: string | undefined;

/** Installs the npm peers where they are missing, once: they are no dependencies of emgpu, and 500 MB. */
export function installPeers(): void {
  outcome ??= existsSync(`${FOLDER}node_modules/.package-lock.json`) ? '' : install();
  if (outcome) throw new PeerUnavailable(outcome);
}

function install(): string {
  console.error('Installing the npm libraries to compare with (once, about 500 MB): npm ci --prefix bench/peers');
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', FOLDER], { encoding: 'utf8' });
  if (status === 0) return '';
  const why = stderr?.split('\n').find((line) => line.startsWith('npm error')) ?? 'no npm';
  return `npm ci --prefix bench/peers failed (${why}).`;
}
