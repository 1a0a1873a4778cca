import { EmgpuError, type HostPoints } from 'emgpu';
import type { SourceTable } from './source-table.ts';
import type { Preparation } from './types.ts';

/** Reads the chosen cells of one row after another, under their logarithms. */
export class RowReader {
  /** Of the row read last: one number for each chosen column. */
  readonly cells: Float64Array;
  readonly #data: HostPoints['data'];
  readonly #stride: number;
  readonly #places: readonly number[];
  readonly #logged: readonly boolean[];

  /** Throws `invalid-option` and `missing-column`. */
  constructor({ name, data, columns }: SourceTable, { columns: chosen, log }: Preparation) {
    if (chosen.length === 0) throw new EmgpuError('invalid-option', 'No column is chosen.', 'Choose at least one.');
    this.#data = data;
    this.#stride = columns.length;
    this.#logged = chosen.map((column) => log.includes(column));
    this.#places = chosen.map((column) => {
      const place = columns.indexOf(column);
      if (place >= 0) return place;
      throw new EmgpuError('missing-column', `${name} has no column of numbers "${column}".`, 'Choose other columns.');
    });
    this.cells = new Float64Array(chosen.length);
  }

  /** Fills {@link cells}; false if one of them is empty, or has no logarithm. */
  read(row: number): boolean {
    for (let d = 0; d < this.#places.length; d++) {
      const x = this.#data[row * this.#stride + this.#places[d]!]!;
      if (this.#logged[d] ? !(x > 0) : Number.isNaN(x)) return false;
      this.cells[d] = this.#logged[d] ? Math.log10(x) : x;
    }
    return true;
  }
}
