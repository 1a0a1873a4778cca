import { accessSync, constants, fstatSync, realpathSync, rmSync, type Stats, statSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EmgpuError } from '../node.ts';
import { type Sink, stderr, stdout } from './sink.ts';

/** An output file that comes into being as a whole or not at all. */
interface StagedFile extends Sink {
  readonly target: string;
  /** Beside the target, so that the rename stays within one file system; absent for pipes, devices and the standard streams. */
  readonly temporary?: string;
  close(): Promise<void>;
}

/**
 * The output files of one command. They are opened before the work, so that a target which cannot be written is
 * noticed at once; they are written beside their targets; they appear under their names when all of them are complete.
 */
export class StagedFiles {
  readonly #files: StagedFile[] = [];
  readonly #inputs: readonly string[];

  /** @param inputs files that no output may replace */
  constructor(inputs: readonly string[]) {
    this.#inputs = inputs.map(identity);
    process.once('exit', this.#removeTemporaries);
  }

  /** Prepares `path` for writing, on behalf of the option `flag`. */
  async open(flag: string, path: string): Promise<Sink> {
    const target = identity(path);
    if (this.#inputs.includes(target)) throw unwritable(flag, path, 'it is read by the same command');
    if (this.#files.some((file) => file.target === target)) throw unwritable(flag, path, 'another option writes it');
    try {
      const file = await openStaged(path, target);
      this.#files.push(file);
      return file;
    } catch (cause) {
      throw unwritable(flag, path, reasonOf(cause), cause);
    }
  }

  /** Closes all files and gives them their names. */
  async commit(): Promise<void> {
    for (const file of this.#files) await file.close();
    for (const { temporary, target } of this.#files) if (temporary) await rename(temporary, target);
    this.#files.length = 0;
    await this.discard();
  }

  /** Removes what was not committed. */
  async discard(): Promise<void> {
    process.off('exit', this.#removeTemporaries);
    for (const file of this.#files) await file.close().catch(() => undefined);
    this.#removeTemporaries();
    this.#files.length = 0;
  }

  readonly #removeTemporaries = (): void => {
    for (const { temporary } of this.#files) if (temporary) rmSync(temporary, { force: true });
  };
}

async function openStaged(path: string, target: string): Promise<StagedFile> {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (existing?.isDirectory()) throw new Error('it is a folder');
  if (existing) accessSync(path, constants.W_OK);
  const stream = existing && standardStream(existing);
  if (stream) return { target, close: async () => {}, write: stream.write };
  // Renaming onto /dev/null or a named pipe would replace it by a file.
  const temporary = existing && !existing.isFile() ? undefined : `${target}.${process.pid}.tmp`;
  const handle = await open(temporary ?? path, temporary ? 'wx' : 'w');
  return {
    ...{ target, ...(temporary && { temporary }) },
    close: () => handle.close(),
    write: async (text) => void (await handle.writeFile(text)),
  };
}

/** The standard stream that leads to this file, if one does: a second opening of it would write over what the stream writes. */
function standardStream({ dev, ino }: Stats): Sink | undefined {
  const leadsThere = (descriptor: number) => {
    const stats = fstatSync(descriptor);
    return stats.dev === dev && stats.ino === ino;
  };
  if (leadsThere(1)) return stdout;
  return leadsThere(2) ? stderr : undefined;
}

/** The file that a path means: links followed as far as they lead to something. */
function identity(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'its folder does not exist';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'writing there is not permitted';
  return message;
}

function unwritable(flag: string, path: string, why: string, cause?: unknown): EmgpuError {
  const remedy = `Choose another path; the folder ${dirname(resolve(path))} must exist and be writable.`;
  return new EmgpuError('invalid-option', `${flag} ${path} cannot be written: ${why}.`, remedy, { cause });
}
