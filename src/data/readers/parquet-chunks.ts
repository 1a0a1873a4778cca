import type { AsyncBuffer, ColumnChunk, CompressionCodec, Compressors, FileMetaData, ParquetParsers } from 'hyparquet';
import { PageCheck } from './parquet-pages.ts';
import { type FileSource, readBytes } from './source.ts';

/** A row group: its rows, the column chunks wanted from it and, in bytes, where they end. */
export interface RowGroup {
  readonly start: number;
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
  readonly end: number;
}

/** A file's metadata. Statistics in them are converted by `parsers`. */
export async function readMetadata(source: FileSource, parsers?: Partial<ParquetParsers>): Promise<FileMetaData> {
  const { parquetMetadataAsync } = await import('hyparquet');
  const metadata = await parquetMetadataAsync(asyncBuffer(source), { ...(parsers && { parsers }), geoparquet: false });
  // fastparquet leaves out what is 0, as this is, and hyparquet would take such columns for nullable.
  for (const element of metadata.schema) element.repetition_type ??= 'REQUIRED';
  return metadata;
}

/** The row groups of a file with one chunk for each label, in their order. Throws where the metadata contradict themselves. */
export function findRowGroups({ num_rows: total, row_groups }: FileMetaData, labels: readonly string[]): RowGroup[] {
  let start = 0;
  const groups = row_groups.map(({ num_rows, columns }) => {
    const rows = Number(num_rows);
    // Damaged metadata may lack the number, or have one below 0.
    if (!(rows >= 0)) throw new Error(`a row group has ${num_rows} rows`);
    const chunks = labels.map((label) => findChunk(columns, label));
    const ends = chunks.map(({ meta_data: chunk }) =>
      Number((chunk!.dictionary_page_offset || chunk!.data_page_offset) + chunk!.total_compressed_size),
    );
    const group = { start, rows, chunks, end: Math.max(0, ...ends) };
    start += rows;
    return group;
  });
  if (start !== Number(total)) throw new Error(`its row groups have ${start} rows, and the file ${total}`);
  return groups;
}

/** The one chunk of a row group that holds a column. */
function findChunk(chunks: readonly ColumnChunk[], label: string): ColumnChunk {
  const found = chunks.filter(({ meta_data }) => meta_data?.path_in_schema[0] === label);
  if (found.length !== 1) throw new Error(`a row group holds column ${label} ${found.length} times`);
  return found[0]!;
}

/**
 * The file and the codecs by which hyparquet reads one column chunk of `rows` rows, whose pages are checked before it decodes them.
 *
 * @param nullable whether the column, which is not nested, may have nulls
 */
export function checkedChunk(
  source: FileSource,
  chunk: ColumnChunk,
  nullable: boolean,
  rows: number,
  codecs: Compressors,
): { file: AsyncBuffer; compressors: Compressors } {
  const check = new PageCheck(chunk.meta_data!, nullable, rows);
  const indexStart = Number(chunk.offset_index_offset);
  const file = asyncBuffer(source, (bytes, start) => {
    if (start !== indexStart) check.pages(bytes);
  });
  const compressors: Compressors = {};
  for (const codec of Object.keys(codecs) as CompressionCodec[]) {
    compressors[codec] = (packed, length) => {
      const page = codecs[codec]!(packed, length);
      check.unpacked(packed, page);
      return page;
    };
  }
  return { file, compressors };
}

/** @param check throws where the bytes read from `start` on are not as they should be */
export function asyncBuffer(source: FileSource, check?: (bytes: ArrayBuffer, start: number) => void): AsyncBuffer {
  return {
    byteLength: source.size,
    slice: (start, end) => {
      const bytes = readBytes(source, start, end ?? source.size).then(({ buffer }) => {
        check?.(buffer, start);
        return buffer;
      });
      // hyparquet begins several reads at once, and awaits no more of them once one has failed.
      bytes.catch(() => {});
      return bytes;
    },
  };
}

/** Codecs for empty pages, too, and for LZ4 blocks without Hadoop's frame whose first bytes look like one. */
export function forOddPages(codecs: Compressors): Compressors {
  const whole = (unpack: Compressors['SNAPPY']) => (input: Uint8Array, length: number) =>
    length === 0 ? new Uint8Array() : unpack!(input, length);
  const all: Compressors = Object.fromEntries(Object.entries(codecs).map(([codec, unpack]) => [codec, whole(unpack)]));
  const { LZ4, LZ4_RAW } = all;
  const either = (input: Uint8Array, length: number) => {
    try {
      return LZ4!(input, length);
    } catch {
      return LZ4_RAW!(input, length);
    }
  };
  return { ...all, LZ4: either };
}
