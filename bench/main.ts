/**
 * The benchmark: milliseconds per EM iteration against what the adapter can do, and against other libraries.
 *
 *     npm run -s bench -- --help
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { releaseBackends } from 'emgpu/node';
import { nodeSurroundings } from './node.ts';
import { KINDS, type Kind } from './problem.ts';
import { factsOf, headLines, rowLine, skippedLines } from './report/table.ts';
import type { Report } from './row.ts';
import { type Listener, measureRows, openSession, type RunOptions } from './run.ts';
import { SUITES, type Suite } from './suites.ts';

interface Options {
  readonly suite: readonly Suite[];
  readonly kinds: readonly Kind[];
  readonly backend?: 'webgpu' | 'cpu';
  readonly seconds: number;
  readonly json?: string;
  readonly report?: string;
}

function listOf<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  return (text) => {
    const names = text.split(',') as T[];
    const unknown = names.find((name) => !allowed.includes(name));
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${allowed.join(', ')}.`);
    return names;
  };
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}

const DESCRIPTION = `Milliseconds per EM iteration, against what the adapter can do and against other libraries.

quick    a handful that tells most, a minute or two (default)
full     every model, D 2…64, K 8…128, and small problems
scaling  series in N, D and K
peers    other libraries on the same machine`;

const program = new Command('bench')
  .description(DESCRIPTION)
  .option('--suite <names>', 'suites to run, separated by commas', listOf(SUITES), ['quick'])
  .option('--kinds <names>', 'models to time, separated by commas', listOf(KINDS), [...KINDS])
  .addOption(new Option('--backend <name>', 'default: webgpu on any adapter, else cpu').choices(['webgpu', 'cpu']))
  .option('--seconds <number>', 'time for everything; what does not fit is listed', positive, Number.POSITIVE_INFINITY)
  .option('--json <file>', 'write all numbers to a file')
  .option('--report <folder>', 'write a page with plots, and the numbers, named after the adapter');

/** A line that the next one replaces, where there is a terminal. */
function status(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function print(...lines: string[]): void {
  status('');
  for (const line of lines) console.log(line);
}

const listener: Listener = {
  begin(head) {
    print(...factsOf(head).map(([name, text]) => `${name.padEnd(10)} ${text}`), '', ...headLines());
  },
  doing: status,
  row: (row) => print(rowLine(row)),
};

async function main(options: Options): Promise<Report> {
  const command = ['npm run -s bench --', ...process.argv.slice(2)].join(' ');
  const settings: RunOptions = { ...options, suites: options.suite, command };
  const session = await openSession(await nodeSurroundings(), settings, listener);
  const { rows, skipped } = await measureRows(session, settings, listener);
  print(...skippedLines(skipped));
  session.end();
  return { ...session.head, rows, skipped, seconds: session.budget.elapsed };
}

const options = program.parse().opts<Options>();
const report = await main(options);
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
await releaseBackends();
if (report.rows.some(({ status }) => status === 'wrong')) process.exitCode = 1;
