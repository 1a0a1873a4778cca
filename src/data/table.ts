import { EmgpuError } from '../errors.ts';
import { areNumbers, copyColumn } from './copy-column.ts';
import { enlarge, identity, trim } from './growing.ts';
import type { HostPoints } from './points.ts';
import type { Room } from './rechunk.ts';
import { isWeight, WEIGHTS_ARE } from './weights.ts';

/** A column of a file that was not taken, as no columns were named and it does not hold numbers alone. */
export interface LeftOutColumn {
  readonly name: string;
  /** Completes the sentence "it was left out: …", for instance `line 4 holds "oops"`. */
  readonly why: string;
  /** Whether some of its cells are numbers, so that a slip may be the cause. */
  readonly hasNumbers: boolean;
}

/** Columns of numbers read from a file. */
export interface Table {
  /**
   * N × D finite numbers (with `missing: 'keep'` also NaN): float32 when every column's type fits in it exactly, else
   * float64. Weights, if a column of them was named, are float64.
   */
  readonly points: HostPoints;
  /** D names. */
  readonly featureNames: readonly string[];
  /** Rows left out because a cell was missing; 0 unless `missing: 'drop'`. */
  readonly nDropped: number;
  /** Columns that were not taken; none where columns were named. */
  readonly leftOut: readonly LeftOutColumn[];
  /** Only when rows were dropped: for each of the N rows its number in the file, counted from 0 without the header. */
  readonly rowNumbers?: Uint32Array;
}

/** What becomes of a missing cell: an error, its row is left out, or it is kept as NaN. */
export type Missing = 'error' | 'drop' | 'keep';

/** The columns that are read from a file. */
export interface ColumnSet {
  /** D names of features and then, where there are weights, the name of their column. */
  readonly labels: readonly string[];
  /** Whether the last column holds weights. */
  readonly weighted: boolean;
  /** Whether every feature fits exactly in float32. */
  readonly narrow: boolean;
  /** Columns that are not read. */
  readonly leftOut: readonly LeftOutColumn[];
}

export interface TableShape extends ColumnSet {
  /** The file's name, for messages. */
  readonly file: string;
  readonly missing: Missing;
  /** Whether infinities are kept as NaN, as missing cells are. */
  readonly survey?: boolean;
  /** The number of rows, as far as it is known. */
  readonly expectedRows: number;
  /** Offers memory for a block of at most so many rows that is taken before the next one. */
  readonly room?: ((rows: number) => Room | undefined) | undefined;
}

interface BadCell {
  readonly row: number;
  readonly column: number;
  readonly what: string;
}

/**
 * Gathers points block by block: {@link open} a block of rows, fill all its cells in any order, {@link close} it. Rows
 * with a cell that is not finite are an error (which names the first such cell in reading order) or are left out; where
 * missing cells are kept, only infinities (unless in a survey) and weights are treated so. {@link finish} returns all rows, or {@link take} the rows
 * of each block.
 */
export class TableBuilder {
  readonly #shape: TableShape;
  /** D */
  readonly #width: number;
  /** D names */
  readonly #names: readonly string[];
  #expectedRows: number;
  /** Memory for all rows that were kept, or for the open block: the builder's own, or what was offered for the block. */
  #data: Float32Array | Float64Array;
  #weights: Float64Array | undefined;
  #own: Room;
  #rowNumbers: Uint32Array | undefined;
  /** Rows of closed blocks. */
  #seen = 0;
  /** Rows of closed blocks that were left out. */
  #dropped = 0;
  /** Rows of closed blocks that were kept and not taken. */
  #kept = 0;
  /** The rows of the open block that are to be left out. */
  #badRows: Uint8Array | undefined;
  /** The first bad cell of the open block. */
  #badCell: BadCell | undefined;

  constructor(shape: TableShape) {
    this.#shape = shape;
    this.#names = shape.weighted ? shape.labels.slice(0, -1) : shape.labels;
    this.#width = this.#names.length;
    this.#expectedRows = shape.expectedRows;
    this.#data = shape.narrow ? new Float32Array() : new Float64Array();
    this.#weights = shape.weighted ? new Float64Array() : undefined;
    this.#own = { data: this.#data, weights: this.#weights };
  }

  /** The number of rows kept (and not taken) so far. */
  get kept(): number {
    return this.#kept;
  }

  /** The number of rows left out so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Corrects the number of rows expected; a good guess saves copying. */
  expectRows(n: number): void {
    this.#expectedRows = n;
  }

  /** Begins a block of at most `nRows` rows. */
  open(nRows: number): void {
    if (this.#kept === 0) {
      const { data, weights } = this.#shape.room?.(nRows) ?? this.#own;
      this.#data = data;
      this.#weights = weights;
    }
    const rows = this.#kept + nRows;
    const room = this.#data.length / this.#width;
    if (rows > room) this.#grow(Math.ceil(Math.max(rows, this.#expectedRows, 1.5 * room)));
    this.#badRows = this.#shape.missing === 'drop' ? new Uint8Array(nRows) : undefined;
    this.#badCell = undefined;
  }

  /**
   * Sets one cell of the open block; column D holds the weights, if there are any. `what` completes the sentence "the
   * cell …" if `x` is not finite.
   */
  set(row: number, column: number, x: number, what: string): void {
    if (column < this.#width) this.#data[(this.#kept + row) * this.#width + column] = x;
    else this.#weights![this.#kept + row] = x;
    if (x - x !== 0) this.#note(x, { row, column, what });
  }

  /**
   * Sets cells of one column of the open block, from row `start` on: `values[offset]`, `values[offset + stride]`, …
   * Big integers are rounded to the nearest float64, booleans become 0 and 1, null and undefined are missing.
   */
  setColumn(column: number, start: number, values: ArrayLike<unknown>, offset = 0, stride = 1): void {
    const isFeature = column < this.#width;
    const data = isFeature ? this.#data : this.#weights!;
    const step = isFeature ? this.#width : 1;
    let o = (this.#kept + start) * step + (isFeature ? column : 0);
    if (areNumbers(values) && copyColumn(values, offset, stride, data, o, step)) return;
    for (let i = offset, row = start; i < values.length; i += stride, row++, o += step) {
      const value = values[i];
      const x = typeof value === 'number' ? value : toNumber(value);
      data[o] = x;
      if (x - x !== 0) this.#note(x, { row, column, what: value == null ? 'is empty (null)' : `is ${x}` });
    }
  }

  /** Ends the block after `nRows` rows; throws `non-finite` and `invalid-weights`. `place` names a row of the block in words. */
  close(nRows: number, place: (row: number) => string): void {
    this.check(place);
    if (this.#weights) this.#checkWeights(this.#weights, nRows, place);
    if (this.#badRows && this.#badCell) this.#compact(nRows, this.#badRows);
    else this.#keep(nRows);
    this.#seen += nRows;
    this.#badRows = undefined;
  }

  /** Throws `non-finite` if the open block holds a bad cell and such rows are not dropped. */
  check(place: (row: number) => string): void {
    const bad = this.#badCell;
    if (!bad || this.#badRows) return;
    const { file, labels, missing } = this.#shape;
    const isFeature = bad.column < this.#width;
    const isKept = missing === 'keep' && isFeature;
    const gaps =
      " A mixture can take rows with gaps as they are: missing: 'keep' here and missing: 'em' there (--missing em).";
    throw new EmgpuError(
      'non-finite',
      `${file}, ${place(bad.row)}, column "${labels[bad.column]}": the cell ${bad.what}; every number must be ${isKept ? '' : 'there and '}finite.`,
      `Correct such cells, or leave their rows out with missing: 'drop' (on the command line: --missing drop).${isFeature && !isKept ? gaps : ''}`,
    );
  }

  /** The rows kept since the last call: views that are valid until the next block is opened. */
  take(): HostPoints {
    const points = this.#points(
      this.#data.subarray(0, this.#kept * this.#width),
      this.#weights?.subarray(0, this.#kept),
    );
    this.#kept = 0;
    this.#rowNumbers = undefined;
    return points;
  }

  /** The table; throws `empty-file` when no row is left. */
  finish(): Table {
    const nDropped = this.#dropped;
    if (this.#kept === 0) throw noRows(this.#shape.file, this.#shape.labels, nDropped);
    const data = trim(this.#data, this.#kept * this.#width);
    return {
      points: this.#points(data, this.#weights && trim(this.#weights, this.#kept)),
      featureNames: this.#names,
      nDropped,
      leftOut: this.#shape.leftOut,
      ...(this.#rowNumbers ? { rowNumbers: this.#rowNumbers.slice(0, this.#kept) } : {}),
    };
  }

  #points(data: Float32Array | Float64Array, sampleWeight: Float64Array | undefined): HostPoints {
    const points = { data, nFeatures: this.#width, featureNames: this.#names };
    return sampleWeight ? { ...points, sampleWeight } : points;
  }

  #note(x: number, bad: BadCell): void {
    const { missing, survey } = this.#shape;
    if (missing === 'keep' && bad.column < this.#width && (Number.isNaN(x) || survey)) {
      this.#data[(this.#kept + bad.row) * this.#width + bad.column] = Number.NaN;
      return;
    }
    if (this.#badRows) this.#badRows[bad.row] = 1;
    const first = this.#badCell;
    if (!first || bad.row < first.row || (bad.row === first.row && bad.column < first.column)) this.#badCell = bad;
  }

  /** Throws `invalid-weights` for the first number that is no weight. Missing weights were dealt with before: an error, or the row is left out. */
  #checkWeights(weights: Float64Array, nRows: number, place: (row: number) => string): void {
    for (let i = 0; i < nRows; i++) {
      const w = weights[this.#kept + i]!;
      if (isWeight(w) || this.#badRows?.[i]) continue;
      const { file, labels } = this.#shape;
      throw new EmgpuError(
        'invalid-weights',
        `${file}, ${place(i)}, column "${labels.at(-1)}": the weight is ${w}; weights must be ${WEIGHTS_ARE}.`,
        'Correct or leave out such rows.',
      );
    }
  }

  #keep(nRows: number): void {
    if (this.#rowNumbers) for (let i = 0; i < nRows; i++) this.#rowNumbers[this.#kept + i] = this.#seen + i;
    this.#kept += nRows;
  }

  /** Moves the good rows of the block together, over the bad ones. */
  #compact(nRows: number, badRows: Uint8Array): void {
    const d = this.#width;
    const first = this.#kept;
    this.#rowNumbers ??= identity(this.#data.length / d, this.#kept);
    for (let i = 0; i < nRows; i++) {
      if (badRows[i]) {
        this.#dropped++;
        continue;
      }
      const from = (first + i) * d;
      this.#data.copyWithin(this.#kept * d, from, from + d);
      if (this.#weights) this.#weights[this.#kept] = this.#weights[first + i]!;
      this.#rowNumbers[this.#kept++] = this.#seen + i;
    }
  }

  #grow(rows: number): void {
    const { file, labels } = this.#shape;
    try {
      this.#data = enlarge(this.#data, rows * this.#width, this.#kept * this.#width);
      this.#weights &&= enlarge(this.#weights, rows, this.#kept);
      this.#rowNumbers &&= enlarge(this.#rowNumbers, rows, this.#kept);
      this.#own = { data: this.#data, weights: this.#weights };
    } catch (cause) {
      throw new EmgpuError(
        'out-of-memory',
        `${rows} rows × ${labels.length} columns of ${file} do not fit into memory.`,
        'Choose fewer columns or split the file.',
        { cause },
      );
    }
  }
}

function toNumber(value: unknown): number {
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : Number.NaN;
}

/** The error for a file in which no row is left. */
export function noRows(file: string, labels: readonly string[], nDropped: number): EmgpuError {
  if (nDropped === 0) {
    return new EmgpuError('empty-file', `${file} holds no rows of data.`, 'Give a file with at least one row.');
  }
  return new EmgpuError(
    'empty-file',
    `All ${nDropped} rows of ${file} miss a number in the columns ${labels.join(', ')}; none is left.`,
    'Choose columns that hold more numbers.',
  );
}
