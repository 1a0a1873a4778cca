import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Found, Probe } from './adapter.ts';
import type { Correctness } from './cases.ts';
import { type Ending, parse } from './command.ts';

/** A suite's own report and how it ended. */
interface SuiteResult extends Ending {
  readonly report?: unknown;
}

/** What is known so far; on disk after every step, in case there is no next one. */
export class Results {
  readonly #folder: string;
  readonly #head: { seconds: number; machine: Readonly<Record<string, string>>; adapter?: Probe; driver?: string };
  #correctness: Correctness | undefined;
  readonly #suites: Record<string, SuiteResult> = {};

  constructor(folder: string, seconds: number, machine: Readonly<Record<string, string>>, found: Found | undefined) {
    this.#folder = folder;
    this.#head = { seconds, machine, ...(found && { adapter: found.probe, driver: found.name }) };
    this.#write();
  }

  get correct(): boolean {
    return this.#correctness !== undefined && this.#correctness.failures.length === 0;
  }

  /** One sentence. */
  get verdict(): string {
    const held = this.#correctness;
    if (!held) return '!! NOT CHECKED: no case ran, the times below are worth nothing on a GPU';
    if (!this.correct) return `!! WRONG: ${held.passed} of ${held.cases} cases passed; do not trust the times`;
    return `Correct: all ${held.cases} cases passed.`;
  }

  addCorrectness(correctness: Correctness): void {
    this.#correctness = correctness;
    this.#write();
  }

  addSuite(name: string, ending: Ending, json: string | undefined): void {
    const report = json && existsSync(json) ? parse(readFileSync(json, 'utf8')) : undefined;
    this.#suites[name] = { ...ending, ...(report !== undefined && { report }) };
    this.#write();
  }

  #write(): void {
    const all = { ...this.#head, correctness: this.#correctness, suites: this.#suites };
    writeFileSync(join(this.#folder, 'results.json'), `${JSON.stringify(all, null, 1)}\n`);
    writeFileSync(join(this.#folder, 'report.md'), this.#markdown());
  }

  #markdown(): string {
    const { machine, adapter, seconds } = this.#head;
    const facts = Object.entries({ adapter: adapter?.name ?? 'none', ...machine, seconds: `${seconds}` });
    const failures = this.#correctness?.failures ?? [];
    return [
      '# Benchmark',
      this.verdict,
      adapter?.isSoftware ? 'The adapter is software: these are no times of a GPU.' : '',
      facts.map(([what, value]) => `- ${what}: ${value}`).join('\n'),
      failures.map((failure) => `    ${failure.replaceAll('\n', '\n    ')}`).join('\n\n'),
      ...Object.entries(this.#suites).map(
        ([name, { failure, seconds: took }]) => `## ${name}\n\n${took.toFixed(0)} s${failure ? `; ${failure}` : ''}`,
      ),
      '',
    ]
      .filter((part) => part !== '')
      .join('\n\n')
      .concat('\n');
  }
}
