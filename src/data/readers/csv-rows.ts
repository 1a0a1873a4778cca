import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { type FileSource, readBytes } from './source.ts';

/** Whole rows of a text file, as they follow each other in it. */
export interface RowChunk {
  /** Cells as text; a blank line is a row with one blank cell. Blank rows at the start and the end of the file are left out. */
  readonly rows: readonly (readonly string[])[];
  /** What ends a line; cells in quotes may hold it. */
  readonly newline: '\n' | '\r';
  /** The line, from 1, on which the first row begins. */
  readonly line: number;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
  readonly last: boolean;
}

interface TextChunk {
  readonly text: string;
  readonly bytesRead: number;
  readonly last: boolean;
}

type Papa = typeof import('papaparse');

/** What papaparse's incremental parser returns; its types say `any`. */
interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  readonly meta: { readonly cursor: number };
}

/** A longer row is taken for an open quote, which would draw the rest of the file into memory, again and again. */
const LONGEST_ROW = 4 * 2 ** 20;

/**
 * The rows of a delimited text file (RFC 4180 quoting; lines end in LF, CRLF or CR). At most one chunk and one row are
 * in memory. `file` is its name, for messages. Where `delimiter` is undefined, papaparse guesses it from the first chunk. Throws `unreadable-file` (quotes
 * that do not match, NUL bytes, a row beyond 4 MB) and `aborted`.
 */
export async function* readRows(
  source: FileSource,
  file: string,
  signal: AbortSignal | undefined,
  chunkBytes: number,
  delimiter?: string,
): AsyncGenerator<RowChunk> {
  const { default: Papa } = await import('papaparse');
  const cutter = new RowCutter(Papa, file, delimiter);
  let begun = false;
  let heldBlanks = 0;
  for await (const { text, bytesRead, last } of readText(source, signal, chunkBytes)) {
    const { rows, line } = cutter.cut(text, last);
    const { newline } = cutter;
    const trailing = countBlank(rows, -1);
    if (trailing < rows.length) {
      const leading = begun ? 0 : countBlank(rows, 1);
      const blanks = new Array<string[]>(heldBlanks).fill(['']);
      const filled = [...blanks, ...rows.slice(leading, rows.length - trailing)];
      yield { rows: filled, newline, line: line + leading - heldBlanks, bytesRead, last };
      begun = true;
      heldBlanks = trailing;
    } else {
      // Blank rows are held back until a row follows: at the end of the file they mean nothing.
      if (begun) heldBlanks += rows.length;
      if (last) yield { rows: [], newline, line, bytesRead, last };
    }
  }
}

/** Cuts text that comes in chunks into rows; keeps what follows the last whole row for the next chunk. */
class RowCutter {
  newline: '\n' | '\r' = '\n';
  readonly #Papa: Papa;
  readonly #file: string;
  readonly #delimiter: string | undefined;
  #parser: { parse(input: string, baseIndex: number, ignoreLastRow: boolean): Parsed } | undefined;
  #rest = '';
  /** The line on which the rest begins. */
  #line = 1;

  constructor(Papa: Papa, file: string, delimiter: string | undefined) {
    this.#Papa = Papa;
    this.#file = file;
    this.#delimiter = delimiter;
  }

  /** The whole rows up to the end of `text`, and the line on which the first begins. */
  cut(text: string, last: boolean): { rows: string[][]; line: number } {
    const input = this.#rest + text;
    const line = this.#line;
    this.#parser ??= this.#openParser(input, last);
    if (!this.#parser) {
      this.#rest = input;
      return { rows: [], line };
    }
    const { data, errors, meta } = this.#parser.parse(withoutEmptyRows(input, line > 1, last), 0, !last);
    const fault = errors.find((error) => error.row < data.length);
    if (fault) throw openQuote(this.#file, line + linesBefore(data, fault.row, this.newline));
    this.#rest = input.slice(meta.cursor);
    this.#line += count(input.slice(0, meta.cursor), this.newline);
    if (this.#rest.length > LONGEST_ROW) throw openQuote(this.#file, this.#line);
    return { rows: data, line };
  }

  /** The parser, once there is a line to learn from how lines end and what separates cells. */
  #openParser(input: string, last: boolean) {
    const unquoted = input.replace(/(^|[,\t|;\n\r])"[^"]*(?:""[^"]*)*(?:"|$)/g, '$1');
    if (!last && !/[\n\r]./.test(unquoted) && input.length < LONGEST_ROW) return undefined;
    checkText(this.#file, input);
    // CRLF counts as LF: the CR stays at the end of the last cell, where blanks do not matter.
    this.newline = unquoted.includes('\n') ? '\n' : '\r';
    const delimiter = this.#delimiter ?? guessDelimiter(this.#Papa, input);
    return new this.#Papa.Parser({ delimiter, newline: this.newline });
  }
}

/**
 * Writes `NA` for rows `""`, which is how a missing cell of a single column is written: papaparse gives the same for them as for blank lines. As long
 * as before, so that places in the text stay what they are. Not for the first row of a file, which may be the name of a column.
 */
function withoutEmptyRows(input: string, inside: boolean, last: boolean): string {
  if (!input.includes('""')) return input;
  const rows = input.replace(last ? /(?<=[\n\r])""(?=[\n\r]|$)/g : /(?<=[\n\r])""(?=[\n\r])/g, 'NA');
  return inside ? rows.replace(/^""(?=[\n\r])/, 'NA') : rows;
}

/** The number of lines that the first `n` rows fill. */
export function linesBefore(rows: readonly (readonly string[])[], n: number, newline: string): number {
  let lines = 0;
  for (const row of rows.slice(0, n)) lines += row.reduce((sum, cell) => sum + count(cell, newline), 1);
  return lines;
}

export function isBlank(row: readonly string[]): boolean {
  return row.length === 1 && row[0]!.trim() === '';
}

/** Slices decoded one after the other; a character cut by the end of a slice is kept for the next. */
async function* readText(
  source: FileSource,
  signal: AbortSignal | undefined,
  chunkBytes: number,
): AsyncGenerator<TextChunk> {
  const mark = await readBytes(source, 0, 2);
  const decoder = new TextDecoder(encodingFor(mark[0] ?? 0, mark[1] ?? 0));
  for (let start = 0; start < source.size; start += chunkBytes) {
    throwIfAborted(signal);
    const bytesRead = Math.min(start + chunkBytes, source.size);
    const last = bytesRead === source.size;
    const bytes = await readBytes(source, start, bytesRead);
    yield { text: decoder.decode(bytes, { stream: !last }), bytesRead, last };
  }
}

/** UTF-8 unless a byte order mark says UTF-16 (which is what Excel calls "Unicode text"). */
function encodingFor(first: number, second: number): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

const DECIMAL_COMMA = /^\s*[+-]?\d+(?:,\d+)?\s*$/;

function guessDelimiter(Papa: Papa, input: string): string {
  const preview = { preview: 10, skipEmptyLines: true } as const;
  const guess = Papa.parse(input, { ...preview, delimitersToGuess: [',', '\t', '|', ';'] }).meta.delimiter;
  if (guess !== ',') return guess;
  // As many decimal commas in every row look like delimiters. They are none where semicolons cut the rows into numbers.
  const { data } = Papa.parse<string[]>(input, { ...preview, delimiter: ';' });
  return data.every((row) => row.length > 1 && row.every((cell) => DECIMAL_COMMA.test(cell))) ? ';' : ',';
}

function checkText(name: string, input: string): void {
  if (!input.includes('\0')) return;
  throw new EmgpuError(
    'unreadable-file',
    `${name} holds NUL bytes; it is no text in UTF-8, nor in UTF-16 with a byte order mark.`,
    'Unpack it if it is packed, and save it as UTF-8.',
  );
}

function openQuote(name: string, line: number): EmgpuError {
  return new EmgpuError(
    'unreadable-file',
    `${name}, line ${line}: a quoted cell is not closed (within 4 MB), or its closing quote is followed by text.`,
    'Close the quote, and double every quote inside a quoted cell.',
  );
}

/** The number of blank rows at the start (`step` 1) or the end (`step` −1). */
function countBlank(rows: readonly (readonly string[])[], step: 1 | -1): number {
  let n = 0;
  while (n < rows.length && isBlank(rows[step > 0 ? n : rows.length - 1 - n]!)) n++;
  return n;
}

function count(text: string, character: string): number {
  let n = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) n++;
  return n;
}
