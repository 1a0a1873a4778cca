import { EmgpuError } from '../errors.ts';
import { checkPoints, type HostPoints, MAX_FEATURES } from './points.ts';
import { type FileOptions, openFile } from './readers/open.ts';
import type { FileSource, TableFile } from './readers/source.ts';
import { type PointStream, ReplayedStream, type StreamPieces } from './replay.ts';
import { noRows, TableBuilder, type TableShape } from './table.ts';
import { checkWeights } from './weights.ts';

export type { ChunkOptions, PointStream, StreamPiece, StreamPieces } from './replay.ts';

export interface OpenStreamOptions extends Omit<FileOptions, 'name'> {
  /** Default: the name of a `File`. */
  readonly name?: string | undefined;
  /** Stops opening; the call rejects with `aborted`. A walk has a signal of its own. */
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of a file that are held open until `close()`. */
export interface OpenedSource {
  readonly source: FileSource;
  close(): Promise<void>;
}

/** Opens a file: once to choose its columns, and again for every walk. */
export type SourceOpener = () => Promise<OpenedSource>;

/**
 * Opens a CSV, TSV, Parquet, Arrow or NPY file as a stream. What `readTable` would give as a whole comes in chunks; a
 * few blocks of the file (text of 128 KB, row groups, record batches, 4 MB of a NPY file) and of the chunk are in memory.
 * Throws what `readTable` throws; an error in a row is thrown by the walk that comes to it.
 */
export async function openStream(
  source: FileSource | SourceOpener,
  options: OpenStreamOptions = {},
): Promise<PointStream> {
  const open = typeof source === 'function' ? source : async () => ({ source, close: async () => {} });
  const name = options.name ?? nameOf(source) ?? 'data';
  const opened = await open();
  try {
    const file = await openFile(opened.source, { ...options, name }, options.signal);
    const { size, modified } = opened.source;
    const { labels, weighted, narrow, leftOut } = file.columns;
    const featureNames = weighted ? labels.slice(0, -1) : labels;
    return new ReplayedStream({
      name,
      nFeatures: featureNames.length,
      featureNames,
      nSamples: options.missing === 'drop' ? undefined : file.nRows,
      leftOut,
      narrow,
      weighted,
      pieces: (signal, room) => readBlocks(open, file, { size, modified }, { ...options, name, room }, signal),
    });
  } finally {
    await opened.close();
  }
}

function nameOf(source: object): string | undefined {
  return 'name' in source && typeof source.name === 'string' && typeof source !== 'function' ? source.name : undefined;
}

/** The rows of a file, block by block. */
async function* readBlocks(
  open: SourceOpener,
  file: TableFile,
  { size, modified }: Pick<FileSource, 'size' | 'modified'>,
  { name, missing = 'error', room }: FileOptions & Pick<TableShape, 'room'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<HostPoints> {
  const { source, close } = await open();
  try {
    if (source.size !== size || source.modified !== modified) {
      const seen = source.size === size ? 'it was written to' : `it had ${size} bytes and now has ${source.size}`;
      throw new EmgpuError(
        'stream-changed',
        `${name} was changed while it was in use: ${seen}.`,
        'Write to another file, or open the stream again.',
      );
    }
    const builder = new TableBuilder({ ...file.columns, file: name, missing, expectedRows: 0, room });
    let isEmpty = true;
    for await (const _ of file.read(source, builder, signal)) {
      if (builder.kept === 0) continue;
      isEmpty = false;
      yield builder.take();
    }
    if (isEmpty) throw noRows(name, file.columns.labels, builder.dropped);
  } finally {
    await close();
  }
}

/** D columns, with names or without. */
export interface StreamShape {
  readonly nFeatures: number;
  /** D names. */
  readonly featureNames?: readonly string[] | undefined;
}

/** A stream of points in memory, which are copied chunk by chunk. */
export function streamFrom(points: HostPoints): PointStream;
/**
 * A stream of pieces that `source` opens anew for every walk, or that can be iterated again and again (an array, for
 * instance; a generator can be walked once). Pieces have any number of rows, and all have weights or none. Chunks are
 * float32 if the first piece is, and then all must be, else float64. Numbers are not looked at.
 */
export function streamFrom(source: StreamPieces | (() => StreamPieces), shape: StreamShape): PointStream;
export function streamFrom(source: HostPoints | StreamPieces | (() => StreamPieces), shape?: StreamShape): PointStream {
  if (typeof source === 'object' && source !== null && 'data' in source) {
    checkPoints(source);
    checkWeights(source);
    const { data, nFeatures, featureNames } = source;
    const nSamples = data.length / nFeatures;
    return new ReplayedStream({ name: 'the stream', nFeatures, featureNames, nSamples, pieces: () => [source] });
  }
  const { nFeatures, featureNames } = checkShape(shape);
  return new ReplayedStream({ name: 'the stream', nFeatures, featureNames, pieces: reopened(source) });
}

/** Throws what `checkPoints` throws for points of this shape. */
function checkShape(shape: StreamShape | undefined): StreamShape {
  const checked = { ...shape, nFeatures: shape?.nFeatures ?? Number.NaN };
  const row = new Float32Array(Math.min(Math.max(1, checked.nFeatures || 1), MAX_FEATURES));
  checkPoints({ ...checked, data: row });
  return checked;
}

/** A function that opens the source anew; it refuses a source that can be walked once and has been. */
function reopened(source: StreamPieces | (() => StreamPieces)): () => StreamPieces {
  let before: StreamPieces | undefined;
  return () => {
    const pieces = typeof source === 'function' ? source() : source;
    if (!isIterable(pieces)) {
      throw new EmgpuError(
        'invalid-option',
        'The source of a stream must be iterable, or a function that returns what is.',
        'Pass an async generator function, an array of chunks, or { data, nFeatures }.',
      );
    }
    if (pieces === before && 'next' in pieces) {
      throw new EmgpuError(
        'stream-ended',
        'A generator can be walked only once, and this one was.',
        'Pass the function that makes it, so that every walk gets one of its own.',
      );
    }
    before = pieces;
    return pieces;
  };
}

/** Whether the source can be iterated for pieces. A typed array cannot: its elements are numbers. */
function isIterable(source: unknown): source is StreamPieces {
  if (typeof source !== 'object' || source === null || ArrayBuffer.isView(source)) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}
