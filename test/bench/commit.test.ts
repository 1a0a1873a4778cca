import { mkdtempSync, rmSync } from 'node:fs';
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
  const commit = commitOf(import.meta.dirname);
  // The sources may also have come without their history.
  if (commit !== undefined) expect(commit).toMatch(/^[0-9a-f]{12}( and changes)?$/);
});
