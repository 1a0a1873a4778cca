import type { AsyncBuffer, Compressors, FileMetaData, ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { chooseColumns, type OfferedColumn, ROW_LABELS } from './columns.ts';
import { checkedChunk, findRowGroups, forOddPages, type RowGroup, readMetadata } from './parquet-chunks.ts';
import { type FileSource, latin1, type ReadRequest, readBytes, type TableFile, truncated } from './source.ts';

interface ParquetColumn extends OfferedColumn {
  readonly narrow: boolean;
  readonly nullable: boolean;
}

/** Times become numbers, not `Date` objects: milliseconds since 1970 UTC. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: Number,
  timestampFromMicroseconds: (micros) => Number(micros) / 1e3,
  timestampFromNanoseconds: (nanos) => Number(nanos) / 1e6,
  dateFromDays: (days) => days * 86_400_000,
};

/** At most this many rows, and cells, are decoded at once; a larger row group is read in pieces. */
const PIECE_ROWS = 2 ** 20;
const PIECE_CELLS = 2 ** 23;

/**
 * Opens a Parquet file, whose top-level columns are read row group by row group, and only the bytes of those chosen.
 * Integers beyond 2⁵³ and decimals are rounded to float64; nulls are missing values. Nested columns are not read.
 *
 * Large row groups are read in pieces. Where the file has no offset index, each piece reads its column anew, but decodes
 * only the pages that hold its rows.
 */
export async function openParquet(source: FileSource, request: ReadRequest): Promise<TableFile> {
  const { name } = request;
  const { parquetRead, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  await checkEnds(source, name);
  const metadata = await readMetadata(source, PARSERS);
  metadata.schema.forEach(completeType);
  const offered = withoutNamesakes(parquetSchema(metadata).children.map(describe));
  const { places, labels, weighted, leftOut } = chooseColumns(offered, request);
  const features = weighted ? places.slice(0, -1) : places;
  const groups = findRowGroups(metadata, labels);
  const nRows = groups.reduce((n, group) => n + group.rows, 0);
  const step = Math.min(PIECE_ROWS, Math.floor(PIECE_CELLS / places.length));
  return {
    columns: { labels, weighted, leftOut, narrow: features.every((place) => offered[place]!.narrow) },
    nRows,
    async *read(source, builder, signal) {
      const codecs = forOddPages(compressors);
      const options = { metadata, parsers: PARSERS, useOffsetIndex: true };
      for (const group of groups) {
        if (group.end > source.size) {
          throw truncated(name, `its columns reach to byte ${group.end}, it has ${source.size}`);
        }
        for (let from = group.start; from < group.start + group.rows; from += step) {
          throwIfAborted(signal);
          const rows = Math.min(step, group.start + group.rows - from);
          builder.open(rows);
          for (const [j, label] of labels.entries()) {
            const { nullable } = offered[places[j]!]!;
            const chunk = checkedChunk(source, group.chunks[j]!, nullable, group.rows, codecs);
            const column = { ...options, ...chunk, columns: [label] };
            await readPiece(parquetRead, column, group, from, rows, (at, cells) => builder.setColumn(j, at, cells));
          }
          builder.close(rows, (row) => `row ${from + row + 1}`);
          yield (from + rows) / nRows;
        }
      }
    },
  };
}

/** What hyparquet is to read a column of, and how. */
interface ColumnOptions {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly compressors: Compressors;
  readonly parsers: Partial<ParquetParsers>;
  readonly useOffsetIndex: boolean;
  /** One name. */
  readonly columns: string[];
}

/** Reads `rows` rows of one column from row `from` of the file on; `fill` gets runs of cells, counted from `from`. */
async function readPiece(
  parquetRead: typeof import('hyparquet').parquetRead,
  options: ColumnOptions,
  group: RowGroup,
  from: number,
  rows: number,
  fill: (start: number, cells: ArrayLike<unknown>) => void,
): Promise<void> {
  let filled = 0;
  await parquetRead({
    ...options,
    rowStart: from,
    rowEnd: from + rows,
    onPage: ({ pathInSchema, columnData, rowStart }) => {
      if (rowStart + columnData.length > group.start + group.rows) {
        throw new Error(`column ${pathInSchema[0]} has too many rows`);
      }
      // A page may begin before the piece, and end after it.
      const first = Math.max(0, from - rowStart);
      const end = Math.min(columnData.length, from + rows - rowStart);
      if (end <= first) return;
      fill(rowStart + first - from, end - first < columnData.length ? columnData.slice(first, end) : columnData);
      filled += end - first;
    },
  });
  // Without this check, cells missing from a damaged column chunk would silently be 0.
  if (filled !== rows) {
    throw new Error(`column ${options.columns[0]} has ${filled} of ${rows} rows from row ${from + 1} on`);
  }
}

async function checkEnds(source: FileSource, name: string): Promise<void> {
  const head = latin1(await readBytes(source, 0, 4));
  if (head === 'PARE') {
    throw new EmgpuError(
      'unreadable-file',
      `${name} is an encrypted Parquet file.`,
      'Write it anew without encryption.',
    );
  }
  if (head !== 'PAR1') throw new Error('it does not begin with PAR1');
  const tail = await readBytes(source, Math.max(0, source.size - 8), source.size);
  const footer = tail.length === 8 ? new DataView(tail.buffer).getUint32(0, true) : 0;
  if (source.size < 12 || latin1(tail.subarray(4)) !== 'PAR1' || footer + 12 > source.size) {
    throw truncated(name, 'the footer of a Parquet file is missing');
  }
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
  const nullable = repetition_type !== 'REQUIRED';
  const column = { name, type: (annotation ?? type).toLowerCase(), narrow: false, nullable };
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

/** Columns are read by their names, so those that share one cannot be told apart. */
function withoutNamesakes(columns: readonly ParquetColumn[]): ParquetColumn[] {
  const counts = new Map<string, number>();
  for (const { name } of columns) counts.set(name, (counts.get(name) ?? 0) + 1);
  return columns.map((column) => {
    const count = counts.get(column.name)!;
    const type = `what cannot be told apart (${count} columns have this name)`;
    return count > 1 ? { ...column, type, ...UNREADABLE } : column;
  });
}
