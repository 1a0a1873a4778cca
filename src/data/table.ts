import { EmgpuError } from '../errors.ts';
import type { HostPoints } from './points.ts';

/** Columns of numbers read from a file. */
export interface Table {
  /** N × D finite numbers: float32 when every column's type fits in it exactly, else float64. */
  readonly points: HostPoints;
  /** D names. */
  readonly featureNames: readonly string[];
  /** Rows left out because a cell was missing; 0 unless `missing: 'drop'`. */
  readonly nDropped: number;
  /** Only when rows were dropped: for each of the N rows its number in the file, counted from 0 without the header. */
  readonly rowNumbers?: Uint32Array;
}

export interface TableShape {
  /** The file's name, for messages. */
  readonly file: string;
  /** D names. */
  readonly names: readonly string[];
  /** Whether every column fits exactly in float32. */
  readonly narrow: boolean;
  /** What to do about rows with a cell that is null or not finite. */
  readonly missing: 'error' | 'drop';
  /** The number of rows, as far as it is known. */
  readonly expectedRows: number;
}

interface BadCell {
  readonly row: number;
  readonly column: number;
  readonly what: string;
}

/**
 * Gathers points block by block: {@link open} a block of rows, fill all its cells in any order, {@link close} it. Rows
 * with a cell that is not finite are an error (the first such cell in reading order is named) or are left out.
 */
export class TableBuilder {
  readonly #shape: TableShape;
  #expectedRows: number;
  #data: Float32Array | Float64Array;
  #rowNumbers: Uint32Array | undefined;
  /** Rows of closed blocks, and those of them that were kept. */
  #seen = 0;
  #kept = 0;
  /** About the open block: the rows to leave out, and the first bad cell. */
  #badRows: Uint8Array | undefined;
  #badCell: BadCell | undefined;

  constructor(shape: TableShape) {
    this.#shape = shape;
    this.#expectedRows = shape.expectedRows;
    this.#data = allocate(shape, 0);
  }

  /** Corrects the number of rows expected; a good guess saves copying. */
  expectRows(n: number): void {
    this.#expectedRows = n;
  }

  /** Begins a block of at most `nRows` rows. */
  open(nRows: number): void {
    const d = this.#shape.names.length;
    const rows = this.#kept + nRows;
    if (rows * d > this.#data.length) this.#grow(Math.max(rows, this.#expectedRows, 1.5 * (this.#data.length / d)));
    this.#badRows = this.#shape.missing === 'drop' ? new Uint8Array(nRows) : undefined;
    this.#badCell = undefined;
  }

  /** Sets one cell of the open block. `what` completes the sentence "the cell …" if `x` is not finite. */
  set(row: number, column: number, x: number, what: string): void {
    this.#data[(this.#kept + row) * this.#shape.names.length + column] = x;
    if (x - x !== 0) this.#note({ row, column, what });
  }

  /**
   * Sets cells of one column of the open block, from row `start` on: `values[offset]`, `values[offset + stride]`, …
   * Big integers are rounded to the nearest float64, booleans become 0 and 1, null and undefined are missing.
   */
  setColumn(column: number, start: number, values: ArrayLike<unknown>, offset = 0, stride = 1): void {
    const data = this.#data;
    const d = this.#shape.names.length;
    let o = (this.#kept + start) * d + column;
    for (let i = offset, row = start; i < values.length; i += stride, row++, o += d) {
      const value = values[i];
      const x = typeof value === 'number' ? value : toNumber(value);
      data[o] = x;
      if (x - x !== 0) this.#note({ row, column, what: value == null ? 'is empty (null)' : `is ${x}` });
    }
  }

  /** Ends the block after `nRows` rows; throws `non-finite`. `place` names a row of the block in words. */
  close(nRows: number, place: (row: number) => string): void {
    this.check(place);
    if (this.#badRows && this.#badCell) this.#compact(nRows, this.#badRows);
    else this.#keep(nRows);
    this.#seen += nRows;
    this.#badRows = undefined;
  }

  /** Throws `non-finite` if the open block holds a bad cell and such rows are not dropped. */
  check(place: (row: number) => string): void {
    const bad = this.#badCell;
    if (!bad || this.#badRows) return;
    throw new EmgpuError(
      'non-finite',
      `${this.#shape.file}, ${place(bad.row)}, column "${this.#shape.names[bad.column]}": the cell ${bad.what}; every number must be there and finite.`,
      "Fill or remove such rows, or leave them out with missing: 'drop' (on the command line: --drop-missing).",
    );
  }

  /** The table; throws `empty-file` when no row is left. */
  finish(): Table {
    const { names, file } = this.#shape;
    const nDropped = this.#seen - this.#kept;
    if (this.#kept === 0) {
      throw new EmgpuError(
        'empty-file',
        nDropped > 0
          ? `All ${nDropped} rows of ${file} miss a number in the columns ${names.join(', ')}; none is left.`
          : `${file} holds no rows of data.`,
        nDropped > 0 ? 'Choose columns that hold more numbers.' : 'Give a file with at least one row.',
      );
    }
    const data = trim(this.#data, this.#kept * names.length);
    return {
      points: { data, nFeatures: names.length, featureNames: names },
      featureNames: names,
      nDropped,
      ...(this.#rowNumbers ? { rowNumbers: this.#rowNumbers.slice(0, this.#kept) } : {}),
    };
  }

  #note(bad: BadCell): void {
    if (this.#badRows) this.#badRows[bad.row] = 1;
    const first = this.#badCell;
    if (!first || bad.row < first.row || (bad.row === first.row && bad.column < first.column)) this.#badCell = bad;
  }

  #keep(nRows: number): void {
    if (this.#rowNumbers) for (let i = 0; i < nRows; i++) this.#rowNumbers[this.#kept + i] = this.#seen + i;
    this.#kept += nRows;
  }

  /** Moves the good rows of the block together. */
  #compact(nRows: number, badRows: Uint8Array): void {
    const d = this.#shape.names.length;
    const first = this.#kept;
    this.#rowNumbers ??= identity(this.#data.length / d, this.#kept);
    for (let i = 0; i < nRows; i++) {
      if (badRows[i]) continue;
      const from = (first + i) * d;
      this.#data.copyWithin(this.#kept * d, from, from + d);
      this.#rowNumbers[this.#kept++] = this.#seen + i;
    }
  }

  #grow(rows: number): void {
    const n = Math.ceil(rows);
    const data = allocate(this.#shape, n);
    data.set(this.#data.subarray(0, this.#kept * this.#shape.names.length));
    this.#data = data;
    if (this.#rowNumbers) {
      const rowNumbers = new Uint32Array(n);
      rowNumbers.set(this.#rowNumbers.subarray(0, this.#kept));
      this.#rowNumbers = rowNumbers;
    }
  }
}

function toNumber(value: unknown): number {
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}

function identity(length: number, used: number): Uint32Array {
  const numbers = new Uint32Array(length);
  for (let i = 0; i < used; i++) numbers[i] = i;
  return numbers;
}

function allocate({ narrow, names, file }: TableShape, rows: number): Float32Array | Float64Array {
  try {
    return narrow ? new Float32Array(rows * names.length) : new Float64Array(rows * names.length);
  } catch (cause) {
    throw new EmgpuError(
      'out-of-memory',
      `${rows} rows × ${names.length} columns of ${file} do not fit into memory.`,
      'Choose fewer columns or split the file.',
      { cause },
    );
  }
}

/** A view when little is wasted, else a copy, so that a small table does not hold on to a large buffer. */
function trim(data: Float32Array | Float64Array, length: number): Float32Array | Float64Array {
  return length > 0.75 * data.length ? data.subarray(0, length) : data.slice(0, length);
}
