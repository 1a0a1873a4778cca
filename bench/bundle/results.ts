import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rates } from '../formulas.ts';
import { writePage } from '../report/write.ts';
import type { PeersReport, Report, Row } from '../row.ts';
import { keyOf } from '../suites.ts';
import { failedOf, wrongOf } from '../wrong.ts';
import type { Found } from './adapter.ts';
import type { Correctness } from './cases.ts';
import { type Ending, parse } from './command.ts';

/** What is known of the machine, by name. */
export type Facts = Readonly<Record<string, string>>;

/** What a run of the archive comes to: `unchecked` where nothing was wrong, but not everything was looked at. */
export type Outcome = 'correct' | 'wrong' | 'unchecked';

/** Exit codes. Not all checked is told apart from wrong: what did not finish, or did not begin, says nothing of the times. */
export const EXIT: Readonly<Record<Outcome, number>> = { correct: 0, wrong: 1, unchecked: 2 };

/** What is known before the first step. */
export interface Beginning {
  readonly folder: string;
  /** As typed. */
  readonly command: string;
  readonly machine: Facts;
  readonly found: Found | undefined;
}

/** What is known so far, and the files that say so. */
export class Results {
  readonly #beginning: Beginning;
  readonly #endings: Record<string, Ending> = {};
  /** Steps that ended by themselves and left no report. */
  readonly #lost: string[] = [];
  readonly #reports: Report[] = [];
  #correctness: Correctness | undefined;

  constructor(beginning: Beginning) {
    this.#beginning = beginning;
  }

  /** `correct`: all cases that were to run passed, everything of emgpu's agrees with the reference, and nothing failed on the way. */
  get outcome(): Outcome {
    const held = this.#correctness;
    if (this.#wrong.length > 0 || (held && held.failures.length > 0)) return 'wrong';
    return held && held.unfinished.length === 0 && this.#failed.length === 0 ? 'correct' : 'unchecked';
  }

  /** One sentence. */
  get verdict(): string {
    const held = this.#correctness;
    const wrong = this.#wrong.length > 0 ? `; WRONG ROWS: ${this.#wrong.join(', ')}` : '';
    const failed = this.#failed.length > 0 ? `; FAILED: ${this.#failed.join(', ')}` : '';
    const cases = held ? casesLine(held) : 'there is no WebGPU adapter';
    if (this.outcome === 'wrong') return `!! WRONG: ${cases}${wrong}${failed}. Do not trust the times.`;
    if (!held) return `!! NOT CHECKED: ${cases}${failed}`;
    return this.outcome === 'correct'
      ? `Correct: ${cases}.`
      : `NOT ALL CHECKED, nothing wrong found: ${cases}${failed}.`;
  }

  get #wrong(): string[] {
    return this.#reports.flatMap(wrongOf);
  }

  get #failed(): string[] {
    return [...this.#lost.map((name) => `all of ${name}`), ...this.#reports.flatMap(failedOf)];
  }

  get hasReport(): boolean {
    return this.#reports.length > 0;
  }

  addCorrectness(correctness: Correctness): void {
    this.#correctness = correctness;
  }

  /** Tells of a step that no time was left for. */
  leaveOut(name: string): void {
    this.#endings[name] = { failure: 'left out, no time', late: false, seconds: 0 };
  }

  /** Takes over what a step left in `json`, if it came to that. Whatever its end was, the report is whole: it is written last. */
  addStep(name: string, ending: Ending, json: string): void {
    this.#endings[name] = ending;
    const report = existsSync(json) ? parse<Report>(readFileSync(json, 'utf8')) : undefined;
    if (report) this.#reports.push(report);
    else if (!ending.late) this.#lost.push(name);
  }

  /** Writes a page, its plots and a file of numbers, over those of before. Says what failed, if something did. */
  write(): string | undefined {
    const server = {
      outcome: this.outcome,
      verdict: this.verdict,
      command: this.#beginning.command,
      machine: this.#beginning.machine,
      driver: this.#beginning.found?.name ?? 'none',
      adapter: this.#beginning.found?.probe,
      correctness: this.#correctness,
      steps: this.#endings,
    };
    const report = merge(this.#reports, this.#beginning.command);
    if (report) {
      try {
        this.#writePage({ ...report, ...{ server } });
        return undefined;
      } catch (error) {
        this.#writePlain({ server, ...report });
        return `No page: ${error}`;
      }
    }
    this.#writePlain({ server });
    return undefined;
  }

  #writePage(report: Report): void {
    const page = writePage(this.#beginning.folder, report);
    const [title, ...rest] = readFileSync(page, 'utf8').split('\n\n');
    writeFileSync(page, [title, this.#summary(), ...rest].join('\n\n'));
  }

  /** For a machine on which no step came to an end. */
  #writePlain(numbers: object): void {
    const { folder } = this.#beginning;
    writeFileSync(join(folder, 'results.json'), `${JSON.stringify(numbers, null, 1)}\n`);
    writeFileSync(join(folder, 'results.md'), `# Benchmark\n\n${this.#summary()}\n`);
  }

  #summary(): string {
    const failures = (this.#correctness?.failures ?? []).map((failure) => `\`\`\`\n${failure}\n\`\`\``);
    const steps = Object.entries(this.#endings).map(
      ([name, { failure, seconds }]) => `${name} ${failure ?? `${seconds.toFixed(0)} s`}`,
    );
    const { machine, found } = this.#beginning;
    const software = found?.probe.isSoftware ? ['The adapter is software: these are no times of a GPU.'] : [];
    return [
      `**${this.verdict}**`,
      ...software,
      ...failures,
      Object.entries({ ...machine, steps: steps.join(', ') })
        .map(([what, text]) => `- ${what}: ${text}`)
        .join('\n'),
    ].join('\n\n');
  }
}

/** What became of the cases, in a few words. */
export function casesLine({ passed, cases, failures, unfinished, leftOut }: Correctness): string {
  const parts = [
    `${passed} of ${cases} GPU cases passed`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(unfinished.length > 0 ? [`${unfinished.length} not finished in the time given`] : []),
    ...(leftOut > 0 ? [`${leftOut} like others left out, as the adapter is software`] : []),
  ];
  return parts.join(', ');
}

/** One report of several runs on the same machine. Of rows that say the same of the same thing the last is kept, or one that is wrong. */
export function merge(reports: readonly Report[], command: string): Report | undefined {
  const [first] = reports;
  if (!first) return undefined;
  const rows = new Map<string, Row>();
  for (const row of reports.flatMap((report) => report.rows)) {
    const key = keyOf(row.case);
    if (rows.get(key)?.status !== 'wrong') rows.set(key, row);
  }
  const peers = reports.flatMap((report) => report.peers ?? []);
  const streams = reports.flatMap((report) => report.streams ?? []);
  const start = reports.findLast((report) => report.start)?.start;
  return {
    ...first,
    command,
    rows: [...rows.values()].map((row) => under(first.roof, row)),
    skipped: reports.flatMap((report) => report.skipped),
    ...(peers[0] && { peers: mergePeers(peers[0], peers) }),
    ...(streams.length > 0 && { streams }),
    ...(start && { start }),
    seconds: reports.reduce((sum, report) => sum + report.seconds, 0),
  };
}

/** With shares of one roof, the one that the page tells: each run measured its own. */
function under(roof: Report['roof'], row: Row): Row {
  const { kind, nFeatures: D, nComponents: K } = row.case;
  return row.rates && row.ms ? { ...row, rates: rates(kind, row.nSamples, D, K, row.ms.median, roof) } : row;
}

function mergePeers(first: PeersReport, all: readonly PeersReport[]): PeersReport {
  return {
    ...first,
    rows: all.flatMap(({ rows }) => rows),
    memory: all.flatMap(({ memory }) => memory),
    skipped: all.flatMap(({ skipped }) => skipped),
  };
}
