import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Correctness, checkCorrectness } from '../../bench/bundle/cases.ts';
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
async function check(script: string, limit = 20_000): Promise<Correctness> {
  const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
  const file = join(folder, 'cases.mjs');
  const say = `const say = (prefix, what) => console.log(prefix + JSON.stringify(what));
    const result = (name, ok) => say('@lane ', { type: 'result', name, ok, ms: 1, error: 'off' });
    if (process.argv[3] !== '0') process.exit(0);
    say('@plan ', { names: ['a', 'b', 'c'], leftOut: 1 });`;
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

test('a process that crashes has failed, and so have cases that nobody heard of', async () => {
  const crashed = await check(`say('@lane ', { type: 'start', name: 'b' }); process.exit(3);`);
  expect(crashed.failures).toEqual(['exit code 3, at: b', 'only 2 of 4 cases came to a result']);
  expect((await check(`result('a', true);`)).failures).toEqual(['only 2 of 4 cases came to a result']);
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
