import { EmgpuError } from '../../errors.ts';
import { type Table, TableBuilder } from '../table.ts';
import { type CsvLayout, findLayout, isMissing, parseNumber } from './csv-columns.ts';
import { isBlank, linesBefore, type RowChunk, readRows } from './csv-rows.ts';
import type { FileSource, ReadRequest } from './source.ts';

/** Small enough that the cells of a chunk die young: chunks of 1 MB took 1.6 times as long, for garbage collection. */
const CHUNK_BYTES = 128 * 2 ** 10;

/** Reads a file whose delimiter is guessed among comma, tab, bar and semicolon; see {@link readDelimited}. */
export function readCsv(source: FileSource, request: ReadRequest): Promise<Table> {
  return readDelimited(source, request);
}

/** Reads a file of tab-separated values; see {@link readDelimited}. */
export function readTsv(source: FileSource, request: ReadRequest): Promise<Table> {
  return readDelimited(source, request, '\t');
}

/**
 * Reads delimited text into float64 points. A row with too few cells misses the last ones; one with too many (unless the
 * surplus is blank) is an error, for then it is unclear which cell belongs to which column. Blank lines are skipped, but
 * in a file of one column those between rows are missing cells.
 */
export async function readDelimited(
  source: FileSource,
  request: ReadRequest,
  delimiter?: string,
  chunkBytes = CHUNK_BYTES,
): Promise<Table> {
  const waiting: RowChunk[] = [];
  let filler: Filler | undefined;
  for await (const chunk of readRows(source, request, chunkBytes, delimiter)) {
    if (!filler) {
      waiting.push(chunk);
      const layout = findLayout(waiting, request);
      if (layout) {
        filler = new Filler(layout, request, source.size);
        for (const early of waiting.splice(0)) filler.add(early);
      }
    } else {
      filler.add(chunk);
    }
    request.onProgress(chunk.bytesRead / source.size);
  }
  if (filler) return filler.builder.finish();
  throw new EmgpuError('empty-file', `${request.name} holds only blank lines.`, 'Give a file with at least one row.');
}

/** Puts the cells of chunk after chunk into a table. */
class Filler {
  readonly builder: TableBuilder;
  readonly #layout: CsvLayout;
  readonly #file: string;
  readonly #size: number;
  #headerRows: number;
  #rows = 0;

  constructor(layout: CsvLayout, { name, missing }: ReadRequest, size: number) {
    this.#layout = layout;
    this.#file = name;
    this.#size = size;
    this.#headerRows = layout.hasHeader ? 1 : 0;
    this.builder = new TableBuilder({ file: name, names: layout.names, narrow: false, missing, expectedRows: 0 });
  }

  add(chunk: RowChunk): void {
    const { rows } = chunk;
    const { builder } = this;
    // The line of a row is looked up only when an error names it: the rows before it are counted again then.
    const places: number[] = [];
    const place = (row: number) => `line ${chunk.line + linesBefore(rows, places[row]!, chunk.newline)}`;
    builder.open(rows.length);
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      if (this.#headerRows > 0) {
        this.#headerRows--;
      } else if (this.#layout.width === 1 || !isBlank(row)) {
        places.push(r);
        this.#addRow(row, places.length - 1, place);
      }
    }
    builder.close(places.length, place);
    this.#rows += places.length;
    // Two percent more than the rows so far let expect: growing again costs a copy of everything.
    builder.expectRows(1.02 * this.#rows * (this.#size / chunk.bytesRead));
  }

  #addRow(row: readonly string[], to: number, place: (row: number) => string): void {
    const { places, width } = this.#layout;
    if (row.length > width && row.slice(width).some((cell) => cell.trim() !== '')) this.#failWidth(row, place(to));
    for (let j = 0; j < places.length; j++) {
      const cell = row[places[j]!] ?? '';
      const x = parseNumber(cell);
      if (x - x === 0) this.builder.set(to, j, x, '');
      else this.#addOdd(cell, x, to, j, place);
    }
  }

  /** A cell that holds no finite number. */
  #addOdd(cell: string, x: number, to: number, j: number, place: (row: number) => string): void {
    if (!Number.isNaN(x)) this.builder.set(to, j, x, `holds ${quote(cell)}, beyond the largest float64`);
    else if (isMissing(cell)) {
      this.builder.set(to, j, Number.NaN, cell.trim() === '' ? 'is empty' : `holds ${quote(cell)}`);
    } else {
      this.builder.check(place);
      throw new EmgpuError(
        'not-a-number',
        `${this.#file}, ${place(to)}, column "${this.#layout.names[j]}": ${quote(cell)} is not a number.`,
        'Correct the cell (decimals take a point, thousands no separator), or choose columns of numbers.',
      );
    }
  }

  #failWidth(row: readonly string[], where: string): never {
    throw new EmgpuError(
      'unreadable-file',
      `${this.#file}, ${where}: the row has ${row.length} cells, the first row of the file has ${this.#layout.width}.`,
      'Quote cells that hold the delimiter, and give every column a name.',
    );
  }
}

function quote(cell: string): string {
  const text = cell.trim();
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
