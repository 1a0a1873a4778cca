import { availableParallelism } from 'node:os';
import { type LaneMessage, MESSAGE_PREFIX } from '../../test/lanes/types.ts';
import { type Command, type Ending, parse, runCommand } from './command.ts';

/** What became of the GPU cases. */
export interface Correctness {
  readonly seed: number;
  /** All there are. */
  readonly cases: number;
  readonly passed: number;
  /** On software adapters: others like them ran. */
  readonly leftOut: number;
  /** Names of those that came to no result before the time was up. */
  readonly unfinished: readonly string[];
  readonly seconds: number;
  /** What went wrong, one entry per case or process. */
  readonly failures: readonly string[];
}

/** What a process of cases writes first. */
export interface CasePlan {
  /** Of the cases that it will run, in their order. */
  readonly names: readonly string[];
  readonly leftOut: number;
}

/** Starts the line of a {@link CasePlan}. */
export const PLAN_PREFIX = '@plan ';

/** How the cases are run. */
export interface CaseRun {
  readonly node: string;
  readonly script: string;
  /** How many there are to be. */
  readonly expected: number;
  /** Of those that are many alike, the share that is to run. */
  readonly ofAlike: number;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Milliseconds for all of them; default {@link LIMIT}. */
  readonly limit?: number;
}

/** The cases compare with float64 on one thread; several processes at once shorten that, each with a device of its own. */
const shares = Math.max(1, Math.min(4, availableParallelism() >> 2));

/** A GPU takes one or two minutes, and so do two cores without one for the share that they run. */
const LIMIT = 300_000;

/** What one process of cases has told so far. */
export class Course {
  readonly failures: string[] = [];
  passed = 0;
  leftOut = 0;
  /** How many it is to run, once it has said so. */
  planned: number | undefined;
  /** Names of those without a result yet. */
  readonly #open = new Set<string>();
  #at = 'before the first case';
  readonly #log: CaseRun['log'];

  constructor(log: CaseRun['log']) {
    this.#log = log;
  }

  read(line: string): void {
    const [plan, message] = [after<CasePlan>(line, PLAN_PREFIX), after<LaneMessage>(line, MESSAGE_PREFIX)];
    if (plan) {
      this.planned = plan.names.length;
      this.leftOut = plan.leftOut;
      for (const name of plan.names) this.#open.add(name);
    } else if (message) this.#readMessage(message);
    else this.#log(line);
  }

  #readMessage(message: LaneMessage): void {
    if (message.type === 'start') this.#at = message.name;
    if (message.type === 'log') this.#log(`    ${message.name}: ${message.line}`);
    if (message.type === 'fatal') this.failures.push(message.error);
    if (message.type !== 'result') return;
    this.#open.delete(message.name);
    this.#log(`${message.ok ? 'ok    ' : 'FAILED'} ${message.name} (${message.ms} ms)`);
    if (message.ok) this.passed++;
    else this.failures.push(`${message.name}: ${message.error}`);
  }

  /** Names of those that nothing is known of: the time was up. Where a process ended otherwise, that is a failure. */
  end({ failure, late }: Ending): string[] {
    const planned = this.planned !== undefined;
    if (late) return planned ? [...this.#open] : ['those of a process that did not come to its first'];
    if (failure) this.failures.push(`${failure}, at: ${this.#at}`);
    else if (!planned) this.failures.push('a process ended without a word on its cases');
    else if (this.#open.size > 0) this.failures.push(`ended with ${this.#open.size} without a result, at: ${this.#at}`);
    return [];
  }
}

function after<T>(line: string, prefix: string): T | undefined {
  return line.startsWith(prefix) ? parse<T>(line.slice(prefix.length)) : undefined;
}

/** Runs the GPU cases. One that came to no result has failed, unless the time was up. */
export async function checkCorrectness(run: CaseRun): Promise<Correctness> {
  const { node, script, expected, ofAlike, env, log, limit = LIMIT } = run;
  const seed = Math.floor(Math.random() * 2 ** 32);
  const start = performance.now();
  const runShare = async (share: number) => {
    const course = new Course(log);
    const args = ['--enable-source-maps', script, `${seed}`, `${share}`, `${shares}`, `${ofAlike}`];
    const command: Command = { command: node, args, env, limit, onOutput: (line) => course.read(line) };
    return { course, unfinished: course.end(await runCommand(command)) };
  };
  const done = await Promise.all(Array.from({ length: shares }, (_, share) => runShare(share)));
  const courses = done.map(({ course }) => course);
  const unfinished = done.flatMap((one) => one.unfinished);
  const failures = courses.flatMap((course) => course.failures);
  const [passed, leftOut] = (['passed', 'leftOut'] as const).map((what) => sum(courses.map((one) => one[what])));
  // Of a process that planned none, lateness or a failure tells already.
  const heardOf = leftOut! + sum(courses.map(({ planned = expected }) => planned));
  if (heardOf < expected) failures.push(`only ${heardOf} of ${expected} cases were to run or left out`);
  const seconds = (performance.now() - start) / 1000;
  return { seed, cases: expected, passed: passed!, leftOut: leftOut!, unfinished, seconds, failures };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
