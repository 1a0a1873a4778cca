import { EmgpuError } from '../../errors.ts';
import type { ColumnSet, TableBuilder } from '../table.ts';

/**
 * The bytes of a file, read in slices, never as a stream; a `Blob` or `File` is one. (Except what `fs.openAsBlob` gives for
 * files from 4 GiB on: Node 20 takes their size modulo 2³².)
 */
export interface FileSource {
  /** Size in bytes. */
  readonly size: number;
  /** When it was last written to, in any unit, where that is known: a stream is walked again only while it is the same. */
  readonly modified?: number | undefined;
  /** Bytes `start` to `end` (exclusive), `0 ≤ start ≤ end ≤ size`. */
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Formats that `readTable` and `openStream` know. `csv` guesses its delimiter among comma, tab, bar and semicolon. */
export type FileFormat = 'csv' | 'tsv' | 'parquet' | 'arrow' | 'npy';

/** What every reader is told: which columns of which file. */
export interface ReadRequest {
  /** The file's name, for messages. */
  readonly name: string;
  /** The columns to take; undefined: all columns of numbers except that of the weights. */
  readonly columns?: readonly string[] | undefined;
  readonly weightsColumn?: string | undefined;
  /** Text files: whether the first row holds names; undefined: told by its cells. */
  readonly header?: boolean | undefined;
  /** More columns than models take are no error. */
  readonly survey?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A file whose columns are chosen. Its rows can be read any number of times, each time from the start. */
export interface TableFile {
  readonly columns: ColumnSet;
  /** The number of rows, where the file states it. */
  readonly nRows?: number;
  /**
   * Puts rows into `builder` block by block, all of them (`ColumnSet.labels` tells the order of the columns); yields the
   * fraction of the file that is read after every block. `source` has the same bytes as when the file was opened.
   */
  read(source: FileSource, builder: TableBuilder, signal?: AbortSignal): AsyncGenerator<number>;
}

const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  txt: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  npy: 'npy',
};

/** How files begin. What follows the letters cannot be text, where a column may be called the same. */
const MAGIC: readonly (readonly [RegExp, FileFormat])[] = [
  // A page or the footer, by Thrift; an encrypted footer its length.
  [/^PAR[1E](?![\x20-\x7e\t\r\n])/, 'parquet'],
  [/^ARROW1(?:\0|$)/, 'arrow'],
  [/^\xff\xff\xff\xff/, 'arrow'],
  [/^\x93NUMPY/, 'npy'],
];

/**
 * Bytes `start` to `end` of a file, cut at its end. Throws for places beyond it, where damaged files send one and `Blob.slice` ends the process of Node,
 * and where fewer bytes came than the file had.
 */
export async function readBytes(source: FileSource, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!(start >= 0 && start <= end && start <= source.size)) {
    throw new Error(`it refers to bytes ${start} to ${end} of the ${source.size} that it has`);
  }
  const to = Math.min(end, source.size);
  const bytes = new Uint8Array(await source.slice(start, to).arrayBuffer());
  if (bytes.length < to - start) {
    throw new Error(`it ended at byte ${start + bytes.length} while it was read, and had ${source.size} before`);
  }
  return bytes;
}

/** Bytes as Latin-1 text, one character per byte: for comparing magic numbers. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The format by the first bytes (Parquet, Arrow, NPY), else by the extension; throws `unknown-format`. */
export async function detectFormat(source: FileSource, name: string): Promise<FileFormat> {
  const head = latin1(await readBytes(source, 0, 8));
  const byMagic = MAGIC.find(([magic]) => magic.test(head))?.[1];
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const format = byMagic ?? EXTENSIONS[extension];
  if (format) return format;
  throw new EmgpuError(
    'unknown-format',
    `${name} has ${extension ? `the unknown extension .${extension}` : 'no extension'} and does not begin like a Parquet, Arrow or NPY file.`,
    'Give a .csv, .tsv, .parquet, .arrow, .feather or .npy file (unpacked), or say which of these it is with the option format.',
  );
}

/** The error for a file that ends before its data does. */
export function truncated(name: string, detail: string): EmgpuError {
  return new EmgpuError(
    'truncated-file',
    `${name} is cut short: ${detail}.`,
    'Copy or download the file again, completely.',
  );
}
