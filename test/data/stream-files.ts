import { Table, tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { npy } from './tiny-npy.ts';

/** How a table is laid out in a file. */
export interface Layout {
  /** Rows of a row group or record batch. */
  readonly groupRows: number;
  /** Whether a Parquet file says where its pages lie. */
  readonly offsetIndex: boolean;
  /** Bytes of a page of a Parquet file; small by default, so that there are many. */
  readonly pageSize?: number;
  /** Whether NaN is written as null to Parquet. */
  readonly nulls?: boolean;
}

/** Columns of equal length, by name. NaN stands for itself. */
export type Columns = Readonly<Record<string, Float64Array | Float32Array>>;

/** Every format, as the file's name and its content. NPY knows no names: the columns are "0", "1", …. */
export const WRITERS: Readonly<Record<string, (columns: Columns, layout: Layout) => string | Uint8Array>> = {
  'a.csv': (columns) => toText(columns, ','),
  'a.tsv': (columns) => toText(columns, '\t'),
  'a.parquet': toParquet,
  'a.arrow': (columns, layout) => tableToIPC(toBatches(columns, layout), 'file'),
  'a.arrows': (columns, layout) => tableToIPC(toBatches(columns, layout), 'stream'),
  'a.npy': (columns) => toNpy(columns, false),
  'fortran.npy': (columns) => toNpy(columns, true),
};

/** What the columns are called in a file of that name. */
export function labelsIn(file: string, columns: Columns): string[] {
  return Object.keys(columns).map((name, i) => (file.endsWith('.npy') ? `${i}` : name));
}

function toText(columns: Columns, delimiter: string): string {
  const names = Object.keys(columns);
  const rows = Array.from(columns[names[0]!]!, (_, i) => names.map((name) => `${columns[name]![i]}`));
  return [names, ...rows].map((cells) => `${cells.join(delimiter)}\n`).join('');
}

export function toParquet(
  columns: Columns,
  { groupRows, offsetIndex, pageSize = 64, nulls = false }: Layout,
): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({
    name,
    data: nulls ? Array.from(data, (x) => (Number.isNaN(x) ? null : x)) : data,
    type: data instanceof Float32Array ? ('FLOAT' as const) : ('DOUBLE' as const),
    offsetIndex,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: groupRows, pageSize }));
}

function toBatches(columns: Columns, { groupRows }: Layout): Table {
  const n = Object.values(columns)[0]!.length;
  const parts = Array.from({ length: Math.ceil(n / groupRows) }, (_, i) =>
    tableFromArrays(
      Object.fromEntries(
        Object.entries(columns).map(([name, data]) => [name, data.slice(i * groupRows, (i + 1) * groupRows)]),
      ),
    ),
  );
  return new Table(parts.flatMap((part) => part.batches));
}

function toNpy(columns: Columns, fortran: boolean): Uint8Array {
  const all = Object.values(columns);
  const [n, d] = [all[0]!.length, all.length];
  const data = Float64Array.from({ length: n * d }, (_, i) =>
    fortran ? all[Math.floor(i / n)]![i % n]! : all[i % d]![Math.floor(i / d)]!,
  );
  return npy({ descr: '<f8', shape: [n, d], data, fortran });
}
