import { EmgpuError } from '../../errors.ts';
import type { TableBuilder } from '../table.ts';
import { type CsvLayout, findLayout, isInfinite, isMissing, parseNumber, quote } from './csv-columns.ts';
import { isBlank, linesBefore, type RowChunk, readRows } from './csv-rows.ts';
import type { FileSource, ReadRequest, TableFile } from './source.ts';

/** Small chunks, so that their cells are collected while young: with chunks of 1 MB, garbage collection made reading take 1.6 times as long. */
const CHUNK_BYTES = 128 * 2 ** 10;

/** Opens a file whose delimiter is guessed among comma, tab, bar and semicolon; see {@link openDelimited}. */
export function openCsv(source: FileSource, request: ReadRequest): Promise<TableFile> {
  return openDelimited(source, request);
}

/** Opens a file of tab-separated values; see {@link openDelimited}. */
export function openTsv(source: FileSource, request: ReadRequest): Promise<TableFile> {
  return openDelimited(source, request, '\t');
}

/**
 * Opens delimited text, which is read as float64. A row with too few cells misses the last ones; one with too many
 * (unless the surplus is blank) is an error, for then it is unclear which cell belongs to which column. Blank lines are
 * skipped, but in a file of one column those between rows are missing cells.
 */
export async function openDelimited(
  source: FileSource,
  request: ReadRequest,
  delimiter?: string,
  chunkBytes = CHUNK_BYTES,
): Promise<TableFile> {
  const rows = (from: FileSource, signal: AbortSignal | undefined) =>
    readRows(from, request.name, signal, chunkBytes, delimiter);
  const layout = await readLayout(rows(source, request.signal), request);
  return {
    columns: { labels: layout.labels, weighted: layout.weighted, leftOut: layout.leftOut, narrow: false },
    async *read(source, builder, signal) {
      const filler = new Filler(layout, request.name, builder);
      for await (const chunk of rows(source, signal)) {
        filler.add(chunk);
        yield chunk.bytesRead / source.size;
      }
    },
  };
}

/** Reads just far enough to see which columns hold numbers; the file is then read again from its start. */
async function readLayout(chunks: AsyncIterable<RowChunk>, request: ReadRequest): Promise<CsvLayout> {
  const seen: RowChunk[] = [];
  for await (const chunk of chunks) {
    seen.push(chunk);
    const layout = findLayout(seen, request);
    if (layout) return layout;
  }
  throw new EmgpuError('empty-file', `${request.name} holds only blank lines.`, 'Give a file with at least one row.');
}

/** Puts the cells of chunk after chunk into a table. */
class Filler {
  readonly #builder: TableBuilder;
  readonly #layout: CsvLayout;
  readonly #file: string;
  #headerRows: number;

  constructor(layout: CsvLayout, file: string, builder: TableBuilder) {
    this.#layout = layout;
    this.#file = file;
    this.#builder = builder;
    this.#headerRows = layout.hasHeader ? 1 : 0;
  }

  add(chunk: RowChunk): void {
    const { rows } = chunk;
    const builder = this.#builder;
    // The line of a row is found only when an error names it, by counting the lines of the rows before it.
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
  }

  #addRow(row: readonly string[], to: number, place: (row: number) => string): void {
    const { places, width } = this.#layout;
    if (row.length > width && row.slice(width).some((cell) => cell.trim() !== '')) this.#failWidth(row, place(to));
    for (let j = 0; j < places.length; j++) {
      const cell = row[places[j]!] ?? '';
      const x = parseNumber(cell);
      if (x - x === 0) this.#builder.set(to, j, x, '');
      else this.#addOdd(cell, x, to, j, place);
    }
  }

  /** A cell that holds no finite number. */
  #addOdd(cell: string, x: number, to: number, j: number, place: (row: number) => string): void {
    if (!Number.isNaN(x)) this.#builder.set(to, j, x, `holds ${quote(cell)}, beyond the largest float64`);
    else if (isMissing(cell)) {
      const none = isInfinite(cell) ? Number.POSITIVE_INFINITY : Number.NaN;
      this.#builder.set(to, j, none, cell.trim() === '' ? 'is empty' : `holds ${quote(cell)}`);
    } else {
      this.#builder.check(place);
      throw new EmgpuError(
        'not-a-number',
        `${this.#file}, ${place(to)}, column "${this.#layout.labels[j]}": ${quote(cell)} is not a number.`,
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
