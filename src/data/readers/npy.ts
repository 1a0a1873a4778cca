import { EmgpuError, throwIfAborted } from '../../errors.ts';
import type { TableBuilder } from '../table.ts';
import { chooseColumns } from './columns.ts';
import { type FileSource, latin1, type ReadRequest, readBytes, type TableFile, truncated } from './source.ts';

type Parse = typeof import('npyjs').parse;

/** An array as its header describes it: rows × columns numbers of `itemBytes` bytes each. */
interface NpyHeader {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly itemBytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly fortranOrder: boolean;
}

/** Bytes per read, over all columns: few enough for memory, and enough that a read takes longer than asking for it. */
const BLOCK_BYTES = 4 * 2 ** 20;
/** A file with more is meant the other way round, and an object for each would not fit into memory. */
const MAX_COLUMNS = 2 ** 20;
const NARROW = /^(?:b1|[iu][12]|f[24])$/;

/**
 * Opens a NPY file (format 1.0 to 3.0) of one axis (one column) or two (rows, columns), in C or Fortran order: booleans,
 * integers and floats, little-endian. It is read in blocks of rows; in Fortran order only the columns chosen.
 */
export async function openNpy(source: FileSource, request: ReadRequest): Promise<TableFile> {
  const { name } = request;
  const { parse } = await import('npyjs');
  const header = await readHeader(source, name, parse);
  const { rows, columns, itemBytes, type } = header;
  const expected = header.bytes.length + rows * columns * itemBytes;
  if (source.size < expected) {
    throw truncated(name, `its header promises ${rows} × ${columns} numbers, ${expected} bytes; it has ${source.size}`);
  }
  if (columns > MAX_COLUMNS) {
    throw new EmgpuError(
      'too-many-features',
      `${name} has ${rows} rows and ${columns} columns.`,
      'Rows are points and columns features: save the array transposed if it is meant the other way round.',
    );
  }
  const readable = /^[biuf]\d+$/.test(type);
  const offered = Array.from({ length: columns }, (_, i) => ({
    name: `${i}`,
    type: `NumPy type ${type}`,
    readable,
    byDefault: readable,
  }));
  const { places, labels, weighted, leftOut } = chooseColumns(offered, request);
  const readCells = header.fortranOrder ? readColumns : readRows;
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (columns * itemBytes)));
  return {
    columns: { labels, weighted, leftOut, narrow: NARROW.test(type) },
    nRows: rows,
    async *read(source, builder, signal) {
      for (let row = 0; row < rows; row += step) {
        throwIfAborted(signal);
        const n = Math.min(step, rows - row);
        builder.open(n);
        await readCells((first, count) => decode(source, header, first, count, parse), header, places, row, n, builder);
        builder.close(n, (i) => `row ${row + i + 1}`);
        yield (row + n) / rows;
      }
    },
  };
}

async function readHeader(source: FileSource, name: string, parse: Parse): Promise<NpyHeader> {
  const head = await readBytes(source, 0, 12);
  const view = new DataView(head.buffer);
  if (!latin1(head).startsWith('\x93NUMPY'.slice(0, head.length))) throw new Error('it does not begin with \\x93NUMPY');
  if (head.length < 12) throw truncated(name, 'it ends within its header');
  const length = head[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > source.size) throw truncated(name, 'it ends within its header');
  const bytes = await readBytes(source, 0, length);
  checkType(bytes, name);
  // npyjs decodes whole files only. So it is given the header with just the rows to decode; here with none.
  const { shape, dtype, fortranOrder } = parse(bytes.buffer);
  if (shape.length < 1 || shape.length > 2 || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new EmgpuError(
      'unreadable-file',
      `${name} holds an array of shape (${shape.join(', ')}); one or two axes are expected, rows and columns.`,
      'Save it with array.reshape(rows, columns).',
    );
  }
  const [rows, columns] = [shape[0]!, shape[1] ?? 1];
  return { bytes, type: dtype, itemBytes: Number(dtype.slice(1)), rows, columns, fortranOrder };
}

/** Only plain types of one number each, in the byte order of all today's machines, are read. */
function checkType(header: Uint8Array, name: string): void {
  const type = /'descr':\s*('[^']*'|\[.*?\])\s*,\s*'fortran_order'/.exec(new TextDecoder().decode(header))?.[1];
  if (type === undefined || /^'[<|=]?[a-zA-Z]\d+'$/.test(type)) return;
  throw new EmgpuError(
    'unreadable-file',
    `${name} holds an array of NumPy type ${type}; plain numbers are expected, the lowest byte first.`,
    "Save array.astype('<f8'); where columns have names, numpy.lib.recfunctions.structured_to_unstructured(array).",
  );
}

/** Fills the open block with rows `row` to `row + n`; `items` reads that many items from the first one on. */
type ReadCells = (
  items: (first: number, count: number) => Promise<ArrayLike<unknown>>,
  header: NpyHeader,
  places: readonly number[],
  row: number,
  n: number,
  builder: TableBuilder,
) => Promise<void>;

/** C order: one row after the other. */
const readRows: ReadCells = async (items, { columns }, places, row, n, builder) => {
  const values = await items(row * columns, n * columns);
  for (const [j, place] of places.entries()) builder.setColumn(j, 0, values, place, columns);
};

/** Fortran order: one column after the other. */
const readColumns: ReadCells = async (items, { rows }, places, row, n, builder) => {
  for (const [j, place] of places.entries()) builder.setColumn(j, 0, await items(place * rows + row, n));
};

/** `count` items from item `first` on. */
async function decode(
  source: FileSource,
  { bytes, itemBytes }: NpyHeader,
  first: number,
  count: number,
  parse: Parse,
): Promise<ArrayLike<unknown>> {
  const start = bytes.length + first * itemBytes;
  const chunk = await readBytes(source, start, start + count * itemBytes);
  const file = new Uint8Array(bytes.length + chunk.length);
  file.set(bytes);
  file.set(chunk, bytes.length);
  // The types of npyjs say "a view"; it gives typed arrays, and an array of booleans for b1.
  return parse(file.buffer).data as unknown as ArrayLike<unknown>;
}
