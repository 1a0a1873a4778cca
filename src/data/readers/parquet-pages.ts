import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

const MAX_INT32 = 2 ** 31 - 1;
const DICTIONARY = /^(?:PLAIN|RLE)_DICTIONARY$/;

/**
 * Checks the pages of a column chunk. hyparquet takes their own words for it: sizes that are damaged or missing made it read the same bytes for ever,
 * and counts made it fill all memory. Errors are plain ones that say what is wrong.
 */
export class PageCheck {
  readonly #chunk: Pick<ColumnMetaData, 'type' | 'codec'>;
  readonly #nullable: boolean;
  readonly #rows: number;
  /** Of each piece of the chunk that was checked, the headers of its pages by where in it the pages end. */
  readonly #headers = new WeakMap<ArrayBufferLike, Map<number, PageHeader>>();

  /**
   * @param chunk of a column that is not nested
   * @param nullable whether the column may have nulls, so that pages begin with levels
   * @param rows the number of rows in the chunk
   */
  constructor(chunk: Pick<ColumnMetaData, 'type' | 'codec'>, nullable: boolean, rows: number) {
    this.#chunk = chunk;
    this.#nullable = nullable;
    this.#rows = rows;
  }

  /** Checks the headers of the pages in `piece`, which follow one another from its start, and what of them is not packed. */
  pages(piece: ArrayBufferLike): Map<number, PageHeader> {
    const reader = { view: new DataView(piece), offset: 0 };
    const headers = new Map<number, PageHeader>();
    let seen = 0;
    // As hyparquet does: what follows the last row, or is a single byte, is not looked at.
    while (seen < this.#rows && reader.offset < piece.byteLength - 1) {
      const header = parquetHeader(reader);
      checkCount('size of a page', header.compressed_page_size, piece.byteLength - reader.offset);
      checkCount('unpacked size of a page', header.uncompressed_page_size, MAX_INT32);
      seen += countRows(header, this.#rows);
      this.#checkRaw(header, new Uint8Array(piece, reader.offset, header.compressed_page_size));
      reader.offset += header.compressed_page_size;
      headers.set(reader.offset, header);
    }
    this.#headers.set(piece, headers);
    return headers;
  }

  /** Checks what was unpacked of `packed`, which lies at the end of a page. */
  unpacked(packed: Uint8Array, values: Uint8Array): void {
    // Where rows are found by an offset index, hyparquet joins what it read to a piece of its own.
    const headers = this.#headers.get(packed.buffer) ?? this.pages(packed.buffer);
    const header = headers.get(packed.byteOffset + packed.byteLength);
    if (header) this.#checkValues(header, values);
  }

  /** Checks a page as it lies in the file. */
  #checkRaw(header: PageHeader, page: Uint8Array): void {
    const v2 = header.data_page_header_v2;
    const from = v2?.repetition_levels_byte_length ?? 0;
    const to = from + (v2?.definition_levels_byte_length ?? 0);
    // Not to their end: hyparquet reads as many levels as there are values.
    if (v2 && this.#nullable) checkRuns(page.subarray(from), 1, v2.num_values);
    if (this.#chunk.codec === 'UNCOMPRESSED' || v2?.is_compressed === false) {
      this.#checkValues(header, page.subarray(to));
    }
  }

  /** Checks the unpacked part of a page: the values and, unless it is of version 2, the levels before them. */
  #checkValues({ data_page_header: v1, data_page_header_v2: v2 }: PageHeader, bytes: Uint8Array): void {
    const header = v1 ?? v2;
    if (!header) return;
    let at = 0;
    if (v1 && this.#nullable) {
      checkRuns(bytes.subarray(4), 1, v1.num_values);
      at = 4 + uint32(bytes);
    }
    const { encoding, num_values: count } = header;
    if (encoding !== 'RLE' && !DICTIONARY.test(encoding)) return;
    if (v2 ? encoding === 'RLE' : this.#chunk.type === 'BOOLEAN') checkRuns(bytes.subarray(at + 4), 1, count);
    else checkRuns(bytes.subarray(at + 1), bytes[at] ?? 0, count);
  }
}

/** The number of rows in a page whose counts are checked; at most `most`. */
function countRows(page: PageHeader, most: number): number {
  const { dictionary_page_header: dictionary, data_page_header: v1, data_page_header_v2: v2 } = page;
  if (page.type === 'DICTIONARY_PAGE' && dictionary) {
    checkCount('number of values in a dictionary', dictionary.num_values, page.uncompressed_page_size);
    return 0;
  }
  if (page.type === 'DATA_PAGE' && v1) {
    checkCount('number of values in a page', v1.num_values, most);
    return v1.num_values;
  }
  if (page.type !== 'DATA_PAGE_V2' || !v2) throw new Error(`a page is of the type ${page.type} without its header`);
  checkCount('number of rows in a page', v2.num_rows, most);
  checkCount('number of values in a page', v2.num_values, v2.num_rows);
  checkCount('number of nulls in a page', v2.num_nulls, v2.num_values);
  checkCount('size of repetition levels', v2.repetition_levels_byte_length, page.compressed_page_size);
  const left = page.compressed_page_size - v2.repetition_levels_byte_length;
  checkCount('size of definition levels', v2.definition_levels_byte_length, left);
  return v2.num_rows;
}

/** Damaged headers may lack a number, or hold something else in its place. */
function checkCount(what: string, count: unknown, most: number): void {
  if (!Number.isSafeInteger(count) || (count as number) < 0 || (count as number) > most) {
    throw new Error(`the ${what} is ${count}, where 0 to ${most} is possible`);
  }
}

/** Checks that no run of one repeated value, among runs that hold `count` values of `width` bits, is longer than all of them. */
function checkRuns(bytes: Uint8Array, width: number, count: number): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  for (let seen = 0; width > 0 && seen < count && reader.offset < bytes.length; ) {
    const header = readVarInt(reader);
    const isRepeated = (header & 1) === 0;
    const length = isRepeated ? header >>> 1 : 8 * (header >>> 1);
    if (isRepeated && length > count) throw new Error(`a page of ${count} values repeats one ${length} times`);
    // hyparquet takes a byte even of a run of no values.
    reader.offset += Math.max(1, Math.ceil((isRepeated ? width : length * width) / 8));
    seen += length;
  }
}

/** The first four bytes, the lowest first. */
function uint32(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
