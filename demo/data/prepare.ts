import { EmgpuError } from 'emgpu';
import { Moments, type Standardization } from './moments.ts';
import { type Pace, paceOf, type Watch } from './pace.ts';
import { RowReader } from './row-reader.ts';
import { countRows, type SourceTable } from './source-table.ts';
import type { Preparation, Prepared } from './types.ts';

/** Rows between two looks at the clock. */
const BLOCK_ROWS = 2 ** 16;
/** More points than that are float32, to save memory; they are computed in float64 all the same. */
const MAX_FLOAT64_ROWS = 2_000_000;

/**
 * Chooses, transforms and standardizes columns. Rows in which a chosen cell is empty, or not positive where its logarithm is asked for,
 * are left out. Throws `invalid-option` (no column), `missing-column`, `empty-file` (no row is left) and `aborted`.
 */
export async function prepare(table: SourceTable, preparation: Preparation, watch: Watch): Promise<Prepared> {
  const reader = new RowReader(table, preparation);
  const pace = paceOf('prepare', watch);
  const nRows = countRows(table);
  const moments = preparation.standardize ? new Moments(preparation.columns.length) : undefined;
  let kept = 0;
  const count = (row: number) => {
    if (!reader.read(row)) return;
    kept++;
    moments?.add(reader.cells);
  };
  await eachRow(nRows, count, (done) => pace(done / 2));
  if (kept === 0) throw noneLeft(table, preparation);

  const points = allocate(table, preparation, kept);
  const rowNumbers = kept < nRows ? new Uint32Array(kept) : undefined;
  const D = preparation.columns.length;
  const standard = moments?.standardization();
  let n = 0;
  const write = (row: number) => {
    if (!reader.read(row)) return;
    if (standard) standardize(reader.cells, standard);
    points.set(reader.cells, n * D);
    if (rowNumbers) rowNumbers[n] = row;
    n++;
  };
  await eachRow(nRows, write, (done) => pace(0.5 + done / 2));
  return {
    points: { data: points, nFeatures: D, featureNames: preparedNames(preparation) },
    nDropped: nRows - kept,
    ...(rowNumbers && { rowNumbers }),
  };
}

/** What the columns are called afterwards: `z(log10(delay))`. */
export function preparedNames({ columns, log, standardize }: Preparation): string[] {
  return columns.map((column) => {
    const name = log.includes(column) ? `log10(${column})` : column;
    return standardize ? `z(${name})` : name;
  });
}

function standardize(cells: Float64Array, { center, scale }: Standardization): void {
  for (let d = 0; d < cells.length; d++) cells[d] = (cells[d]! - center[d]!) / scale[d]!;
}

async function eachRow(nRows: number, visit: (row: number) => void, pace: Pace): Promise<void> {
  for (let start = 0; start < nRows; start += BLOCK_ROWS) {
    const end = Math.min(nRows, start + BLOCK_ROWS);
    for (let row = start; row < end; row++) visit(row);
    await pace(end / nRows);
  }
}

/** Float32 holds float32 numbers as they are; float64 ones and results of arithmetic only where there would be too many. */
function allocate({ data }: SourceTable, preparation: Preparation, n: number): Float32Array | Float64Array {
  const { columns, standardize, log } = preparation;
  const asTheyAre = !standardize && !columns.some((column) => log.includes(column));
  const narrow = (data instanceof Float32Array && asTheyAre) || n > MAX_FLOAT64_ROWS;
  return narrow ? new Float32Array(n * columns.length) : new Float64Array(n * columns.length);
}

function noneLeft({ name }: SourceTable, { columns, log }: Preparation): EmgpuError {
  const logged = columns.some((column) => log.includes(column));
  return new EmgpuError(
    'empty-file',
    `Every row of ${name} has a cell that is empty${logged ? ' or not positive' : ''} in ${columns.join(', ')}; none is left.`,
    `Choose other columns${logged ? ', or no logarithm' : ''}.`,
  );
}
