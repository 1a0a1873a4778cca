import { checkOptionNames, type OptionNames } from '../option-names.ts';
import { type Table, TableBuilder } from '../table.ts';
import { FILE_OPTIONS, type FileOptions, openFile } from './open.ts';
import type { FileSource } from './source.ts';

export type { LeftOutColumn, Table } from '../table.ts';
export type { FileFormat, FileSource } from './source.ts';

export interface ReadTableOptions extends FileOptions {
  /**
   * Read the table to choose columns from: it may have more columns than models take, and with `missing: 'keep'` infinite cells become NaN as
   * missing ones do. Default false.
   */
  readonly survey?: boolean | undefined;
  /** Stops reading within one chunk; the call rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the fraction read so far, 0…1, which never falls. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

const OPTIONS = {
  ...FILE_OPTIONS,
  ...{ survey: true, signal: true, onProgress: true },
} satisfies OptionNames<ReadTableOptions>;

/**
 * Reads columns of numbers from a CSV, TSV, Parquet, Arrow (IPC file or stream, Feather 2) or NPY file. The file is read
 * in pieces (chunks, row groups, record batches), not as a whole.
 *
 * Throws `unknown-format`, `empty-file` (no bytes, no rows, or no row left), `truncated-file`, `unreadable-file`,
 * `missing-column`, `not-a-number`, `non-finite` and `invalid-weights` (naming the line of a text file, or the row
 * counted from 1, and the column), `too-many-features`, `invalid-option`, `out-of-memory` and `aborted`.
 */
export async function readTable(source: FileSource, options: ReadTableOptions): Promise<Table> {
  checkOptionNames(options, OPTIONS);
  const { name, missing = 'error', survey = false, signal } = options;
  const onProgress = rising(options.onProgress);
  const file = await openFile(source, options, signal);
  const builder = new TableBuilder({ ...file.columns, file: name, missing, survey, expectedRows: file.nRows ?? 0 });
  for await (const fraction of file.read(source, builder, signal)) {
    // Two percent more than the rows so far suggest, because growing again costs a copy of everything.
    if (file.nRows === undefined) builder.expectRows((1.02 * builder.kept) / fraction);
    onProgress(fraction);
  }
  const table = builder.finish();
  onProgress(1);
  return table;
}

/** Passes on a fraction only if it is larger than those before. */
function rising(onProgress: ((fraction: number) => void) | undefined): (fraction: number) => void {
  let told = -1;
  return (fraction) => {
    if (fraction > told) {
      told = fraction;
      onProgress?.(fraction);
    }
  };
}
