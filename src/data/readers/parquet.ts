import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';
import { throwIfAborted } from '../../errors.ts';
import { type Table, TableBuilder } from '../table.ts';
import { chooseColumns, type OfferedColumn, ROW_LABELS } from './columns.ts';
import { type FileSource, latin1, type ReadRequest, readBytes, truncated } from './source.ts';

/** A row group: its rows and, in bytes, where the column chunks wanted from it end. */
interface RowGroup {
  readonly start: number;
  readonly rows: number;
  readonly end: number;
}

interface ParquetColumn extends OfferedColumn {
  readonly narrow: boolean;
}

/** Times become numbers, not `Date` objects: milliseconds since 1970 UTC. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros) => Number(micros) / 1e3,
  timestampFromNanoseconds: (nanos) => Number(nanos) / 1e6,
  dateFromDays: (days) => days * 86_400_000,
};

/**
 * Reads top-level columns of a Parquet file, row group by row group and only the bytes of those columns. Integers beyond
 * 2⁵³ and decimals are rounded to float64; nulls are missing values. Nested columns are not read.
 */
export async function readParquet(source: FileSource, request: ReadRequest): Promise<Table> {
  const { name, missing, signal } = request;
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file: AsyncBuffer = {
    byteLength: source.size,
    slice: async (start, end) => (await readBytes(source, start, end ?? source.size)).buffer,
  };
  await checkEnds(source, name);
  const metadata = await parquetMetadataAsync(file, { parsers: PARSERS, geoparquet: false });
  metadata.schema.forEach(completeType);
  const offered = parquetSchema(metadata).children.map(describe);
  const places = chooseColumns(name, offered, request.columns);
  const names = places.map((place) => offered[place]!.name);
  const groups = findRowGroups(metadata, names);
  const nRows = groups.reduce((n, group) => n + group.rows, 0);
  const narrow = places.every((place) => offered[place]!.narrow);
  const builder = new TableBuilder({ file: name, names, narrow, missing, expectedRows: nRows });
  for (const { start, rows, end } of groups) {
    throwIfAborted(signal);
    if (end > source.size) throw truncated(name, `its columns reach to byte ${end}, it has ${source.size}`);
    builder.open(rows);
    await readGroup(parquetRead, { file, metadata, compressors, parsers: PARSERS }, names, start, rows, builder);
    builder.close(rows, (row) => `row ${start + row + 1}`);
    request.onProgress((start + rows) / nRows);
  }
  return builder.finish();
}

async function readGroup(
  parquetRead: typeof import('hyparquet').parquetRead,
  options: { file: AsyncBuffer; metadata: FileMetaData; compressors: Compressors; parsers: Partial<ParquetParsers> },
  names: readonly string[],
  start: number,
  rows: number,
  builder: TableBuilder,
): Promise<void> {
  const filled = names.map(() => 0);
  await parquetRead({
    ...options,
    columns: [...names],
    rowStart: start,
    rowEnd: start + rows,
    onPage: ({ pathInSchema, columnData, rowStart }) => {
      const column = names.indexOf(pathInSchema[0]!);
      if (rowStart + columnData.length > start + rows) throw new Error(`column ${pathInSchema[0]} has too many rows`);
      builder.setColumn(column, rowStart - start, columnData);
      filled[column]! += columnData.length;
    },
  });
  // Without this check the cells of a chunk that ends early would stay 0.
  const short = filled.findIndex((n) => n !== rows);
  if (short >= 0)
    throw new Error(`column ${names[short]} has ${filled[short]} of ${rows} rows from row ${start + 1} on`);
}

async function checkEnds(source: FileSource, name: string): Promise<void> {
  const head = latin1(await readBytes(source, 0, 4));
  if (head !== 'PAR1') throw new Error('it does not begin with PAR1');
  const tail = await readBytes(source, Math.max(0, source.size - 8), source.size);
  const footer = tail.length === 8 ? new DataView(tail.buffer).getUint32(0, true) : 0;
  if (source.size < 12 || latin1(tail.subarray(4)) !== 'PAR1' || footer + 12 > source.size) {
    throw truncated(name, 'the footer of a Parquet file is missing');
  }
}

function findRowGroups({ row_groups }: FileMetaData, names: readonly string[]): RowGroup[] {
  let start = 0;
  return row_groups.map(({ num_rows, columns }) => {
    const ends = columns.flatMap(({ meta_data: chunk }) =>
      chunk && names.includes(chunk.path_in_schema[0]!)
        ? [Number((chunk.dictionary_page_offset || chunk.data_page_offset) + chunk.total_compressed_size)]
        : [],
    );
    const group = { start, rows: Number(num_rows), end: Math.max(0, ...ends) };
    start += group.rows;
    return group;
  });
}

/** hyparquet converts decimals and dates only by the older of Parquet's two ways to write a type; this adds it. */
function completeType(element: SchemaElement): void {
  const { logical_type: logical, converted_type: converted } = element;
  if (converted) return;
  if (logical?.type === 'DATE') element.converted_type = 'DATE';
  if (logical?.type === 'DECIMAL') {
    element.converted_type = 'DECIMAL';
    element.scale = logical.scale;
  }
}

const SMALL_INTEGERS = new Set<string | undefined>(['INT_8', 'INT_16', 'UINT_8', 'UINT_16']);
const NUMBERS = new Set<string | undefined>(['DECIMAL', 'INT_32', 'INT_64', 'UINT_32', 'UINT_64', ...SMALL_INTEGERS]);
const TIMES = /^(?:DATE|TIME)/;

function describe({ element, children }: SchemaTree): ParquetColumn {
  const { name, type = 'nested', converted_type: converted, logical_type: logical, repetition_type } = element;
  const annotation = logical?.type ?? converted;
  const column = { name, type: (annotation ?? type).toLowerCase(), narrow: false };
  if (children.length > 0 || repetition_type === 'REPEATED') return { ...column, ...UNREADABLE };
  if (type === 'BOOLEAN') return { ...column, readable: true, byDefault: false, narrow: true };
  if (type === 'INT96' || TIMES.test(annotation ?? '')) return { ...column, readable: true, byDefault: false };
  const isNumber =
    type === 'FLOAT' ||
    type === 'DOUBLE' ||
    annotation === 'FLOAT16' ||
    annotation === 'INTEGER' ||
    NUMBERS.has(annotation) ||
    (annotation === undefined && (type === 'INT32' || type === 'INT64'));
  if (!isNumber) return { ...column, ...UNREADABLE };
  const narrow =
    type === 'FLOAT' ||
    annotation === 'FLOAT16' ||
    SMALL_INTEGERS.has(converted) ||
    (logical?.type === 'INTEGER' && logical.bitWidth <= 16);
  return { ...column, readable: true, byDefault: !ROW_LABELS.test(name), narrow };
}

const UNREADABLE = { readable: false, byDefault: false };
