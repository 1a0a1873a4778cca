import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rates } from '../formulas.ts';
import { writePage } from '../report/write.ts';
import type { PeersReport, Report, Row } from '../row.ts';
import { labelOf } from '../suites.ts';
import type { Found } from './adapter.ts';
import type { Correctness } from './cases.ts';
import { type Ending, parse } from './command.ts';

/** What is known of the machine, by name. */
export type Facts = Readonly<Record<string, string>>;

/** What is known so far, and the files that say so. */
export class Results {
  readonly #folder: string;
  readonly #machine: Facts;
  readonly #found: Found | undefined;
  readonly #endings: Record<string, Ending> = {};
  readonly #reports: Report[] = [];
  #correctness: Correctness | undefined;

  constructor(folder: string, machine: Facts, found: Found | undefined) {
    this.#folder = folder;
    this.#machine = machine;
    this.#found = found;
  }

  /** All cases passed, and every row agrees with the reference. */
  get correct(): boolean {
    return this.#correctness?.failures.length === 0 && this.#wrongRows.length === 0;
  }

  /** One sentence. */
  get verdict(): string {
    const held = this.#correctness;
    const wrong = this.#wrongRows.length > 0 ? `; WRONG ROWS: ${this.#wrongRows.join(', ')}` : '';
    if (!held) return `!! NOT CHECKED: there is no WebGPU adapter${wrong}`;
    const cases = `${held.passed} of ${held.cases} GPU cases passed`;
    return this.correct ? `Correct: ${cases}.` : `!! WRONG: ${cases}${wrong}. Do not trust the times.`;
  }

  get #wrongRows(): string[] {
    const rows = this.#reports.flatMap((report) => report.rows);
    return rows.filter(({ status }) => status === 'wrong').map((row) => labelOf(row.case));
  }

  get hasReport(): boolean {
    return this.#reports.length > 0;
  }

  addCorrectness(correctness: Correctness): void {
    this.#correctness = correctness;
  }

  /** Takes over what a step left in `json`, if it came to that. */
  addStep(name: string, ending: Ending, json: string): void {
    this.#endings[name] = ending;
    const report = existsSync(json) ? parse<Report>(readFileSync(json, 'utf8')) : undefined;
    if (report) this.#reports.push(report);
  }

  /** Writes a page, its plots and a file of numbers, over those of before. Says what failed, if something did. */
  write(): string | undefined {
    const server = {
      verdict: this.verdict,
      machine: this.#machine,
      driver: this.#found?.name ?? 'none',
      adapter: this.#found?.probe,
      correctness: this.#correctness,
      steps: this.#endings,
    };
    const report = merge(this.#reports);
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
    const page = writePage(this.#folder, report);
    const [title, ...rest] = readFileSync(page, 'utf8').split('\n\n');
    writeFileSync(page, [title, this.#summary(), ...rest].join('\n\n'));
  }

  /** For a machine on which no step came to an end. */
  #writePlain(numbers: object): void {
    writeFileSync(join(this.#folder, 'results.json'), `${JSON.stringify(numbers, null, 1)}\n`);
    writeFileSync(join(this.#folder, 'results.md'), `# Benchmark\n\n${this.#summary()}\n`);
  }

  #summary(): string {
    const failures = (this.#correctness?.failures ?? []).map((failure) => `\`\`\`\n${failure}\n\`\`\``);
    const steps = Object.entries(this.#endings).map(
      ([name, { failure, seconds }]) => `${name} ${failure ?? `${seconds.toFixed(0)} s`}`,
    );
    const software = this.#found?.probe.isSoftware ? ['The adapter is software: these are no times of a GPU.'] : [];
    return [
      `**${this.verdict}**`,
      ...software,
      ...failures,
      Object.entries({ ...this.#machine, steps: steps.join(', ') })
        .map(([what, text]) => `- ${what}: ${text}`)
        .join('\n'),
    ].join('\n\n');
  }
}

/** One report of several runs on the same machine. Cases that two of them have are kept once. */
export function merge(reports: readonly Report[]): Report | undefined {
  const [first] = reports;
  if (!first) return undefined;
  const rows = new Map(reports.flatMap((report) => report.rows.map((row) => [labelOf(row.case), row])));
  const peers = reports.flatMap((report) => report.peers ?? []);
  const streams = reports.flatMap((report) => report.streams ?? []);
  return {
    ...first,
    command: 'run.sh of the archive that `npm run -s bench:bundle` makes',
    rows: [...rows.values()].map((row) => under(first.roof, row)),
    skipped: reports.flatMap((report) => report.skipped),
    ...(peers[0] && { peers: mergePeers(peers[0], peers) }),
    ...(streams.length > 0 && { streams }),
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
