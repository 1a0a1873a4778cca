import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commitOf } from '../../bench/commit.ts';

test('a folder outside any checkout has no commit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  expect(commitOf(folder)).toBeUndefined();
  rmSync(folder, { recursive: true });
});

test('a checkout has one, and says whether something differs from it', () => {
  const commit = commitOf(join(import.meta.dirname, '../..'));
  // The sources may also have come without their history.
  if (commit !== undefined) expect(commit).toMatch(/^[0-9a-f]{12}( and changes)?$/);
});

/** A checkout of its own with one commit; nothing where there is no git. */
function makeCheckout(folder: string): boolean {
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
  try {
    git('init');
    git('-c', 'user.name=x', '-c', 'user.email=x', '-c', 'commit.gpgsign=false', 'commit', '--allow-empty', '-m', 'x');
    return true;
  } catch {
    return false;
  }
}

test('what lies inside a checkout of something else is not of its commit', ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  const inside = join(folder, 'emgpu-bench/app');
  mkdirSync(inside, { recursive: true });
  const made = makeCheckout(folder);
  const [whole, part] = [commitOf(folder), commitOf(inside)];
  rmSync(folder, { recursive: true });
  if (!made) skip();
  expect(whole).toMatch(/^[0-9a-f]{12}$/);
  expect(part).toBeUndefined();
});
