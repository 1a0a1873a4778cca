import { afterAll, beforeAll, describe, expect, inject, it, type RunnerTestSuite } from 'vitest';
import { randomFor } from './cases/gpu.ts';
import { cases } from './cases/index.ts';
import expected from './expected.json' with { type: 'json' };
import { LaneProcess, WATCHDOG } from './lane-process.ts';
import { requiredLanes } from './required.ts';
import { checkAdapter } from './start.ts';
import { ALIKE, type CaseResult, type LaneCase, type LaneName } from './types.ts';

/** The watchdog decides what hangs, vitest's own limits come after it. */
const SLACK_MS = 30_000;

/** The features in which the lanes differ and that kernels may use. */
const TELLING = ['subgroups', 'shader-f16', 'timestamp-query'];

/** The cases that a lane has. */
export function casesOf(lane: LaneName, all: readonly LaneCase[] = cases): readonly LaneCase[] {
  return all.filter(({ lanes }) => lanes?.includes(lane) ?? true);
}

/** Those that it runs where these lanes run: about half of the alternating ones are left to a lane that is alike. */
export function shareOf(lane: LaneName, lanes: readonly LaneName[], seed: number, all = cases): readonly LaneCase[] {
  const alike = ALIKE.find((pair) => pair.includes(lane))?.filter((one) => lanes.includes(one)) ?? [lane];
  const runnerOf = ({ name }: LaneCase) =>
    alike[Math.floor(randomFor(seed, `who runs ${name}`).uniform() * alike.length)];
  return casesOf(lane, all).filter((one) => !one.alternates || runnerOf(one) === lane);
}

/** How to run one case again, alone and with the same numbers. */
function rerun(lane: LaneName, name: string, seed: number): string {
  return `Again: EMGPU_SEED=${seed} npx vitest run --project lanes test/lanes/${lane}.lane.test.ts -t ${JSON.stringify(name)}`;
}

/** Throws what a failed case said, with the way to run it again. */
function expectOk({ ok, name, error }: CaseResult, lane: LaneName, seed: number): void {
  if (ok) return;
  const failure = new Error(`${error}\n${rerun(lane, name, seed)}`);
  // Where the case failed stands in its own words; this stack would only show the harness.
  failure.stack = '';
  throw failure;
}

/** Names of the tests that vitest's filters (`-t`) leave to run. */
function selected(suite: Readonly<RunnerTestSuite>): ReadonlySet<string> {
  return new Set(suite.tasks.filter((task) => task.mode === 'run' || task.mode === 'queued').map((task) => task.name));
}

/**
 * Registers a lane's tests: that it starts on the driver that its name promises, one per case, and that it has as many cases
 * as `expected.json` says. The lane's process starts once and works through its cases; each test waits for its own.
 */
export function laneSuite(lane: LaneName): void {
  describe(lane, () => {
    const seed = inject('laneSeed');
    const laneCases = shareOf(lane, requiredLanes(), seed);
    const left = casesOf(lane).length - laneCases.length;
    let started: LaneProcess | Error = new Error('not started');

    const running = (): LaneProcess => {
      if (started instanceof Error) throw new Error(`Did not run: ${started.message}`);
      return started;
    };

    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures it must make from this pattern
    beforeAll(({}, suite) => {
      const chosen = selected(suite as Readonly<RunnerTestSuite>);
      const names = laneCases.map(({ name }) => name).filter((name) => chosen.has(name));
      try {
        started = new LaneProcess({ lane, suite: 'cases', seed, names }, (line) => console.log(`[${lane}] ${line}`));
      } catch (error) {
        started = error as Error;
      }
    });

    afterAll(async () => {
      if (started instanceof LaneProcess) await started.stop();
    });

    it('starts on its driver', { timeout: WATCHDOG.start + SLACK_MS }, async () => {
      const adapter = await running().adapter;
      const { vendor, architecture, device, description, features } = adapter;
      console.log(
        `[${lane}] ${[vendor, architecture, device, description].filter(Boolean).join(' · ') || '(does not say)'}`,
      );
      console.log(
        `[${lane}] of ${TELLING.join(', ')} it has: ${features.filter((f) => TELLING.includes(f)).join(', ') || 'none'}`,
      );
      checkAdapter(lane, adapter);
    });

    for (const { name } of laneCases) {
      it(name, { timeout: WATCHDOG.case + WATCHDOG.start + SLACK_MS }, async () => {
        expectOk(await running().result(name), lane, seed);
      });
    }

    it('has as many cases as expected.json says', { timeout: WATCHDOG.lane + SLACK_MS }, async () => {
      const lanes = running();
      await lanes.finished;
      if (left > 0) console.log(`[${lane}] ${left} of many alike ran in the lane that is like this one`);
      const had = lanes.ran + left;
      expect(had, `cases of ${lane}; when you added or removed some, correct test/lanes/expected.json`).toBe(
        expected[lane],
      );
    });
  });
}
