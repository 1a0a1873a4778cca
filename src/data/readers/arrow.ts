import type { Data, DataType, RecordBatch, RecordBatchReader } from 'apache-arrow';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { MetadataCheck } from './arrow-metadata.ts';
import { chooseColumns, type OfferedColumn, ROW_LABELS } from './columns.ts';
import { type FileSource, latin1, type ReadRequest, readBytes, type TableFile, truncated } from './source.ts';

type Arrow = typeof import('apache-arrow');
/** Values of one piece of a column, null where there is none. */
type Cells = ArrayLike<unknown>;

interface ArrowColumn extends OfferedColumn {
  readonly narrow: boolean;
}

/** At most this many rows of a record batch are taken in at once, as a file may be a single batch. */
const BLOCK_ROWS = 2 ** 18;

/**
 * Opens an Arrow IPC file (also named Feather 2) or stream, which is read record batch by record batch. Integers beyond
 * 2⁵³ and decimals are rounded to float64; nulls are missing values. Nested columns are not read.
 */
export async function openArrow(source: FileSource, request: ReadRequest): Promise<TableFile> {
  const { name } = request;
  const arrow = await import('apache-arrow');
  await addCodecs(arrow);
  const isFile = await checkEnds(source, name);
  const handleOf = (from: FileSource) => new SliceHandle(from, new MetadataCheck(), isFile);
  const { schema } = await openReader(arrow, handleOf(source), name);
  const offered = schema.fields.map((field) => describe(arrow, field.name, field.type));
  const { places, labels, weighted, leftOut } = chooseColumns(offered, request);
  const features = weighted ? places.slice(0, -1) : places;
  return {
    columns: { labels, weighted, leftOut, narrow: features.every((place) => offered[place]!.narrow) },
    async *read(source, builder, signal) {
      const handle = handleOf(source);
      const reader = await openReader(arrow, handle, name);
      let nRows = 0;
      let nBatches = 0;
      for await (const batch of batches(reader, isFile, name)) {
        nBatches++;
        const share = isFile ? nBatches / reader.numRecordBatches : handle.position / source.size;
        for (let from = 0; from < batch.numRows; from += BLOCK_ROWS) {
          throwIfAborted(signal);
          const block = batch.numRows > BLOCK_ROWS ? batch.slice(from, from + BLOCK_ROWS) : batch;
          const start = nRows + from;
          builder.open(block.numRows);
          for (const [j, place] of places.entries()) {
            fillColumn(arrow, block, place, (at, cells) => builder.setColumn(j, at, cells));
          }
          builder.close(block.numRows, (row) => `row ${start + row + 1}`);
          yield share;
        }
        nRows += batch.numRows;
      }
      if (!isFile && handle.endsWithin) throw truncated(name, 'it ends within a message');
      // apache-arrow passes over a message whose head is damaged, and then takes zeros in its body for the end.
      if (!isFile && handle.position < source.size) {
        throw new Error(`it goes on after its end at byte ${handle.position}, to byte ${source.size}`);
      }
    },
  };
}

/** Whether the source is an IPC file rather than a stream; throws where its footer is missing. */
async function checkEnds(source: FileSource, name: string): Promise<boolean> {
  const head = latin1(await readBytes(source, 0, 6));
  if (head.startsWith('FEA1')) throw new Error('it is a Feather file of version 1; write it as version 2');
  if (head !== 'ARROW1') {
    checkStream(await readBytes(source, 0, 4), source.size);
    return false;
  }
  const tail = latin1(await readBytes(source, Math.max(8, source.size - 6), source.size));
  if (tail !== 'ARROW1') throw truncated(name, 'the footer of an Arrow file is missing');
  return true;
}

/** A stream begins with −1, or (before Arrow 0.15) with the length of its schema. */
function checkStream(head: Uint8Array<ArrayBuffer>, size: number): void {
  const word = head.length === 4 ? new DataView(head.buffer).getInt32(0, true) : 0;
  if (word !== -1 && (word <= 0 || word > size)) throw new Error('it begins neither like an Arrow file nor a stream');
}

async function openReader(arrow: Arrow, handle: SliceHandle, name: string): Promise<RecordBatchReader> {
  try {
    // apache-arrow reads slices only from what looks like a Node FileHandle.
    const reader = await arrow.RecordBatchReader.from(handle as never);
    const open: RecordBatchReader = await (reader as RecordBatchReader).open();
    if (open.schema) return open;
  } catch (error) {
    throw asUnknownType(error, name) ?? asTruncated(error, name);
  }
  throw truncated(name, 'it ends before its schema');
}

async function* batches(reader: RecordBatchReader, isFile: boolean, name: string): AsyncGenerator<RecordBatch> {
  try {
    if (!isFile) {
      for await (const batch of reader) yield batch;
      return;
    }
    // Not by iterating: apache-arrow would read a block that holds no record batch (a damaged file) again and again.
    for (let i = 0; i < reader.numRecordBatches; i++) {
      const batch = await reader.readRecordBatch(i);
      if (!batch) throw truncated(name, `record batch ${i + 1} lies beyond its end`);
      yield batch;
    }
  } catch (error) {
    throw asTruncated(error, name);
  }
}

/** The error where a column has a type newer than apache-arrow, which then reads none of them. Only the message tells: "Unrecognized type: "ListView" (25)". */
function asUnknownType(error: unknown, name: string): EmgpuError | undefined {
  const type = error instanceof Error && /^Unrecognized type: "(\w+)"/.exec(error.message)?.[1];
  if (!type) return undefined;
  return new EmgpuError(
    'unreadable-file',
    `${name} has a column of the Arrow type ${type}, which is not known here; so none of its columns can be read.`,
    'Write the file anew without such columns, or convert them (cast, run_end_decode).',
  );
}

/** Turns a short read into `truncated-file`. Only the message shows one: "Expected to read 96 bytes for message body but got 12". */
function asTruncated(error: unknown, name: string): unknown {
  return error instanceof Error && /^Expected to read/.test(error.message) ? truncated(name, error.message) : error;
}

/** The part of a Node `FileHandle` that apache-arrow uses, over slices, of which those that hold metadata are checked. */
class SliceHandle {
  readonly fd = 0;
  /** Where the last read ended. */
  position = 0;
  readonly #source: FileSource;
  readonly #check: MetadataCheck;
  /** Where the footer ends; −1 in a stream. */
  readonly #footerEnd: number;
  #lastRead = new Uint8Array(0);

  constructor(source: FileSource, check: MetadataCheck, isFile: boolean) {
    this.#source = source;
    this.#check = check;
    this.#footerEnd = isFile ? source.size - 10 : -1;
  }

  /** Whether the last read was (part of) the mark or length with which a message begins; zeros there end a stream. */
  get endsWithin(): boolean {
    return this.#lastRead.length < 4 || (this.#lastRead.length === 4 && this.#lastRead.some((byte) => byte !== 0));
  }

  async stat(): Promise<{ size: number }> {
    return { size: this.#source.size };
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number) {
    const bytes = await readBytes(this.#source, position, position + length);
    // A source that shrinks while it is read would make apache-arrow ask for ever.
    if (bytes.length === 0 && length > 0) throw new Error('the file ends before its size');
    buffer.set(bytes, offset);
    // Metadata are what is read after their length.
    if (this.#lastRead.length === 4 && new DataView(this.#lastRead.buffer).getInt32(0, true) === bytes.length) {
      if (position + length === this.#footerEnd) this.#check.footer(bytes);
      else this.#check.message(bytes);
    }
    this.#lastRead = bytes.length <= 4 ? bytes : new Uint8Array(8);
    this.position = position + bytes.length;
    return { bytesRead: bytes.length, buffer };
  }

  async close(): Promise<void> {}
}

/** Registers codecs: Feather files are packed with LZ4 by default, and apache-arrow brings no codec of its own. */
async function addCodecs({ compressionRegistry, CompressionType }: Arrow): Promise<void> {
  const { LZ4_FRAME, ZSTD } = CompressionType;
  if (!compressionRegistry.get(LZ4_FRAME)) {
    const { unpackLz4Frame } = await import('./lz4-frame.ts');
    compressionRegistry.set(LZ4_FRAME, { decode: unpackLz4Frame });
  }
  if (!compressionRegistry.get(ZSTD)) {
    const { decompressZstd } = await import('hyparquet-compressors');
    // Copied, since the codec returns a view that may begin at any byte, and typed arrays need aligned numbers.
    compressionRegistry.set(ZSTD, { decode: (bytes) => decompressZstd(bytes).slice() });
  }
}

function describe(arrow: Arrow, name: string, type: DataType): ArrowColumn {
  const { DataType: is, Precision } = arrow;
  if (is.isDictionary(type)) return describe(arrow, name, type.dictionary);
  const isFloat = is.isFloat(type);
  const isInt = is.isInt(type);
  const isNumber = isInt || isFloat || is.isDecimal(type);
  const isTime = is.isDate(type) || is.isTimestamp(type) || is.isTime(type) || is.isDuration(type);
  const isBool = is.isBool(type);
  return {
    name,
    type: `${type}`,
    readable: isNumber || isTime || isBool,
    byDefault: isNumber && !ROW_LABELS.test(name),
    narrow: isBool || (isFloat && type.precision !== Precision.DOUBLE) || (isInt && type.bitWidth <= 16),
  };
}

function fillColumn(
  arrow: Arrow,
  batch: RecordBatch,
  place: number,
  fill: (start: number, cells: Cells) => void,
): void {
  const vector = batch.getChildAt(place);
  let start = 0;
  for (const data of vector?.data ?? []) {
    fill(start, toCells(arrow, data));
    start += data.length;
  }
  // A damaged file may promise more rows than its columns hold; their cells would stay 0.
  if (start !== batch.numRows) throw new Error(`a record batch of ${batch.numRows} rows has a column of ${start}`);
}

function toCells(arrow: Arrow, data: Data): Cells {
  const { DataType: is, Precision } = arrow;
  const { type } = data;
  if (is.isDictionary(type)) {
    const words = (data.dictionary?.data ?? []).flatMap((piece) => Array.from(toCells(arrow, piece)));
    return mapCells(data, (index) => words[Number(index)]);
  }
  if (is.isDecimal(type)) return decimalCells(data, type.scale, type.bitWidth);
  if (is.isBool(type) || (is.isFloat(type) && type.precision === Precision.HALF)) {
    checkLength(data, is.isBool(type) ? 8 * data.values.length - data.offset : data.values.length);
    return Array.from(new arrow.Vector([data]));
  }
  const [factor, divisor] = millisecondsIn(arrow, type);
  if (factor === 1 && divisor === 1 && data.nullCount === 0 && data.values.length === data.length) return data.values;
  return mapCells(data, (value) => (Number(value) * factor) / divisor);
}

/** Decimals rounded to the nearest float64. apache-arrow's own conversion refuses integer parts beyond 2^53, 32 bits and negative scales. */
function decimalCells(data: Data, scale: number, bitWidth: number): Cells {
  const words = data.values as Uint32Array;
  const stride = bitWidth / 32;
  checkLength(data, words.length / stride);
  return Array.from({ length: data.length }, (_, i) => {
    if (!data.getValid(i)) return null;
    let digits = 0n;
    for (let w = stride - 1; w >= 0; w--) digits = (digits << 32n) | BigInt(words[i * stride + w]!);
    return Number(`${BigInt.asIntN(bitWidth, digits)}e${-scale}`);
  });
}

/** Maps the values that are there. */
function mapCells(data: Data, map: (value: number | bigint) => unknown): unknown[] {
  const values = data.values as ArrayLike<number | bigint>;
  checkLength(data, values.length);
  return Array.from({ length: data.length }, (_, i) => (data.getValid(i) ? map(values[i]!) : null));
}

/** In a damaged file the buffer may be too short for its rows. */
function checkLength({ length }: Data, held: number): void {
  if (held < length) throw new Error(`a column of ${length} rows holds ${held} values`);
}

/** The unit of a date or timestamp in milliseconds, as a factor and a divisor; both are 1 for all other types. */
function millisecondsIn({ DataType: is, DateUnit, TimeUnit }: Arrow, type: DataType): [number, number] {
  if (is.isDate(type)) return [type.unit === DateUnit.DAY ? 86_400_000 : 1, 1];
  if (!is.isTimestamp(type)) return [1, 1];
  if (type.unit === TimeUnit.SECOND) return [1000, 1];
  if (type.unit === TimeUnit.MICROSECOND) return [1, 1e3];
  return [1, type.unit === TimeUnit.NANOSECOND ? 1e6 : 1];
}
