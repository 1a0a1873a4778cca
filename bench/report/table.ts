import { CHECKED_ITERATIONS, STRETCHED_ITERATIONS } from '../check.ts';
import { GPU_REPEATS, LEAST_MS, REPEATS } from '../measure.ts';
import type { Report, Row, Skipped } from '../row.ts';
import type { Head } from '../run.ts';
import { AIM, AIM_LONGEST, MOST_SAMPLES, TELLING_MS } from '../suites.ts';
import { count, digits, error, mebibytes, percent } from './numbers.ts';

/** A column of the table of rows, wherever it is shown. Widths are those of the terminal; texts stand left. */
interface Column {
  readonly head: string;
  readonly width: number;
  readonly isText?: boolean;
  readonly text: (row: Row) => string;
}

/** What identifies a row; the rest is what was measured. */
const NAMES: readonly Column[] = [
  { head: 'model', width: 9, isText: true, text: (row) => row.case.kind },
  { head: 'D', width: 2, text: (row) => `${row.case.nFeatures}` },
  { head: 'K', width: 3, text: (row) => `${row.case.nComponents}` },
  { head: 'N', width: 11, text: (row) => count(row.nSamples) },
];

const MEASURED: readonly Column[] = [
  { head: 'ms', width: 7, text: (row) => digits(row.ms?.median) },
  { head: 'min', width: 6, text: (row) => digits(row.ms?.min) },
  { head: 'max', width: 6, text: (row) => digits(row.ms?.max) },
  { head: 'GPU', width: 6, text: (row) => digits(row.gpuMs) },
  { head: 'per s', width: 6, text: (row) => digits(row.ms && 1000 / row.ms.median) },
  { head: 'GFLOP/s', width: 7, text: (row) => digits(row.rates?.gflops) },
  { head: '% FMA', width: 6, text: (row) => percent(row.rates?.ofPeak) },
  { head: 'GB/s', width: 6, text: (row) => digits(row.rates?.gbps) },
  { head: '% copy', width: 6, text: (row) => percent(row.rates?.ofCopy) },
  { head: 'points', width: 6, text: (row) => mebibytes(row.memory?.pointBytes) },
  { head: 'more', width: 5, text: (row) => mebibytes(row.memory && row.memory.peakBytes - row.memory.pointBytes) },
  { head: 'off', width: 7, text: (row) => error(row.check?.deviation) },
];

const COLUMNS = [...NAMES, ...MEASURED];

const TIMINGS =
  `wall time of one iteration, with submits, readback and the host's part: median, least and largest of ${REPEATS} timings, each the ` +
  `mean of as many iterations as take about ${LEAST_MS} ms, one at least. Early ones may hold trials of variants of a stage, which ` +
  'emgpu makes where an adapter is new to it';
const GPU =
  `ms of one iteration in compute passes, by the clock of the GPU: median of ${GPU_REPEATS} timings after the others. What ms has beyond ` +
  'that goes to submits, copies, readback and the host. Where a runtime rounds timestamps (Dawn to 0.066 ms) small numbers are rough. ' +
  'Whole fits are timed anew for it. Empty without timestamps, and where there are too many passes to time';
const SIZES =
  'D features, K components or clusters, N points. Small problems come with their N; others have as many points as should take about ' +
  `${AIM} ms an iteration (${count(AIM_LONGEST)} for the last of a series in N), at most ${count(MOST_SAMPLES)} and what memory allows. ` +
  `A row that comes out of ${TELLING_MS.least} to ${count(TELLING_MS.most)} ms is measured anew with another N, where there is one`;
const OPERATIONS =
  'floating-point operations that an iteration needs at least, whatever the kernels do (a multiply-add counts 2, an exponential 8), ' +
  'over ms; as a share of the roof of multiply-adds';
const MORE =
  'MiB of device memory that emgpu held beside that at its most, loading included: scratch memory, and zeros that fill up features to a ' +
  "multiple of 4 (of 2 for D ≤ 2). The buffer that points are loaded from is the benchmark's and not counted";
const OFF =
  `how far the model is from the float64 reference after ${CHECKED_ITERATIONS} iterations, or after ${STRETCHED_ITERATIONS} where the device ` +
  'does many without the host: the largest difference of weights, means or covariances, in standard deviations of the components ' +
  '(bench/check.ts says how)';

/** What the columns mean, for under the table. */
export const EXPLANATIONS: readonly (readonly [heads: readonly string[], text: string])[] = [
  [['model', 'D', 'K', 'N'], SIZES],
  [['ms', 'min', 'max'], TIMINGS],
  [['GPU'], GPU],
  [['per s'], 'iterations per second, by ms'],
  [['GFLOP/s', '% FMA'], OPERATIONS],
  [
    ['GB/s', '% copy'],
    'bytes of the points, read once, over ms; as a share of the roof of copying, which counts reads and writes',
  ],
  [['points'], 'MiB of the points, 4 bytes a number'],
  [['more'], MORE],
  [['off'], OFF],
];

function pad({ width, isText }: Column, text: string): string {
  return isText ? text.padEnd(width) : text.padStart(width);
}

export const headings: readonly string[] = COLUMNS.map(({ head }) => head);

/** The line above the rows on the terminal. */
export const headLine = COLUMNS.map((column) => pad(column, column.head)).join('  ');

/** The texts of a row. One that is wrong or failed has the reason in place of the numbers. */
export function rowCells(row: Row): string[] {
  const names = NAMES.map(({ text }) => text(row));
  if (row.status !== 'ok') return [...names, `${row.status.toUpperCase()}: ${row.reason}`];
  return [...names, ...MEASURED.map(({ text }) => text(row))];
}

/** A row on the terminal. */
export function rowLine(row: Row): string {
  const cells = rowCells(row);
  const padded = cells.map((cell, i) => pad(COLUMNS[i]!, cell));
  return (row.status === 'ok' ? padded : [...padded.slice(0, NAMES.length), cells.at(-1)!]).join('  ').trimEnd();
}

/** Where it was run and what is left out. */
export function facts({
  emgpu,
  commit,
  runtime,
  processor,
  adapter,
  roof,
  missing,
}: Head): [name: string, text: string][] {
  const roofs: [string, string][] = roof
    ? [['roofs', `${digits(roof.gflops)} GFLOP/s, ${digits(roof.gbps)} GB/s (${roof.how})`]]
    : [];
  return [
    ['library', commit ? `${emgpu}, commit ${commit}` : emgpu],
    ['runtime', runtime],
    ['processor', processor],
    ['adapter', adapter.isSoftware ? `${adapter.name}: software, these are no times of a GPU` : adapter.name],
    ['driver', adapter.driver],
    ...roofs,
    ...Object.entries(missing).map(([what, why]): [string, string] => ['left out', `${what}: ${why}`]),
  ];
}

/** All that was not run. */
export function skippedOf({ skipped, peers, start }: Pick<Report, 'skipped' | 'peers' | 'start'>): Skipped[] {
  return [...skipped, ...(peers?.skipped ?? []), ...(start?.skipped ?? [])];
}

/** What was not run, in one line for every reason. */
export function skippedLines(skipped: readonly Skipped[]): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const labels = skipped.filter((one) => one.reason === reason).map(({ label }) => label);
    return `not run, ${reason} (${labels.length}): ${labels.join('; ')}`;
  });
}
