import type { Row, Skipped } from '../row.ts';
import type { Head } from '../run.ts';

/** A column of the table of rows: a heading of up to two lines, and the text of a row. */
interface Column {
  readonly head: readonly [string, string];
  readonly width: number;
  readonly text: (row: Row) => string;
}

/** A number to three digits, without an exponent. */
export function digits(x: number | undefined): string {
  if (x === undefined) return '';
  if (x >= 100) return x.toFixed(0);
  return x >= 10 ? x.toFixed(1) : x >= 1 ? x.toFixed(2) : x.toPrecision(2);
}

export function percent(x: number | undefined): string {
  return x === undefined ? '' : `${digits(100 * x)} %`;
}

const mebibytes = (bytes: number | undefined) => (bytes === undefined ? '' : digits(bytes / 2 ** 20));

const COLUMNS: readonly Column[] = [
  { head: ['', 'model'], width: -9, text: (row) => row.case.kind },
  { head: ['', 'D'], width: 3, text: (row) => `${row.case.nFeatures}` },
  { head: ['', 'K'], width: 4, text: (row) => `${row.case.nComponents}` },
  { head: ['', 'N'], width: 11, text: (row) => row.nSamples.toLocaleString('en') },
  { head: ['ms per iteration', 'median'], width: 8, text: (row) => digits(row.ms?.median) },
  { head: ['', 'min'], width: 7, text: (row) => digits(row.ms?.min) },
  { head: ['', 'max'], width: 7, text: (row) => digits(row.ms?.max) },
  { head: ['', 'GPU'], width: 7, text: (row) => digits(row.gpuMs) },
  { head: ['', 'GFLOP/s'], width: 9, text: (row) => digits(row.rates?.gflops) },
  { head: ['of', 'FMA'], width: 7, text: (row) => percent(row.rates?.ofPeak) },
  { head: ['', 'GB/s'], width: 7, text: (row) => digits(row.rates?.gbps) },
  { head: ['of', 'copy'], width: 7, text: (row) => percent(row.rates?.ofCopy) },
  { head: ['MiB', 'points'], width: 7, text: (row) => mebibytes(row.memory?.pointBytes) },
  {
    head: ['', 'more'],
    width: 6,
    text: (row) => mebibytes(row.memory && row.memory.peakBytes - row.memory.pointBytes),
  },
  { head: ['off', 'float64'], width: 9, text: (row) => row.check?.deviation.toExponential(1) ?? '' },
];

const ALONE = COLUMNS.findIndex(({ head }) => head[1] === 'median');

function pad(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

/** The two lines above the rows. */
export function headLines(): string[] {
  return [0, 1].map((line) =>
    COLUMNS.map(({ head, width }) => pad(head[line]!, width))
      .join(' ')
      .trimEnd(),
  );
}

/** A row for the terminal. One that is wrong or failed has the reason instead of times. */
export function rowLine(row: Row): string {
  const cells = COLUMNS.map(({ text, width }) => pad(text(row), width));
  if (row.status === 'ok') return cells.join(' ').trimEnd();
  return [...cells.slice(0, ALONE), ` ${row.status.toUpperCase()}: ${row.reason}`].join(' ');
}

/** The same as cells, for other tables. */
export function rowCells(row: Row): string[] {
  return COLUMNS.map(({ text }) => text(row));
}

/** Headings in one line, for other tables. */
export function headings(): string[] {
  return [
    'model',
    'D',
    'K',
    'N',
    'ms',
    'min',
    'max',
    'GPU ms',
    'GFLOP/s',
    'of FMA',
    'GB/s',
    'of copy',
    'points MiB',
    'more MiB',
    'off float64',
  ];
}

/** What stands above everything: where it was run. */
export function factsOf({ emgpu, runtime, processor, adapter, roof, missing }: Head): [string, string][] {
  return [
    ['library', emgpu],
    ['runtime', runtime],
    ['processor', processor],
    ['adapter', `${adapter.name}${adapter.isSoftware ? ' (software: no times of a GPU)' : ''}`],
    ['driver', adapter.driver],
    ...(roof
      ? ([['roofs', `${digits(roof.gflops)} GFLOP/s multiply-adds, ${digits(roof.gbps)} GB/s copy (${roof.how})`]] as [
          string,
          string,
        ][])
      : []),
    ...Object.entries(missing).map(([what, why]): [string, string] => ['left out', `${what}: ${why}`]),
  ];
}

/** What was not run, one line for each reason. */
export function skippedLines(skipped: readonly Skipped[]): string[] {
  return skipped.map(({ label, reason }) => `skipped  ${label}: ${reason}`);
}
