import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Correctness, Course, checkCorrectness } from '../../bench/bundle/cases.ts';
import { parse, runCommand } from '../../bench/bundle/command.ts';
import { LEAST_SECONDS, secondsFor } from '../../bench/bundle/plan.ts';
import { merge, Results } from '../../bench/bundle/results.ts';
import { planOf } from '../../bench/bundle/share.ts';
import { commandLine } from '../../bench/command-line.ts';
import { rates } from '../../bench/formulas.ts';
import type { PeersReport, Report, Row } from '../../bench/row.ts';
import { type Case, casesOf } from '../../bench/suites.ts';
import { summarize } from '../../bench/summary.ts';
import { wrongOf } from '../../bench/wrong.ts';

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
  const merged = merge(reports as unknown as Report[], 'run.sh')!;
  expect(merged.rows.map(({ rates }) => rates!.gflops / rates!.ofPeak!)).toEqual(
    [1000, 1000].map((x) => expect.closeTo(x)),
  );
  expect(merged.seconds).toBe(2);
});

/** A report with these rows, of so many ms. */
function reportOf(cases: readonly Case[], ms: number, status: Row['status'] = 'ok'): Report {
  const rows = cases.map((one) => ({ case: one, nSamples: 1e6, status, ms: summarize([ms]) }));
  return { rows, skipped: [], seconds: 1 } as unknown as Report;
}

test('of rows that two suites have the later is kept, and those of a series stay in it', () => {
  const [quick, scaling, full] = (['quick', 'scaling', 'full'] as const).map((suite) => casesOf(suite)) as Case[][];
  const { rows, command } = merge([reportOf(quick!, 1), reportOf(scaling!, 2), reportOf(full!, 3)], 'run.sh --out x')!;
  expect(command).toBe('run.sh --out x');
  const along = (series: Case['series']) =>
    rows.filter((row) => row.case.series === series && row.case.kind === 'full');
  expect(along('K').map((row) => row.case.nComponents)).toEqual([8, 9, 16, 17, 32, 33, 64, 128]);
  expect(along('D').map((row) => row.case.nFeatures)).toEqual([2, 4, 5, 8, 9, 16, 17, 32, 33, 64]);
  expect(along('N')).toHaveLength(6);
  // Quick rows are all in full, which came later; it has lost none to the series.
  expect(along(undefined).every((row) => row.ms!.median === 3)).toBe(true);
  expect(rows).toHaveLength(scaling!.length + full!.length);
});

test('a wrong row stays, whatever comes after it', () => {
  const one = casesOf('quick').slice(0, 1);
  const { rows } = merge([reportOf(one, 1), reportOf(one, 2, 'wrong'), reportOf(one, 3)], 'run.sh')!;
  expect(rows.map(({ status }) => status)).toEqual(['wrong']);
});

test('a command is told as it can be typed again', () => {
  expect(commandLine(['emgpu-bench/run.sh', '--seconds', '60', '--out', 'my results'])).toBe(
    "emgpu-bench/run.sh --seconds 60 --out 'my results'",
  );
});

/** Runs what stands in for the process of cases: it says which there are, and then `script`. */
async function check(script: string, limit = 20_000, { silent = false, leftOut = 1 } = {}): Promise<Correctness> {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  const file = join(folder, 'cases.mjs');
  const say = `const [silent, leftOut] = [${silent}, ${leftOut}];
    const say = (prefix, what) => console.log(prefix + JSON.stringify(what));
    const result = (name, ok) => say('@lane ', { type: 'result', name, ok, ms: 1, error: 'off' });
    const mine = process.argv[3] === '0';
    if (silent) process.exit(0);
    say('@plan ', mine ? { names: ['a', 'b', 'c'], leftOut } : { names: [], leftOut: 0 });
    if (!mine) process.exit(0);`;
  writeFileSync(file, `${say}\n${script}`);
  const { execPath: node } = process;
  const held = await checkCorrectness({ node, script: file, expected: 4, ofAlike: 1, env: {}, log: () => {}, limit });
  rmSync(folder, { recursive: true });
  return held;
}

function resultsOf(correctness: Correctness | undefined): Results {
  const results = new Results({ folder: '', command: 'run.sh', machine: {}, found: undefined });
  if (correctness) results.addCorrectness(correctness);
  return results;
}

test('cases that all passed are correct, and what was left out is told', async () => {
  const held = await check(`for (const name of 'abc') result(name, true);`);
  expect(held).toMatchObject({ passed: 3, leftOut: 1, unfinished: [], failures: [] });
  const { outcome, verdict } = resultsOf(held);
  expect(outcome).toBe('correct');
  expect(verdict).toBe('Correct: 3 of 4 GPU cases passed, 1 like others left out, as the adapter is software.');
});

test('cases that did not finish in their time are not wrong, but neither is all correct', async () => {
  const held = await check(`result('a', true); setTimeout(() => {}, 60_000);`, 3000);
  expect(held).toMatchObject({ passed: 1, unfinished: ['b', 'c'], failures: [] });
  const { outcome, verdict } = resultsOf(held);
  expect(outcome).toBe('unchecked');
  expect(verdict).toMatch(/^NOT ALL CHECKED, nothing wrong found: 1 of 4 GPU cases passed, 2 not finished/);
});

test('a case that failed is wrong, finished or not what came after it', async () => {
  const held = await check(`result('a', false); setTimeout(() => {}, 60_000);`, 3000);
  expect(held).toMatchObject({ passed: 0, unfinished: ['b', 'c'], failures: ['a: off'] });
  expect(resultsOf(held).outcome).toBe('wrong');
});

test('a process that crashes has failed, and so has one that leaves cases open or tells of none', async () => {
  const crashed = await check(`say('@lane ', { type: 'start', name: 'b' }); process.exit(3);`);
  expect(crashed.failures).toEqual(['exit code 3, at: b']);
  const open = await check(`say('@lane ', { type: 'start', name: 'b' }); result('a', true);`);
  expect(open).toMatchObject({ passed: 1, unfinished: [], failures: ['ended with 2 without a result, at: b'] });
  const silent = await check('', 20_000, { silent: true });
  expect(new Set(silent.failures)).toEqual(new Set(['a process ended without a word on its cases']));
  const few = await check(`for (const name of 'abc') result(name, true);`, 20_000, { leftOut: 0 });
  expect(few.failures).toEqual(['only 3 of 4 cases were to run or left out']);
});

test('a process that leaves cases open is noticed beside one that was late', () => {
  const [open, late] = [new Course(() => {}), new Course(() => {})];
  for (const one of [open, late]) one.read('@plan {"names":["a","b"],"leftOut":0}');
  open.read('@lane {"type":"result","name":"a","ok":true,"ms":1}');
  expect(late.end({ late: true, failure: 'not done after 3 s', seconds: 3 })).toEqual(['a', 'b']);
  expect(open.end({ late: false, failure: undefined, seconds: 1 })).toEqual([]);
  expect(open.failures).toEqual(['ended with 1 without a result, at: before the first case']);
});

test('without an adapter nothing is checked', () => {
  expect(resultsOf(undefined)).toMatchObject({
    outcome: 'unchecked',
    verdict: expect.stringMatching(/^!! NOT CHECKED/),
  });
});

test('what of emgpu is wrong makes all of it wrong, rivals do not', () => {
  const peer = (name: string, wrong: boolean) => ({ kind: 'full', name, wrong }) as const;
  const of = (rows: PeersReport['rows']) => wrongOf({ rows: [], peers: { rows } as PeersReport });
  expect(of([peer('emgpu webgpu', true), peer('tfjs webgpu', true), peer('emgpu cpu', false)])).toEqual([
    'emgpu webgpu among the peers, full',
  ]);
  const check = { iterations: 1, deviation: 1, tolerance: 1e-5 };
  const row = { kind: 'diag', nSamples: 1, nFeatures: 1, nComponents: 1, check, reason: 'off' } as const;
  const { rows } = reportOf(casesOf('quick').slice(0, 1), 1, 'wrong');
  expect(wrongOf({ rows, start: { first: [row], upload: [], skipped: [] } })).toEqual([
    'full, D 8, K 32',
    'first iteration, diag',
  ]);
});

test('software adapters run a share of the cases that are many alike, another one for each seed, and all others', () => {
  const run = async () => {};
  const cases = Array.from({ length: 200 }, (_, i) => ({ name: `case ${i}`, alternates: i >= 100, run }));
  const [one, other, all] = [planOf(cases, 0.25, 1), planOf(cases, 0.25, 2), planOf(cases, 1, 1)];
  expect(one.names.slice(0, 100)).toEqual(cases.slice(0, 100).map(({ name }) => name));
  expect(one.leftOut).toBeGreaterThan(50);
  expect(one.leftOut).toBeLessThan(95);
  expect(one.names.length + one.leftOut).toBe(200);
  expect(other.names).not.toEqual(one.names);
  expect(all).toMatchObject({ leftOut: 0, names: { length: 200 } });
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

const BUNDLE = join(import.meta.dirname, '../../bench/bundle');

/** Starts what run.sh does, from the sources: there are no scripts to find an adapter with, so nothing comes of it. */
function drive(...args: string[]) {
  return spawn(process.execPath, ['--import', 'tsx', join(BUNDLE, 'drive.ts'), 'run.sh', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

test('options that make no sense, and signals, do not end as something wrong does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  expect(await once(drive('--out', folder, '--seconds', '3'), 'exit')).toEqual([2, null]);
  const running = drive('--out', folder);
  await once(running.stdout, 'data');
  running.kill('SIGTERM');
  expect(await once(running, 'exit')).toEqual([128 + 15, null]);
  rmSync(folder, { recursive: true });
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')('run.sh ends as what it starts does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  cpSync(join(BUNDLE, 'run.sh'), join(folder, 'run.sh'));
  const runs = async (node: string) => {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\n${node}\n`);
    chmodSync(join(folder, 'bin/node'), 0o755);
    return (await shell(`sh '${folder}/run.sh'`)).failure;
  };
  expect(await runs('[ "$1" = -e ] || exit 143')).toBe('exit code 143');
  expect(await runs('exit 1')).toBe('exit code 2'); // it does not start here
  rmSync(folder, { recursive: true });
});
