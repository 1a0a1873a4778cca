import { EmgpuError, throwIfAborted } from '../../errors.ts';
import type { OptionNames } from '../option-names.ts';
import type { Missing, TableBuilder } from '../table.ts';
import { detectFormat, type FileFormat, type FileSource, type ReadRequest, type TableFile } from './source.ts';

/** What is read from a file, and how. */
export interface FileOptions {
  /** The file's name: its extension tells the format, and messages name it. */
  readonly name: string;
  /**
   * The columns to take, in this order. Default: all columns of numbers. Not taken by default, but when named: dates and
   * times (milliseconds since 1970 UTC; a time of day in its own unit), booleans (0 and 1), and the row labels that
   * pandas and R write (`__index_level_0__`; a first CSV column without a name). The columns of a NPY file, and of a
   * CSV or TSV file without a header, are called "0", "1", ….
   */
  readonly columns?: readonly string[] | undefined;
  /** The column that holds the weights of the rows: numbers ≥ 0. It is no feature. */
  readonly weightsColumn?: string | undefined;
  /** CSV and TSV: whether the first row holds names. Default: if one of its cells is text, or if it is 0, 1, 2, …. */
  readonly header?: boolean | undefined;
  /** Overrides what the first bytes and the extension tell. */
  readonly format?: FileFormat | undefined;
  /**
   * Rows with a cell that is empty, null, NaN or infinite: an error (default), or left out (and counted). `keep`: such
   * cells of features become NaN; infinities, and weights that are missing, are still errors.
   */
  readonly missing?: Missing | undefined;
}

export const FILE_OPTIONS = {
  name: true,
  columns: true,
  weightsColumn: true,
  header: true,
  format: true,
  missing: true,
} satisfies OptionNames<FileOptions>;

type Open = (source: FileSource, request: ReadRequest) => Promise<TableFile>;

/** Each reader brings its library along only when it is needed: a page that reads no Parquet loads no Parquet code. */
const READERS: Readonly<Record<FileFormat, () => Promise<Open>>> = {
  csv: async () => (await import('./csv.ts')).openCsv,
  tsv: async () => (await import('./csv.ts')).openTsv,
  parquet: async () => (await import('./parquet.ts')).openParquet,
  arrow: async () => (await import('./arrow.ts')).openArrow,
  npy: async () => (await import('./npy.ts')).openNpy,
};

/**
 * Opens a file of any format and chooses its columns, with `survey` even more than models take. Every failure to read it is an
 * {@link EmgpuError}.
 */
export async function openFile(
  source: FileSource,
  options: FileOptions & { readonly survey?: boolean | undefined },
  signal?: AbortSignal,
): Promise<TableFile> {
  const { name, columns, weightsColumn, header, survey = false } = options;
  throwIfAborted(signal);
  if (source.size === 0) {
    throw new EmgpuError('empty-file', `${name} is empty (0 bytes).`, 'Give a file with at least one row.');
  }
  let format: FileFormat | undefined;
  try {
    format = options.format ?? (await detectFormat(source, name));
    const open = await READERS[format]();
    return named(name, format, await open(source, { name, columns, weightsColumn, header, survey, signal }));
  } catch (error) {
    throw readable(name, format, error);
  }
}

/** The file, with failures of the libraries that read it turned into {@link EmgpuError}s. */
function named(name: string, format: FileFormat, file: TableFile): TableFile {
  return {
    ...file,
    async *read(source: FileSource, builder: TableBuilder, signal?: AbortSignal) {
      try {
        yield* file.read(source, builder, signal);
      } catch (error) {
        throw readable(name, format, error);
      }
    },
  };
}

/** Whatever a reader threw as an {@link EmgpuError}. */
export function readable(name: string, format: FileFormat | undefined, cause: unknown): EmgpuError {
  if (cause instanceof EmgpuError) return cause;
  return new EmgpuError(
    'unreadable-file',
    `${name} cannot be read${format ? ` as ${format}` : ''}: ${reasonOf(cause).replace(/\.$/, '')}.`,
    'Check that the file is whole and really of this format, or write it anew.',
    { cause },
  );
}

/** Libraries stumble over damaged bytes with errors of the language, which say nothing about the file. */
function reasonOf(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isStumble = cause instanceof TypeError || cause instanceof RangeError;
  return isStumble ? `what it says about its own parts makes no sense (${reason.replace(/\.$/, '')})` : reason;
}
