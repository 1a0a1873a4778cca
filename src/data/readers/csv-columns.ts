import { type ChosenColumns, chooseColumns } from './columns.ts';
import { isBlank, type RowChunk } from './csv-rows.ts';
import type { ReadRequest } from './source.ts';

/** Which cells of a text file are read. */
export interface CsvLayout extends ChosenColumns {
  /** The number of cells of a row. */
  readonly width: number;
  /** Whether the first row holds names. */
  readonly hasHeader: boolean;
}

/** A column is taken for numbers when this many cells, not counting missing ones, are. */
const DECISIVE_CELLS = 1000;
/** But a sparse column shall not draw the whole file into memory: after this many bytes what was seen decides. */
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

/** The layout, or undefined as long as the first chunks do not decide which columns hold numbers. */
export function findLayout(chunks: readonly RowChunk[], request: ReadRequest): CsvLayout | undefined {
  const first = chunks.flatMap((chunk) => chunk.rows.slice(0, 1))[0];
  if (!first) return undefined;
  const hasHeader = isHeader(first);
  const width = first.length;
  const names = hasHeader ? nameColumns(first) : first.map((_, i) => `${i}`);
  const numeric = request.columns ? names.map(() => true) : findNumbers(chunks, width, hasHeader);
  if (!numeric) return undefined;
  const rowLabels = hasHeader && first[0]!.trim() === '';
  const offered = names.map((name, i) => ({
    name,
    type: 'text',
    readable: true,
    byDefault: numeric[i]! && !(rowLabels && i === 0 && width > 1),
  }));
  return { width, hasHeader, ...chooseColumns(offered, request) };
}

/**
 * A first row is a header when a cell is text, or when it is what pandas writes above unnamed columns: a blank cell and
 * then 0, 1, 2, …. A row of numbers with gaps is data.
 */
function isHeader(row: readonly string[]): boolean {
  if (row.some((cell) => Number.isNaN(parseNumber(cell)) && !isMissing(cell))) return true;
  return row.length > 1 && row.every((cell, i) => cell === (i === 0 ? '' : `${i - 1}`));
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

/** For each column whether its first cells are numbers (all, if there are none); undefined if more rows must tell. */
function findNumbers(chunks: readonly RowChunk[], width: number, hasHeader: boolean): boolean[] | undefined {
  const counts = new Array<number>(width).fill(0);
  const isText = new Array<boolean>(width).fill(false);
  const decided = (i: number) => isText[i]! || counts[i]! >= DECISIVE_CELLS;
  let skip = hasHeader ? 1 : 0;
  let nRows = 0;
  for (const { rows, bytesRead, last } of chunks) {
    for (const row of rows) {
      if (skip-- > 0 || isBlank(row)) continue;
      nRows++;
      for (let i = 0; i < width; i++) {
        const cell = row[i] ?? '';
        if (decided(i) || isMissing(cell)) continue;
        if (Number.isNaN(parseNumber(cell))) isText[i] = true;
        else counts[i]!++;
      }
    }
    const enough = last || bytesRead >= DECISIVE_BYTES || counts.every((_, i) => decided(i));
    if (enough) return counts.map((n, i) => nRows === 0 || (n > 0 && !isText[i]));
  }
  return undefined;
}
