/**
 * Proves, on every lane, that the harness notices what it promises to notice, and that no lane's process stays behind.
 * None of these is a GPU case: `expected.json` does not count them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { cases } from './cases/index.ts';
import { selfTestCases } from './cases/selftest.ts';
import { LaneProcess, type WatchdogLimits } from './lane-process.ts';
import { requiredLanes } from './required.ts';
import { casesOf, shareOf } from './suite.ts';
import { ALIKE, LANES, type LaneName } from './types.ts';

const TIMEOUT_MS = 120_000;

const quick = selfTestCases.slice(0, -2);
/** The one says something and waits, the other comes after it. */
const [waiting, hanging] = [selfTestCases.at(-2)!, selfTestCases.at(-1)!];
const names = selfTestCases.map(({ name }) => name);

function start(
  lane: LaneName,
  names: readonly string[],
  limits: Partial<WatchdogLimits> = {},
  log: (line: string) => void = () => {},
): LaneProcess {
  return new LaneProcess({ lane, suite: 'selftest', seed: inject('laneSeed'), names }, log, limits);
}

/**
 * Whether any process of the group runs. One that has ended and waits for a slow init process to collect it does not
 * count, therefore `/proc` and no signal 0.
 */
function isAlive(group: number): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(processGroup) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

/** Whatever a lane started must be gone soon after it was stopped. */
async function expectGone(groups: readonly number[]): Promise<void> {
  await expect.poll(() => groups.filter(isAlive), { timeout: 5_000 }).toEqual([]);
}

describe.each(requiredLanes())('harness on %s', (lane) => {
  it('notices every fault, and the case at which the lane dies', { timeout: TIMEOUT_MS }, async () => {
    let running!: LaneProcess;
    const reached = new Promise<void>((resolve, reject) => {
      running = start(lane, names, {}, () => resolve());
      running.finished.catch(reject);
    });
    try {
      await reached;
      for (const { name, failure } of quick) {
        const { ok, error } = await running.result(name);
        if (failure) expect(error, name).toMatch(failure);
        expect({ name, ok, ...(ok ? {} : { error }) }).toMatchObject({ name, ok: failure === undefined });
      }
      expect(running.ran).toBe(quick.length);
      process.kill(-running.groups.at(-1)!, 'SIGKILL');
      const { ok, error } = await running.result(waiting.name);
      expect(ok).toBe(false);
      expect(error).toMatch(waiting.failure!);
      await expect(running.result(hanging.name)).rejects.toThrow(`Did not run: the lane ${lane}`);
    } finally {
      await running.stop();
    }
    await expectGone(running.groups);
  });

  it('kills a case that hangs', { timeout: TIMEOUT_MS }, async () => {
    const { name, failure } = hanging;
    const running = start(lane, [name], { case: 2_000 });
    const { ok, error } = await running.result(name);
    expect(ok).toBe(false);
    expect(error).toMatch(failure!);
    await expect(running.finished).rejects.toThrow(`in the case "${name}"`);
    await running.stop();
    await expectGone(running.groups);
  });
});

it('gives every case to a lane of each pair, whatever the seed, and to a lane that is without its like', () => {
  for (const seed of [0, 1, 2 ** 32 - 1]) {
    for (const pair of ALIKE) {
      const shares = pair.map((lane) => shareOf(lane, LANES, seed));
      for (const lane of pair) {
        expect(shareOf(lane, [lane], seed)).toEqual(casesOf(lane));
        for (const one of casesOf(lane)) expect(shares.some((share) => share.includes(one))).toBe(true);
      }
    }
    expect(shareOf('node-lavapipe', LANES, seed)).toEqual(casesOf('node-lavapipe'));
  }
  expect(shareOf('deno', LANES, 0)).not.toEqual(shareOf('deno', LANES, 1));
});

it('has no two cases of the same name', () => {
  const names = cases.map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
