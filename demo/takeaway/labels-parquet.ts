import type { ColumnSource } from 'hyparquet-writer';
import { turn } from '../shared/turn.ts';
import type { WriteCall } from './blocks.ts';
import { columnNames, type LabelTable } from './labels.ts';

/** Numbers in a row group: large enough that readers are quick, small enough that the page goes on answering while one is written. */
const NUMBERS_PER_GROUP = 2 ** 16;

/**
 * Labels, and responsibilities if there are some, as Parquet: `row` and `label` as whole numbers, `p0`, `p1`, … in the precision that they
 * were computed in. The library that writes it is loaded at the first call.
 */
export async function labelsParquet(table: LabelTable, { signal, onProgress }: WriteCall = {}): Promise<Blob> {
  const { ByteWriter, ParquetWriter, schemaFromColumnData } = await import('hyparquet-writer');
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columnsOf(table, 0, 0) });
  const file = new ParquetWriter({ writer, schema, createdBy: 'emgpu' });
  const parts: Blob[] = [];
  const flush = () => {
    parts.push(new Blob([writer.getBytes()]));
    writer.index = 0;
  };
  const nRows = table.labels.length;
  const rows = Math.ceil(NUMBERS_PER_GROUP / columnNames(table).length);
  for (let from = 0; from < nRows; from += rows) {
    signal?.throwIfAborted();
    const to = Math.min(nRows, from + rows);
    file.write({ columnData: columnsOf(table, from, to), rowGroupSize: rows });
    flush();
    onProgress?.(to / nRows);
    await turn();
  }
  signal?.throwIfAborted();
  file.finish();
  flush();
  return new Blob(parts, { type: 'application/vnd.apache.parquet' });
}

/** Rows `from` to `to` (exclusive), column by column. */
function columnsOf(table: LabelTable, from: number, to: number): ColumnSource[] {
  const { labels, responsibilities, rowNumbers } = table;
  const [rowName, labelName, ...names] = columnNames(table);
  const rows = rowNumbers?.subarray(from, to) ?? Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return [
    wholeNumbers(rowName!, rows),
    wholeNumbers(labelName!, labels.subarray(from, to)),
    ...names.map((name, k) => shares(name, responsibilities!, k, from, to)),
  ];
}

/** Counts of rows and components stay below 2³¹. */
function wholeNumbers(name: string, data: Uint32Array): ColumnSource {
  return { name, data: Int32Array.from(data), type: 'INT32', nullable: false };
}

/** Column k of the responsibilities. They hardly repeat: compressing them takes time and saves nothing. */
function shares(
  name: string,
  { data, nComponents: K }: NonNullable<LabelTable['responsibilities']>,
  k: number,
  from: number,
  to: number,
): ColumnSource {
  const isSingle = data instanceof Float32Array;
  const column = isSingle ? new Float32Array(to - from) : new Float64Array(to - from);
  for (let i = from; i < to; i++) column[i - from] = data[i * K + k]!;
  return {
    name,
    data: column,
    type: isSingle ? 'FLOAT' : 'DOUBLE',
    nullable: false,
    encoding: 'PLAIN',
    codec: 'UNCOMPRESSED',
  };
}
