import { EmgpuError } from '../errors.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import type { HostPoints } from './points.ts';
import { FILE_OPTIONS, type FileOptions, openFile } from './readers/open.ts';
import type { FileSource, TableFile } from './readers/source.ts';
import type { ChunkKind } from './rechunk.ts';
import { type ChunkOptions, type PointStream, ReplayedStream } from './replay.ts';
import { type ColumnSet, noRows, TableBuilder, type TableShape } from './table.ts';

export interface OpenStreamOptions extends Omit<FileOptions, 'name'> {
  /** Default: the name of a `File`. */
  readonly name?: string | undefined;
  /** Stops opening; the call rejects with `aborted`. A walk has a signal of its own. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = { ...FILE_OPTIONS, signal: true } satisfies OptionNames<OpenStreamOptions>;

/** The bytes of a file that are held open until `close()`. */
export interface OpenedSource {
  readonly source: FileSource;
  close(): Promise<void>;
}

/** Opens a file: once to choose its columns, and again for every walk. */
export type SourceOpener = () => Promise<OpenedSource>;

/** A file as a stream found it when it was opened: size in bytes, and when it was last written to. */
export interface WalkedFile extends Pick<FileSource, 'size' | 'modified'> {
  readonly options: FileOptions;
}

/** Has another thread walk a file; undefined where there is none to be had. */
export type WalkApart = (file: WalkedFile, options: ChunkOptions) => Promise<AsyncIterable<HostPoints> | undefined>;

/** Files from this size on, in bytes, are worth another thread, which takes some 50 ms to start. */
const APART_FROM = 16 * 2 ** 20;

/** The stream of a file's rows. */
export async function openFileStream(
  source: FileSource | SourceOpener,
  given: OpenStreamOptions,
  walkApart?: WalkApart,
): Promise<PointStream> {
  checkOptionNames(given, OPTIONS);
  const open = typeof source === 'function' ? source : async () => ({ source, close: async () => {} });
  const { signal, name = nameOf(source) ?? 'data', ...reading } = given;
  const options: FileOptions = { ...reading, name };
  const opened = await open();
  try {
    const table = await openFile(opened.source, options, signal);
    const { size, modified } = opened.source;
    const file: WalkedFile = { options, size, modified };
    return new ReplayedStream({
      name,
      ...kindOf(table.columns),
      nSamples: options.missing === 'drop' ? undefined : table.nRows,
      leftOut: table.columns.leftOut,
      pieces: (walkSignal, room) => readBlocks(open, table, file, walkSignal, room),
      ...(walkApart && file.size >= APART_FROM && { chunksApart: (walk) => walkApart(file, walk) }),
    });
  } finally {
    await opened.close();
  }
}

function nameOf(source: object): string | undefined {
  return 'name' in source && typeof source.name === 'string' && typeof source !== 'function' ? source.name : undefined;
}

/** What chunks of these columns are like. */
export function kindOf({ labels, weighted, narrow }: ColumnSet): ChunkKind {
  const featureNames = weighted ? labels.slice(0, -1) : labels;
  return { nFeatures: featureNames.length, featureNames, narrow, weighted };
}

/** The rows of a file, block by block. */
export async function* readBlocks(
  open: SourceOpener,
  table: TableFile,
  { options: { name, missing = 'error' }, size, modified }: WalkedFile,
  signal: AbortSignal | undefined,
  room: TableShape['room'],
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
    const builder = new TableBuilder({ ...table.columns, file: name, missing, expectedRows: 0, room });
    let isEmpty = true;
    for await (const _ of table.read(source, builder, signal)) {
      if (builder.kept === 0) continue;
      isEmpty = false;
      yield builder.take();
    }
    if (isEmpty) throw noRows(name, table.columns.labels, builder.dropped);
  } finally {
    await close();
  }
}
