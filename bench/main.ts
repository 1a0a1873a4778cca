/**
 * The benchmark: milliseconds per EM iteration against what the adapter can do, and against other libraries.
 *
 *     npm run -s bench -- --help
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { releaseBackends } from 'emgpu/node';
import { commandLine } from './command-line.ts';
import { comparePeers } from './compare.ts';
import { nodeSurroundings } from './node.ts';
import { KINDS, type Kind } from './problem.ts';
import { memoryLine, peerLine } from './report/peers.ts';
import { firstHeadLine, firstLine, uploadHeadLine, uploadLine } from './report/start.ts';
import { streamHeadLine, streamLine } from './report/streams.ts';
import { facts, headLine, rowLine, skippedLines, skippedOf } from './report/table.ts';
import { writeJson, writePage } from './report/write.ts';
import type { PeersReport, Report, StartReport, StreamRow } from './row.ts';
import { type Found, type Listener, measureRows, openSession, type Session } from './run.ts';
import { measureStart } from './start.ts';
import { measureStreams } from './streams.ts';
import { SUITES, type Suite } from './suites.ts';
import { wrongOf } from './wrong.ts';

interface Options {
  readonly suite?: readonly Suite[];
  readonly kinds?: readonly Kind[];
  readonly backend?: 'webgpu' | 'cpu';
  readonly seconds?: number;
  readonly samples?: number;
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
peers    other libraries on the same machine
streams  passes over a file that is read meanwhile
start    the first iteration, shader compilation included, and uploads`;

const program = new Command('bench')
  .description(DESCRIPTION)
  .option('--suite <names>', 'suites, separated by commas', listOf(SUITES))
  .option('--kinds <names>', `models, separated by commas; default: ${KINDS.join()}`, listOf(KINDS))
  .addOption(
    new Option('--backend <name>', 'webgpu on any adapter, or cpu; default: what there is, in this order').choices([
      'webgpu',
      'cpu',
    ]),
  )
  .option('--seconds <number>', 'time for everything; what does not fit is listed', positive)
  .option(
    '--samples <number>',
    'points in the suites peers, start (default: 1048576; uploads 4 times as many) and streams (20000000)',
    positive,
  )
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
  begin: (head) => print(...facts(head).map(([name, text]) => `${name.padEnd(9)} ${text}`)),
  doing: status,
  row: (row) => print(rowLine(row)),
  peer: (row) => print(peerLine(row)),
  stream: (row) => print(streamLine(row)),
  first: (row) => print(firstLine(row)),
  upload: (row) => print('', uploadHeadLine, uploadLine(row)),
};

async function compare(session: Session, kinds: readonly Kind[], nSamples: number): Promise<PeersReport> {
  const { peers } = await import('./peers/index.ts');
  print(`${'model'.padEnd(10)} ${'library'.padEnd(24)} ms per iteration, min / median / max`);
  const report = await comparePeers(session, { peers, kinds, nSamples }, listener);
  if (report.memory.length > 0) print('', 'Device memory', ...report.memory.map(memoryLine));
  return report;
}

async function run({ suite: suites = ['quick'], kinds = KINDS, ...options }: Options): Promise<Report> {
  const { backend, seconds = Number.POSITIVE_INFINITY, samples } = options;
  const command = `npm run -s bench -- ${commandLine(process.argv.slice(2))}`.trimEnd();
  const session = await openSession(await nodeSurroundings(), { backend, seconds, command }, listener);
  const found: Found = { rows: [], skipped: [] };
  let peers: PeersReport | undefined;
  let streams: StreamRow[] | undefined;
  let start: StartReport | undefined;
  for (const suite of suites) {
    print('');
    if (suite === 'peers') {
      peers = await compare(session, kinds, Math.round(samples ?? 2 ** 20));
    } else if (suite === 'streams') {
      print(streamHeadLine);
      const measured = await measureStreams(session, samples, listener);
      streams = measured.rows;
      found.skipped.push(...measured.skipped);
    } else if (suite === 'start') {
      if (session.bench.place.device) print(firstHeadLine);
      start = await measureStart(session, samples && Math.round(samples), listener);
      if (!start) found.skipped.push({ label: suite, reason: 'there is no device: computed on the CPU' });
    } else {
      print(headLine);
      await measureRows(session, { suite, kinds }, listener, found);
    }
  }
  session.end();
  const report: Report = {
    ...session.head,
    ...found,
    ...(peers && { peers }),
    ...(streams && { streams }),
    ...(start && { start }),
    seconds: session.budget.elapsed,
  };
  print('', ...skippedLines(skippedOf(report)));
  return report;
}

async function main(options: Options): Promise<void> {
  const report = await run(options);
  if (options.json) writeJson(options.json, report);
  if (options.report) print(`Written: ${writePage(options.report, report)}`);
  await releaseBackends();
  const wrong = wrongOf(report);
  if (wrong.length === 0) return;
  print(`WRONG: ${wrong.join('; ')}`);
  process.exitCode = 1;
}

await main(program.parse().opts<Options>());
