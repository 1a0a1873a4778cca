import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Ending } from '../../bench/bundle/command.ts';
import { readOptions } from '../../bench/bundle/options.ts';
import { STEPS } from '../../bench/bundle/plan.ts';
import { EXIT, Results } from '../../bench/bundle/results.ts';
import type { PeersReport, Report, Row } from '../../bench/row.ts';
import { casesOf, labelOf } from '../../bench/suites.ts';
import { failedOf, wrongOf } from '../../bench/wrong.ts';

const folder = mkdtempSync(join(tmpdir(), 'emgpu-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const one = casesOf('quick')[0]!;
const reportOf = (status: Row['status']) =>
  JSON.stringify({ rows: [{ case: one, nSamples: 1, status }], skipped: [], seconds: 1 });

/** After cases that all passed, and one step: how it ended and what it left. */
function afterStep(ending: Partial<Ending>, json?: string): Results {
  const results = new Results({ folder, command: 'run.sh', machine: {}, found: undefined });
  const cases = { seed: 1, cases: 1, passed: 1, leftOut: 0, unfinished: [], seconds: 1, failures: [] };
  results.addCorrectness(cases);
  const file = join(folder, 'step.json');
  rmSync(file, { force: true });
  if (json !== undefined) writeFileSync(file, json);
  results.addStep('quick', { late: false, failure: undefined, seconds: 1, ...ending }, file);
  return results;
}

test('a step with a report of good rows is correct', () => {
  expect(afterStep({}, reportOf('ok')).outcome).toBe('correct');
});

test.each<[string, Partial<Ending>, string | undefined]>([
  ['crashed', { failure: 'ended by SIGSEGV' }, undefined],
  ['lost its device', { failure: 'exit code 1' }, undefined],
  ['left half a report', { failure: 'ended by SIGKILL' }, reportOf('ok').slice(0, 20)],
  ['left none', {}, undefined],
])('after a step that %s not all is checked', (_, ending, json) => {
  const { outcome, verdict } = afterStep(ending, json);
  expect(outcome).toBe('unchecked');
  expect(verdict).toBe('NOT ALL CHECKED, nothing wrong found: 1 of 1 GPU cases passed; FAILED: all of quick.');
});

test('after a row that failed not all is checked, and wrong rows count more', () => {
  const failed = afterStep({}, reportOf('failed'));
  expect(failed.outcome).toBe('unchecked');
  expect(failed.verdict).toContain(`FAILED: ${labelOf(one)}.`);
  failed.addStep('full', { late: false, failure: 'exit code 1', seconds: 1 }, '');
  expect(failed.verdict).toContain(`FAILED: all of full, ${labelOf(one)}.`);
  expect(afterStep({ failure: 'exit code 1' }, reportOf('wrong')).outcome).toBe('wrong');
});

test('steps that the time did not reach for, or ran out in, change nothing', () => {
  const late = afterStep({ late: true, failure: 'not done after 70 s' });
  expect(late.outcome).toBe('correct');
  late.leaveOut('full');
  expect(late.outcome).toBe('correct');
});

test('of peers what fails is their own affair, of emgpu it is told, and of streams and the start what an error ended', () => {
  const peer = (name: string, reason?: string, wrong = false) => ({ kind: 'full', name, reason, wrong }) as const;
  const rows = [peer('emgpu webgpu', 'Error: lost'), peer('emgpu cpu'), peer('emgpu webgpu', 'WRONG', true)];
  const peers = { rows: [...rows, peer('JAX', 'not there')] } as unknown as PeersReport;
  const skipped = [
    { label: 'start: upload', reason: 'failed: no room', failed: true as const },
    { label: 'start: first iteration, diag', reason: 'no time' },
  ];
  const report: Pick<Report, 'rows' | 'skipped' | 'peers' | 'start'> = {
    rows: [],
    skipped: [
      { label: 'streams', reason: 'failed: no space', failed: true },
      { label: 'full, D 8', reason: 'no time' },
    ],
    peers,
    start: { first: [], upload: [], skipped },
  };
  expect(failedOf(report)).toEqual(['emgpu webgpu among the peers, full', 'streams', 'start: upload']);
  expect(wrongOf(report)).toEqual(['emgpu webgpu among the peers, full']);
});

test('exit codes tell wrong from not all checked', () => {
  expect(EXIT).toEqual({ correct: 0, wrong: 1, unchecked: 2 });
});

test('options are read, and those that make no sense refused', () => {
  expect(readOptions([])).toEqual({ seconds: 300, out: resolve('emgpu-bench-results'), steps: STEPS });
  const { steps, seconds } = readOptions(['--suites', 'quick,start', '--seconds', '60']);
  expect(steps.map(({ name }) => name)).toEqual(['quick', 'start']);
  expect(seconds).toBe(60);
  for (const args of [['--suites', 'quick,slow'], ['--seconds', '3'], ['--seconds', 'x'], ['--colour'], ['word']]) {
    expect(() => readOptions(args), args.join(' ')).toThrow();
  }
});
