import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parse, runCommand } from '../../bench/bundle/command.ts';
import { LEAST_SECONDS, secondsFor } from '../../bench/bundle/plan.ts';
import { merge } from '../../bench/bundle/results.ts';
import { rates } from '../../bench/formulas.ts';
import type { Report } from '../../bench/row.ts';
import { casesOf } from '../../bench/suites.ts';
import { summarize } from '../../bench/summary.ts';

test('a suite gets its share of the time, or a little where a little is left, or none', () => {
  expect(secondsFor([1, 3], 100)).toBe(25);
  expect(secondsFor([3], 100)).toBe(100);
  expect(secondsFor([1, 9], 50)).toBe(LEAST_SECONDS);
  expect(secondsFor([1], LEAST_SECONDS - 1)).toBeUndefined();
  expect(secondsFor([1], -1)).toBeUndefined();
});

test('half a message is no message', () => {
  expect(parse('{"type":"result"')).toBeUndefined();
  expect(parse('{"type":"result"}')).toEqual({ type: 'result' });
});

test('rows of several runs have shares of one roof, that of the first', () => {
  const cases = casesOf('quick').slice(0, 2);
  const reports = [1000, 2000].map((gflops, i) => {
    const roof = { gflops, gbps: 100, how: 'some kernels' };
    const { kind, nFeatures, nComponents } = cases[i]!;
    const measured = { ms: summarize([20]), rates: rates(kind, 1e6, nFeatures, nComponents, 20, roof) };
    return { roof, rows: [{ case: cases[i]!, nSamples: 1e6, status: 'ok', ...measured }], skipped: [], seconds: 1 };
  });
  const merged = merge(reports as unknown as Report[])!;
  expect(merged.rows.map(({ rates }) => rates!.gflops / rates!.ofPeak!)).toEqual(
    [1000, 1000].map((x) => expect.closeTo(x)),
  );
  expect(merged.seconds).toBe(2);
});

/** Runs a script in a shell. */
async function shell(script: string, limit = 20_000) {
  const lines: string[] = [];
  const ending = await runCommand({ command: 'sh', args: ['-c', script], limit, onOutput: (line) => lines.push(line) });
  return { lines, ...ending };
}

test('a command ends with what it said and how it went', async () => {
  expect(await shell('echo one; echo two >&2')).toMatchObject({ lines: ['one', 'two'], failure: undefined });
  expect(await shell('printf last; exit 3')).toMatchObject({ lines: ['last'], failure: 'exit code 3' });
  expect(await shell('kill -SEGV $$')).toMatchObject({ failure: 'ended by SIGSEGV' });
  const command = 'there-is-no-such-command';
  expect((await runCommand({ command, args: [], limit: 20_000, onOutput: () => {} })).failure).toMatch(/ENOENT/);
});

test('a command that hangs is killed at its limit, and so is whatever it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  const { failure, seconds } = await shell(`(sleep 2; touch '${folder}/survived') & wait`, 300);
  expect(failure).toMatch(/not done/);
  expect(seconds).toBeLessThan(1.9);
  await setTimeout(2500);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
