import type { HostPoints } from 'emgpu';

/** All number columns of a source, as the worker holds them. */
export interface SourceTable {
  /** Of the file or the sample, for people. */
  readonly name: string;
  /** N × D, row-major; NaN where a cell is empty or infinite. */
  readonly data: HostPoints['data'];
  /** D names. */
  readonly columns: readonly string[];
  /** Those that a first look should take. */
  readonly suggested: readonly string[];
}

/** N */
export function countRows({ data, columns }: SourceTable): number {
  return data.length / columns.length;
}

/** So many columns make a picture. */
const SUGGESTED = 2;

/** The first columns that tell something of the rows; the first of all if there are no others. */
export function suggestColumns(data: HostPoints['data'], columns: readonly string[]): string[] {
  const telling = columns.filter((_, place) => tells(data, place, columns.length));
  return (telling.length > 0 ? telling : columns).slice(0, SUGGESTED);
}

/** In so many rows whole numbers do not rise from row to row by chance. */
const MANY = 20;

/** Whether a column is filled for the most part, is not one number everywhere, and does not number the rows: 0, 1, 2 … or 1000, 1007 … */
function tells(data: HostPoints['data'], place: number, nColumns: number): boolean {
  let [filled, varies, counts, rises] = [0, false, true, true];
  let before = Number.NaN;
  for (let i = place; i < data.length; i += nColumns) {
    const x = data[i]!;
    if (Number.isNaN(x)) {
      [counts, rises] = [false, false];
      continue;
    }
    varies ||= filled > 0 && x !== before;
    rises &&= Number.isInteger(x) && !(x <= before);
    counts &&= rises && (filled === 0 || x === before + 1);
    filled++;
    before = x;
  }
  const numbers = counts || (rises && filled >= MANY);
  return varies && !numbers && filled > data.length / nColumns / 2;
}
