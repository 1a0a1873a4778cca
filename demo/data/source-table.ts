import type { HostPoints } from 'emgpu';

/** All number columns of a source, as the worker holds them. */
export interface SourceTable {
  /** Of the file or the sample, for people. */
  readonly name: string;
  /** N × D, row-major; NaN where a cell is empty. */
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

/** The first columns that do not merely number the rows; the first of all if there are no others. */
export function suggestColumns(data: HostPoints['data'], columns: readonly string[]): string[] {
  const telling = columns.filter((_, place) => !numbersRows(data, place, columns.length));
  return (telling.length > 0 ? telling : columns).slice(0, SUGGESTED);
}

/** Whether a column counts 0, 1, 2, … or so from another whole number on. */
function numbersRows(data: HostPoints['data'], place: number, nColumns: number): boolean {
  const first = data[place]!;
  if (!Number.isInteger(first)) return false;
  for (let i = place, expected = first; i < data.length; i += nColumns, expected++) {
    if (data[i] !== expected) return false;
  }
  return data.length > nColumns;
}
