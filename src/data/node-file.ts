import { type FileHandle, open } from 'node:fs/promises';
import { EmgpuError } from '../errors.ts';
import type { OpenedSource } from './file-stream.ts';
import type { FileSource } from './readers/source.ts';

/** Opens a file of Node by its path. Rejects with `unreadable-file`. */
export async function openPath(path: string): Promise<OpenedSource> {
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
