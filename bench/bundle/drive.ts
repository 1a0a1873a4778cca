/**
 * Started by run.sh, with its own name before its options: finds an adapter, runs the correctness cases, then the suites as far as the time
 * reaches, and writes a page with plots, numbers and log.txt. Loads no driver itself, so that no driver can stop it. Exit codes: {@link EXIT}.
 */
import { mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import expected from '../../test/lanes/expected.json' with { type: 'json' };
import { commandLine } from '../command-line.ts';
import { attempts, explainLoader, type Found, findAdapter } from './adapter.ts';
import { type Correctness, checkCorrectness } from './cases.ts';
import { killAll, runCommand } from './command.ts';
import { describeMachine } from './machine.ts';
import { type Options, readOptions } from './options.ts';
import { type Step, secondsFor } from './plan.ts';
import { casesLine, EXIT, Results } from './results.ts';

const [program = 'run.sh', ...args] = process.argv.slice(2);
// Node itself would end with 1, which says that something is wrong.
process.once('uncaughtException', (error) => {
  console.error(error);
  process.exit(EXIT.unchecked);
});

function optionsOrExit(): Options {
  try {
    return readOptions(args);
  } catch (error) {
    console.error(`${program}: ${(error as Error).message}`);
    return process.exit(EXIT.unchecked);
  }
}
const { seconds, steps, out } = optionsOrExit();

/** Of the cases that are many alike, the share that software adapters run: with nothing cached they compile some of them for a minute each. */
const SOFTWARE_SHARE = 0.2;

/** What a step may take beyond its time for what it has begun: libraries that compile take a minute. */
const OVERTIME_SECONDS = 60;

let deadline = performance.now() + 1000 * seconds;
/** Seconds left of the time given. */
const left = () => (deadline - performance.now()) / 1000;

const node = process.execPath;
const bench = fileURLToPath(new URL('bench/main.js', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(`${name}.js`, import.meta.url));

mkdirSync(out, { recursive: true });
const logFile = openSync(join(out, 'log.txt'), 'w');
function log(line: string): void {
  const text = `${line}\n`;
  writeSync(logFile, text);
  process.stdout.write(text);
}

/** For points on their way to peers, and for what the loader wants to write; not in `out`, which is copied home. */
function makeTemporary(): string {
  for (const parent of [tmpdir(), out]) {
    try {
      return mkdtempSync(join(parent, 'emgpu-bench-'));
    } catch {
      // Not there, or read-only.
    }
  }
  throw new Error(`No place for temporary files: neither ${tmpdir()} nor ${out}.`);
}
const temporary = makeTemporary();
Object.assign(process.env, { TMPDIR: temporary, XDG_RUNTIME_DIR: temporary });
process.once('exit', () => {
  killAll();
  rmSync(temporary, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

/** Runs the first of the steps that are left. */
async function runStep([step, ...later]: readonly Step[], found: Found | undefined, results: Results): Promise<void> {
  const { name, suite, kinds, weight } = step!;
  const allowed = secondsFor([weight, ...later.map((one) => one.weight)], left());
  if (allowed === undefined) {
    log(`\n== ${name}: left out, no time`);
    results.leaveOut(name);
    return;
  }
  log(`\n== ${name}, ${allowed} s of ${Math.round(left())} s left`);
  const json = join(temporary, `${name}.json`);
  const ending = await runCommand({
    command: node,
    args: [
      ...[bench, '--suite', suite, '--seconds', `${allowed}`, '--json', json],
      ...(kinds ? ['--kinds', kinds] : []),
      // Enough to try the archive with; a GPU gets as many as the benchmark thinks right.
      ...(found && !found.probe.isSoftware ? [] : ['--samples', '65536']),
    ],
    env: found?.env ?? {},
    // The benchmark keeps its time by itself, but ends what it began; this is for one that hangs.
    limit: 1000 * (allowed + OVERTIME_SECONDS),
    onOutput: log,
  });
  if (ending.failure) log(`!! ${name}: ${ending.failure}`);
  results.addStep(name, ending, json);
  if (results.hasReport) results.write();
}

async function runCases({ env, probe }: Found): Promise<Correctness> {
  log('\n== correctness');
  const ofAlike = probe.isSoftware ? SOFTWARE_SHARE : 1;
  const cases = { node, script: script('correctness'), expected: expected['node-lavapipe'], ofAlike, env, log };
  const held = await checkCorrectness(cases);
  log(`${casesLine(held)} in ${held.seconds.toFixed(0)} s (seed ${held.seed})`);
  for (const failure of held.failures) log(`!! WRONG: ${failure}`);
  for (const name of held.unfinished) log(`not finished: ${name}`);
  return held;
}

async function main(): Promise<number> {
  const machine = await describeMachine();
  for (const [what, value] of Object.entries(machine)) log(`${what}: ${value}`);
  const found = await findAdapter(node, script('probe'), attempts(temporary), log);
  if (!found || found.probe.isSoftware) await explainLoader(node, script('probe'), log);
  log(found ? `\nAdapter: ${found.probe.name}` : '\n!! NO WEBGPU ADAPTER: only the CPU backend can run');
  if (found?.probe.isSoftware) log('!! SOFTWARE ADAPTER: these are no times of a GPU');
  const results = new Results({ folder: out, command: commandLine([program, ...args]), machine, found });

  if (found) results.addCorrectness(await runCases(found));
  // However long that took: times are what the machine was wanted for.
  deadline = Math.max(deadline, performance.now() + 1000 * (seconds / 3));
  for (const i of steps.keys()) await runStep(steps.slice(i), found, results);
  const failure = results.write();
  if (failure) log(`!! ${failure}`);
  log(`\n${results.verdict}\nResults: ${out}`);
  return EXIT[results.outcome];
}

process.exit(await main());
