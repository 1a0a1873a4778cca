import type { TextStore } from './text-store.ts';

interface DenoGlobal {
  readonly permissions: { query(permission: { name: string; kind?: string }): Promise<{ state: string }> };
}

/** What `file-store.ts` does in Deno. */
const NEEDED = [{ name: 'env' }, { name: 'sys', kind: 'homedir' }, { name: 'read' }, { name: 'write' }];

/** Beside this file in `dist/`; a name and not a literal, so that bundlers leave it alone. */
const FILE_STORE = './file-store.js';

/** Files, where the program may use them anyway (`deno run -A`): asking would put a question to whoever started it. */
export function denoStore(): TextStore | undefined {
  const { Deno: deno } = globalThis as { Deno?: DenoGlobal };
  if (!deno) return undefined;
  const open = async (): Promise<TextStore> => {
    const answers = await Promise.all(NEEDED.map((permission) => deno.permissions.query(permission)));
    if (answers.some(({ state }) => state !== 'granted')) throw new Error('Files are not permitted.');
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ FILE_STORE)).fileStore();
  };
  return {
    read: async (name) => (await open()).read(name),
    write: async (name, text) => (await open()).write(name, text),
  };
}
