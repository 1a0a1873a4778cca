import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { findLayout } from '../data/readers/csv-columns.ts';
import { isBlank, readRows } from '../data/readers/csv-rows.ts';
import { readable } from '../data/readers/open.ts';
import { detectFormat, type FileSource } from '../data/readers/source.ts';
import { EmgpuError, type FileFormat, readTable } from '../node.ts';
import { STDIN } from './input.ts';
import { hasHeader, type InputOptions } from './options.ts';

/** The cells of a column, row by row; undefined where a row has no label. */
export type LabelColumn = readonly (string | undefined)[];

/** Which column of which file to read, and the signal that stops it. */
interface Request {
  readonly path: string;
  readonly name: string;
  readonly column: string;
  /** Whether the first row of a text file holds names; undefined: its cells decide. */
  readonly header: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Throws `invalid-option` where the known classes would have to be read from standard input, which gives its rows once. */
export function checkLabelsSource(path: string, column: string | undefined): void {
  if (column === undefined || path !== STDIN) return;
  throw new EmgpuError(
    'invalid-option',
    '--labels-column reads the file a second time, which standard input does not allow.',
    'Write it to a file first.',
  );
}

/**
 * The known classes of all rows of a file, whose points have been read before: a column of text or of numbers. Rows are
 * counted as `readTable` counts them. Throws `missing-column`.
 */
export async function readLabels(
  path: string,
  column: string,
  options: Pick<InputOptions, 'format' | 'header'>,
  signal: AbortSignal,
): Promise<LabelColumn> {
  const handle = await open(path);
  const name = basename(path);
  let format = options.format;
  try {
    const source = sourceOf(handle, (await handle.stat()).size);
    format ??= await detectFormat(source, name);
    return await READERS[format](source, { path, name, column, header: hasHeader(options), signal });
  } catch (error) {
    throw readable(name, format, error);
  } finally {
    await handle.close();
  }
}

const READERS: Readonly<Record<FileFormat, (source: FileSource, request: Request) => Promise<LabelColumn>>> = {
  csv: (source, request) => fromText(source, request),
  tsv: (source, request) => fromText(source, request, '\t'),
  parquet: fromParquet,
  arrow: fromArrow,
  npy: fromNumbers,
};

const CHUNK_BYTES = 128 * 2 ** 10;

async function fromText(
  source: FileSource,
  { name, column, header, signal }: Request,
  delimiter?: string,
): Promise<LabelColumn> {
  const labels: (string | undefined)[] = [];
  let layout: ReturnType<typeof findLayout>;
  for await (const chunk of readRows(source, name, signal, CHUNK_BYTES, delimiter)) {
    let { rows } = chunk;
    if (!layout) {
      layout = findLayout([chunk], { name, columns: [column], header })!;
      if (layout.hasHeader) rows = rows.slice(1);
    }
    const [place] = layout.places;
    for (const row of rows) if (layout.width === 1 || !isBlank(row)) labels.push(labelOf(row[place!]));
  }
  return labels;
}

async function fromParquet(source: FileSource, { name, column }: Request): Promise<LabelColumn> {
  const { parquetReadObjects, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const { checkedChunk, findRowGroups, forOddPages, readMetadata } = await import('../data/readers/parquet-chunks.ts');
  const metadata = await readMetadata(source);
  const elements = parquetSchema(metadata)
    .children.filter(({ element, children }) => children.length === 0 && element.repetition_type !== 'REPEATED')
    .map(({ element }) => element);
  const names = elements.map((element) => element.name);
  if (!names.includes(column)) return refuseColumn(name, column, names);
  const nullable = elements[names.indexOf(column)]!.repetition_type !== 'REQUIRED';
  const labels: (string | undefined)[] = [];
  for (const { start, rows, chunks } of findRowGroups(metadata, [column])) {
    const chunk = checkedChunk(source, chunks[0]!, nullable, rows, forOddPages(compressors));
    const range = { rowStart: start, rowEnd: start + rows };
    const cells = await parquetReadObjects({ ...chunk, ...range, metadata, columns: [column] });
    for (const cell of cells) labels.push(labelOf(cell[column]));
  }
  return labels;
}

/** Reads the column of an Arrow file. The codecs of compressed batches were registered when the points were read. */
async function fromArrow(source: FileSource, { name, column }: Request): Promise<LabelColumn> {
  const { tableFromIPC } = await import('apache-arrow');
  const table = tableFromIPC(new Uint8Array(await source.slice(0, source.size).arrayBuffer()));
  const cells = table.getChild(column);
  const names = table.schema.fields.map((field) => `${field.name}`);
  if (!cells) return refuseColumn(name, column, names);
  return Array.from({ length: table.numRows }, (_, row) => labelOf(cells.get(row)));
}

async function fromNumbers(_source: FileSource, { path, column, signal }: Request): Promise<LabelColumn> {
  const { points } = await readTable(path, { columns: [column], missing: 'keep', signal });
  return Array.from(points.data, labelOf);
}

/** The label in a cell; undefined for blank cells, null and NaN. */
function labelOf(cell: unknown): string | undefined {
  const text = cell === null || cell === undefined || Number.isNaN(cell) ? '' : String(cell).trim();
  return text === '' ? undefined : text;
}

function refuseColumn(file: string, column: string, names: readonly string[]): never {
  throw new EmgpuError(
    'missing-column',
    `${file} has no column "${column}"; it has ${names.join(', ')}.`,
    'Choose among these (upper and lower case matter).',
  );
}

function sourceOf(handle: FileHandle, size: number): FileSource {
  return {
    size,
    slice: (start, end) => ({
      async arrayBuffer() {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.buffer.slice(0, filled);
      },
    }),
  };
}
