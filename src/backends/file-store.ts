import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextStore } from './text-store.ts';

/**
 * Texts as files of a folder; default the user's cache folder: `$XDG_CACHE_HOME/emgpu` or `~/.cache/emgpu`, on macOS
 * `~/Library/Caches/emgpu`, on Windows `%LOCALAPPDATA%\emgpu\Cache`.
 */
export function fileStore(folder?: string): TextStore {
  return {
    read: async (name) => readFile(join(folder ?? (await cacheFolder()), name), 'utf8'),
    async write(name, text) {
      const home = folder ?? (await cacheFolder());
      await mkdir(home, { recursive: true });
      const draft = join(home, `${name}.${randomUUID()}.tmp`);
      try {
        await writeFile(draft, text);
        await rename(draft, join(home, name));
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

/** Loaded when it is needed: it asks for the home folder at once, and fails for users who have none. */
async function cacheFolder(): Promise<string> {
  const { default: envPaths } = await import('env-paths');
  return envPaths('emgpu', { suffix: '' }).cache;
}
