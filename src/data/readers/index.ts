import { EmgpuError, throwIfAborted } from '../../errors.ts';
import type { Table } from '../table.ts';
import { detectFormat, type FileFormat, type FileSource, type ReadRequest } from './source.ts';

export type { Table } from '../table.ts';
export type { FileFormat, FileSource } from './source.ts';

export interface ReadTableOptions {
  /** The file's name: its extension tells the format, and messages name it. */
  readonly name: string;
  /**
   * The columns to take, in this order. Default: all columns of numbers. Not taken by default, but when named: dates and
   * times (milliseconds since 1970 UTC; a time of day in its own unit), booleans (0 and 1), and the row labels that
   * pandas and R write (`__index_level_0__`; a first CSV column without a name). The columns of a NPY file, and of a
   * CSV or TSV file without a header, are called "0", "1", ….
   */
  readonly columns?: readonly string[];
  /** Overrides what the first bytes and the extension tell. */
  readonly format?: FileFormat;
  /** Rows with a cell that is empty, null, NaN or infinite: an error (default), or left out and counted. */
  readonly missing?: 'error' | 'drop';
  /** Stops reading within one chunk; the call rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Told 0…1, never falling. */
  readonly onProgress?: (fraction: number) => void;
}

type Reader = (source: FileSource, request: ReadRequest) => Promise<Table>;

/** Each reader brings its library along only when it is needed: a page that reads no Parquet loads no Parquet code. */
const READERS: Readonly<Record<FileFormat, () => Promise<Reader>>> = {
  csv: async () => (await import('./csv.ts')).readCsv,
  tsv: async () => (await import('./csv.ts')).readTsv,
  parquet: async () => (await import('./parquet.ts')).readParquet,
  arrow: async () => (await import('./arrow.ts')).readArrow,
  npy: async () => (await import('./npy.ts')).readNpy,
};

/**
 * Reads columns of numbers from a CSV, TSV, Parquet, Arrow (IPC file or stream, Feather 2) or NPY file. The file is read
 * in pieces (chunks, row groups, record batches), not as a whole.
 *
 * Throws `unknown-format`, `empty-file` (no bytes, no rows, or no row left), `truncated-file`, `unreadable-file`,
 * `missing-column`, `not-a-number` and `non-finite` (naming the line of a text file, or the row counted from 1, and the
 * column), `too-many-features`, `invalid-option`, `out-of-memory` and `aborted`.
 */
export async function readTable(source: FileSource, options: ReadTableOptions): Promise<Table> {
  const { name, signal } = options;
  throwIfAborted(signal);
  if (source.size === 0) {
    throw new EmgpuError('empty-file', `${name} is empty (0 bytes).`, 'Give a file with at least one row.');
  }
  let format: FileFormat | undefined;
  try {
    format = options.format ?? (await detectFormat(source, name));
    const read = await READERS[format]();
    const onProgress = rising(options.onProgress);
    const table = await read(source, {
      name,
      columns: options.columns,
      missing: options.missing ?? 'error',
      signal,
      onProgress,
    });
    onProgress(1);
    return table;
  } catch (error) {
    throw error instanceof EmgpuError ? error : unreadable(name, format, error);
  }
}

function unreadable(name: string, format: FileFormat | undefined, cause: unknown): EmgpuError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EmgpuError(
    'unreadable-file',
    `${name} cannot be read${format ? ` as ${format}` : ''}: ${reason.replace(/\.$/, '')}.`,
    'Check that the file is whole and really of this format, or write it anew.',
    { cause },
  );
}

/** Passes on only what is more than was told before. */
function rising(onProgress: ((fraction: number) => void) | undefined): (fraction: number) => void {
  let told = -1;
  return (fraction) => {
    if (fraction > told) {
      told = fraction;
      onProgress?.(fraction);
    }
  };
}
