import { type ChosenColumns, chooseColumns, type OfferedColumn } from './columns.ts';
import { isBlank, linesBefore, type RowChunk } from './csv-rows.ts';
import type { ReadRequest } from './source.ts';

/** Which cells of a text file are read. */
export interface CsvLayout extends ChosenColumns {
  /** The number of cells of a row. */
  readonly width: number;
  /** Whether the first row holds names. */
  readonly hasHeader: boolean;
}

/** A column is taken for numbers once this many of its cells were numbers; missing cells do not count. */
const DECISIVE_CELLS = 1000;
/** After this many bytes what was seen so far decides, so that a sparse column does not draw the whole file into memory. */
const DECISIVE_BYTES = 2 * 2 ** 20;

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const MISSING = /^\s*(?:|<?na>?|#?n\/a|[+-]?nan|null|none|[+-]?inf|[+-]?infinity)\s*$/i;
const INFINITE = /^\s*[+-]?inf/i;

/** The number in a cell, in decimal or scientific notation; NaN if it holds none. */
export function parseNumber(cell: string): number {
  return NUMBER.test(cell) ? +cell : Number.NaN;
}

/** Whether a cell stands for no number: blank, NA, N/A, NaN, null, None, or an infinity. */
export function isMissing(cell: string): boolean {
  return MISSING.test(cell);
}

/** Whether a cell that stands for no number is an infinity. */
export function isInfinite(cell: string): boolean {
  return INFINITE.test(cell);
}

/** The layout; undefined as long as the chunks read so far do not decide which columns hold numbers. */
export function findLayout(chunks: readonly RowChunk[], request: ReadRequest): CsvLayout | undefined {
  const first = chunks.flatMap((chunk) => chunk.rows.slice(0, 1))[0];
  if (!first) return undefined;
  const hasHeader = request.header ?? isHeader(first);
  const width = first.length;
  const names = hasHeader ? nameColumns(first) : first.map((_, i) => `${i}`);
  const contents = request.columns ? names.map(() => NUMBERS) : findNumbers(chunks, width, hasHeader);
  if (!contents) return undefined;
  const rowLabels = hasHeader && first[0]!.trim() === '' && width > 1;
  const offered = names.map((name, i) => ({
    ...{ name, type: 'text', readable: true, ...contents[i]! },
    ...(rowLabels &&
      i === 0 && { byDefault: false, why: 'it has no name and comes first, as row labels do', hasNumbers: false }),
  }));
  return { width, hasHeader, ...chooseColumns(offered, request) };
}

/**
 * A first row is a header when a cell is text, or when it is what pandas, and this package, write above unnamed columns: 0, 1, 2, …, behind
 * a blank cell where there are row labels. Other rows of numbers, with gaps or without, are data.
 */
function isHeader(row: readonly string[]): boolean {
  if (row.some((cell) => Number.isNaN(parseNumber(cell)) && !isMissing(cell))) return true;
  const names = row[0] === '' ? row.slice(1) : row;
  return row.length > 1 && names.every((cell, i) => cell === `${i}`);
}

/** Blank names become the column's place, names that come again get .1, .2, … as in pandas. */
function nameColumns(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, i) => {
    const base = cell.trim() || `${i}`;
    let name = base;
    for (let n = 1; taken.has(name); n++) name = `${base}.${n}`;
    taken.add(name);
    return name;
  });
}

/** What follows about a column from its first cells. */
type Content = Pick<OfferedColumn, 'byDefault' | 'why' | 'hasNumbers'>;

const NUMBERS: Content = { byDefault: true };

/** What the first cells of each column hold (numbers, if the file has no rows); undefined if more rows are needed to decide. */
function findNumbers(chunks: readonly RowChunk[], width: number, hasHeader: boolean): Content[] | undefined {
  const counts = new Array<number>(width).fill(0);
  const texts = new Array<TextCell | undefined>(width).fill(undefined);
  const decided = (i: number) => texts[i] !== undefined || counts[i]! >= DECISIVE_CELLS;
  let skip = hasHeader ? 1 : 0;
  let nRows = 0;
  for (const chunk of chunks) {
    const { rows, bytesRead, last } = chunk;
    for (const [r, row] of rows.entries()) {
      if (skip-- > 0 || isBlank(row)) continue;
      nRows++;
      for (let i = 0; i < width; i++) {
        const cell = row[i] ?? '';
        const isKnown = counts[i]! >= DECISIVE_CELLS || (texts[i] !== undefined && counts[i]! > 0);
        if (isKnown || isMissing(cell)) continue;
        if (!Number.isNaN(parseNumber(cell))) counts[i]!++;
        else texts[i] ??= { chunk, row: r, cell };
      }
    }
    const enough = last || bytesRead >= DECISIVE_BYTES || counts.every((_, i) => decided(i));
    if (enough) return nRows === 0 ? counts.map(() => NUMBERS) : contentsOf(counts, texts);
  }
  return undefined;
}

/** The first cell of a column that holds no number. */
interface TextCell {
  readonly chunk: RowChunk;
  readonly row: number;
  readonly cell: string;
}

function contentsOf(counts: readonly number[], texts: readonly (TextCell | undefined)[]): Content[] {
  // To find a line all cells before it are gone over, and in a wide file most texts are in the same row.
  const lines = new Map<RowChunk['rows'][number], number>();
  const lineOf = ({ chunk, row }: TextCell) => {
    const cells = chunk.rows[row]!;
    const line = lines.get(cells) ?? chunk.line + linesBefore(chunk.rows, row, chunk.newline);
    lines.set(cells, line);
    return line;
  };
  return counts.map((n, i) => {
    const text = texts[i];
    return contentOf(n, text && `line ${lineOf(text)} holds ${quote(text.cell)}`);
  });
}

function contentOf(numbers: number, text: string | undefined): Content {
  const why = text ?? 'its cells are empty';
  return numbers > 0 && text === undefined ? NUMBERS : { byDefault: false, why, hasNumbers: numbers > 0 };
}

/** A cell in quotes, cut where it is long. */
export function quote(cell: string): string {
  const text = cell.trim();
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
