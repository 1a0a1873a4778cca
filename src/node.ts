/**
 * emgpu for Node: WebGPU by Dawn (the optional package `webgpu`), worker threads, files by path.
 *
 * @module emgpu/node
 */
import { type FileHandle, open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fromNodeWorker } from './backends/cpu/worker-protocol.ts';
import { fileStore } from './backends/file-store.ts';
import { napUntil } from './backends/naps.ts';
import { usePlatform } from './backends/platform.ts';
import { waitBy } from './backends/waiting.ts';
import { type FileSource, type ReadTableOptions, readTable as readSource, type Table } from './data/readers/index.ts';
import {
  type OpenedSource,
  type OpenStreamOptions,
  openStream as openSource,
  type PointStream,
  type SourceOpener,
} from './data/stream.ts';
import { EmgpuError } from './errors.ts';

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

/** Beside this file in `dist/`; a name and not a literal, so that bundlers leave it alone. */
const WORKER_SCRIPT = './cpu-worker-node.js';

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

/**
 * Opens a file, by path or as a `Blob`, as a stream of chunks: for files larger than memory. It is opened anew for every
 * walk. Formats and columns as for {@link readTable}.
 */
export function openStream(
  source: string | FileSource | SourceOpener,
  options: OpenStreamOptions = {},
): Promise<PointStream> {
  if (typeof source !== 'string') return openSource(source, options);
  return openSource(() => openPath(source), { ...options, name: options.name ?? basename(source) });
}

async function openPath(path: string): Promise<OpenedSource> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new EmgpuError('unreadable-file', `${path} cannot be opened: ${reason}.`, 'Check the path.', { cause });
  }
  try {
    return { source: await sourceOf(file, path), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function sourceOf(file: FileHandle, path: string): Promise<FileSource> {
  const stats = await file.stat();
  if (!stats.isFile()) {
    throw new EmgpuError(
      'unreadable-file',
      `${path} is not a file.`,
      'Give the path of a CSV, TSV, Parquet, Arrow or NPY file. (The command line reads standard input by the name "-".)',
    );
  }
  return {
    size: stats.size,
    modified: stats.mtimeMs,
    slice: (start, end) => ({
      async arrayBuffer() {
        // Not zeroed, and not copied again where all of it was read.
        const bytes = Buffer.allocUnsafeSlow(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return filled === bytes.length ? bytes.buffer : bytes.buffer.slice(0, filled);
      },
    }),
  };
}
