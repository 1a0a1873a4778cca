import type { Row, Skipped } from '../row.ts';
import type { Head } from '../run.ts';
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

/** What the columns mean, for under the table. */
export const LEGEND =
  'ms: one iteration, wall time, median with min and max; GPU: of this in compute passes. per s: iterations. GFLOP/s and GB/s: ' +
  'work and points that an iteration needs at least, over the median; %: of the roofs above. points, more: MiB of device memory for ' +
  'the points and for everything else. off: how far the model is from the float64 reference after two iterations.';

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
export function facts({ emgpu, runtime, processor, adapter, roof, missing }: Head): [name: string, text: string][] {
  const roofs: [string, string][] = roof
    ? [['roofs', `${digits(roof.gflops)} GFLOP/s, ${digits(roof.gbps)} GB/s (${roof.how})`]]
    : [];
  return [
    ['library', emgpu],
    ['runtime', runtime],
    ['processor', processor],
    ['adapter', adapter.isSoftware ? `${adapter.name}: software, these are no times of a GPU` : adapter.name],
    ['driver', adapter.driver],
    ...roofs,
    ...Object.entries(missing).map(([what, why]): [string, string] => ['left out', `${what}: ${why}`]),
  ];
}

/** What was not run, in one line for every reason. */
export function skippedLines(skipped: readonly Skipped[]): string[] {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const labels = skipped.filter((one) => one.reason === reason).map(({ label }) => label);
    return `not run, ${reason} (${labels.length}): ${labels.join('; ')}`;
  });
}
