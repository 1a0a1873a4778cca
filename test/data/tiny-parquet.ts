/**
 * Writes the smallest of Parquet files (one uncompressed PLAIN page per column and row group): no writer library is
 * installed, and no file at hand holds nulls or the types tested here. Thrift's compact protocol by hand.
 */

/** A value of Thrift's compact protocol: its type number and its bytes. */
interface Wire {
  readonly type: number;
  readonly bytes: readonly number[];
}

export interface TinyColumn {
  readonly name: string;
  /** 0 BOOLEAN, 1 INT32, 2 INT64, 4 FLOAT, 5 DOUBLE, 6 BYTE_ARRAY. */
  readonly type: number;
  /** A `ConvertedType` of the format. */
  readonly converted?: number;
  /** A `LogicalType` of the format. */
  readonly logical?: Wire;
  /** It has no nulls, and is written as fastparquet does, which leaves out fields of 0. */
  readonly required?: boolean;
  /** Per row group, PLAIN bytes of each value, null where there is none. */
  readonly groups: readonly (readonly (Uint8Array | null)[])[];
}

export function tinyParquet(columns: readonly TinyColumn[]): Uint8Array {
  const file: number[] = [...ascii('PAR1')];
  const counts = columns[0]!.groups.map((cells) => cells.length);
  const rowGroups = counts.map((nRows, g) =>
    struct({
      1: list(columns.map((column) => writeChunk(file, column, g))),
      2: i64(0),
      3: i64(nRows),
    }),
  );
  const root = struct({ 4: text('schema'), 5: i32(columns.length) });
  const footer = struct({
    1: i32(1),
    2: list([root, ...columns.map(schemaElement)]),
    3: i64(counts.reduce((a, b) => a + b, 0)),
    4: list(rowGroups),
  });
  file.push(...footer.bytes, ...uint32(footer.bytes.length), ...ascii('PAR1'));
  return Uint8Array.from(file);
}

/** Logical types. */
export const LOGICAL = {
  date: struct({ 6: struct({}) }),
  micros: struct({ 8: struct({ 1: { type: 1, bytes: [] }, 2: struct({ 2: struct({}) }) }) }),
  decimal: (scale: number) => struct({ 5: struct({ 1: i32(scale), 2: i32(9) }) }),
  int8: struct({ 10: struct({ 1: { type: 3, bytes: [8] }, 2: { type: 1, bytes: [] } }) }),
};

/** PLAIN bytes of one value. */
export const PLAIN = {
  int32: (x: number) => new Uint8Array(Int32Array.of(x).buffer),
  int64: (x: bigint) => new Uint8Array(BigInt64Array.of(x).buffer),
  float: (x: number) => new Uint8Array(Float32Array.of(x).buffer),
  double: (x: number) => new Uint8Array(Float64Array.of(x).buffer),
  text: (x: string) => Uint8Array.of(...uint32(x.length), ...ascii(x)),
};

function schemaElement({ name, type, converted, logical, required }: TinyColumn): Wire {
  return struct({
    1: i32(type),
    ...(required ? {} : { 3: i32(1) }),
    4: text(name),
    ...(converted === undefined ? {} : { 6: i32(converted) }),
    ...(logical ? { 10: logical } : {}),
  });
}

/** Appends a column chunk to the file; gives its `ColumnChunk`. */
function writeChunk(file: number[], { name, type, required, groups }: TinyColumn, g: number): Wire {
  const cells = groups[g]!;
  const bits = packBits(cells.map((cell) => cell !== null));
  const levels = required ? [] : [...uint32(bits.length), ...bits];
  const page = [...levels, ...cells.flatMap((cell) => [...(cell ?? [])])];
  const header = struct({
    1: i32(0),
    2: i32(page.length),
    3: i32(page.length),
    5: struct({ 1: i32(cells.length), 2: i32(0), 3: i32(3), 4: i32(3) }),
  });
  const start = file.length;
  file.push(...header.bytes, ...page);
  const size = i64(file.length - start);
  const metadata = struct({
    1: i32(type),
    2: list([i32(0), i32(3)]),
    3: list([text(name)]),
    4: i32(0),
    5: i64(cells.length),
    6: size,
    7: size,
    9: i64(start),
  });
  return struct({ 2: i64(start), 3: metadata });
}

/** One bit-packed run of Parquet's RLE hybrid, bit width 1. */
function packBits(bits: readonly boolean[]): number[] {
  const bytes = new Array<number>(Math.ceil(bits.length / 8)).fill(0);
  for (const [i, bit] of bits.entries()) if (bit) bytes[i >> 3]! |= 1 << (i & 7);
  return [...varint((bytes.length << 1) | 1), ...bytes];
}

function struct(fields: Readonly<Record<number, Wire>>): Wire {
  let last = 0;
  const bytes = Object.entries(fields).flatMap(([id, { type, bytes }]) => {
    const delta = Number(id) - last;
    last = Number(id);
    return [(delta << 4) | type, ...bytes];
  });
  return { type: 12, bytes: [...bytes, 0] };
}

function list(items: readonly Wire[]): Wire {
  const type = items[0]?.type ?? 12;
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return { type: 9, bytes: [...head, ...items.flatMap((item) => item.bytes)] };
}

function i32(x: number): Wire {
  return { type: 5, bytes: varint(x * 2) };
}

function i64(x: number): Wire {
  return { type: 6, bytes: varint(x * 2) };
}

function text(x: string): Wire {
  return { type: 8, bytes: [...varint(x.length), ...ascii(x)] };
}

function varint(x: number): number[] {
  return x < 128 ? [x] : [(x & 127) | 128, ...varint(Math.floor(x / 128))];
}

function uint32(x: number): number[] {
  return [...new Uint8Array(Uint32Array.of(x).buffer)];
}

function ascii(x: string): number[] {
  return [...new TextEncoder().encode(x)];
}
