/**
 * emgpu for Node: WebGPU by Dawn (the optional package `webgpu`), worker threads, files by path.
 *
 * @module emgpu/node
 */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fileStore } from './backends/file-store.ts';
import { napUntil } from './backends/naps.ts';
import { usePlatform } from './backends/platform.ts';
import { waitBy } from './backends/waiting.ts';
import { Readers } from './data/apart/readers.ts';
import { openFileStream, type WalkApart } from './data/file-stream.ts';
import { openPath } from './data/node-file.ts';
import { type FileSource, type ReadTableOptions, readTable as readSource, type Table } from './data/readers/index.ts';
import type { OpenStreamOptions, PointStream, SourceOpener } from './data/stream.ts';
import { fromNodeWorker } from './threads.ts';

export type { FileFormat, LeftOutColumn, ReadTableOptions, Table } from './data/readers/index.ts';
export * from './public.ts';

let dawn: Promise<GPU | undefined> | undefined;

/** Dawn's entry must outlive everything made from it, or the process crashes when it is collected. */
function loadDawn(): Promise<GPU | undefined> {
  dawn ??= import('webgpu')
    .then(({ create, globals }) => {
      for (const [name, value] of Object.entries(globals)) (globalThis as Record<string, unknown>)[name] ??= value;
      return create([]);
    })
    .catch(() => undefined); // an optional package: not installed, or not made for this machine
  return dawn;
}

usePlatform({
  gpu: loadDawn,
  spawnWorker: () =>
    fromNodeWorker(new Worker(new URL(/* @vite-ignore */ WORKER_SCRIPT, import.meta.url), { execArgv: [] })),
  concurrency: availableParallelism,
  drawsPages: false,
  cache: () => fileStore(),
});
waitBy(napUntil);

/** Beside this file in `dist/`; names and not literals, so that bundlers leave them alone. */
const WORKER_SCRIPT = './cpu-worker-node.js';
const READER_SCRIPT = './reader-node.js';

/**
 * Reads a table of numbers from a file: CSV, TSV, Parquet, Arrow IPC or NPY, told by its content, else by its name.
 * Columns are chosen by name; by default all that hold numbers. Rejects with an {@link EmgpuError} that names row and column.
 */
export async function readTable(path: string, options: Partial<ReadTableOptions> = {}): Promise<Table> {
  const { source, close } = await openPath(path);
  try {
    return await readSource(source, { name: basename(path), ...options });
  } finally {
    await close();
  }
}

/** Where streams are read, so that the calling thread is free to bring chunks to a device. */
const readers = new Readers(() =>
  fromNodeWorker(new Worker(new URL(/* @vite-ignore */ READER_SCRIPT, import.meta.url), { execArgv: [] })),
);
let nStreams = 0;

/**
 * Opens a file, by path or as a `Blob`, as a stream of chunks: for files larger than memory. It is opened anew for every
 * walk, and large files are read on a thread of their own. Formats and columns as for {@link readTable}.
 */
export function openStream(
  source: string | FileSource | SourceOpener,
  options: OpenStreamOptions = {},
): Promise<PointStream> {
  const isPath = typeof source === 'string';
  const stream = nStreams++;
  const walkApart: WalkApart | undefined =
    isPath || source instanceof Blob
      ? (file, { rows, lent, shared, signal }) =>
          readers.walk({ ...file, stream, place: source, rows, lent, shared }, signal)
      : undefined;
  if (!isPath) return openFileStream(source, options, walkApart);
  return openFileStream(() => openPath(source), { ...options, name: options.name ?? basename(source) }, walkApart);
}
