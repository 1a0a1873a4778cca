import { fromNodeWorker, type NodeWorker, type WorkerLike } from '../../threads.ts';

interface DenoProcess {
  getBuiltinModule(name: 'node:worker_threads'): { readonly Worker: new (script: URL) => NodeWorker };
}

/** Beside this file in `dist/`; a name and not a literal, so that bundlers leave it alone. */
const WORKER_SCRIPT = './cpu-worker-node.js';

/**
 * Starts a thread as Node does. Web Workers of Deno keep a program from ending until they are terminated, and cannot be told otherwise.
 * Undefined elsewhere than in Deno, and where the package is not on the disk: no thread starts from there.
 */
export function denoThread(): WorkerLike | undefined {
  const { Deno: deno, process } = globalThis as { Deno?: unknown; process?: DenoProcess };
  if (!deno || !process || !import.meta.url.startsWith('file:')) return undefined;
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  return fromNodeWorker(
    new Worker(new URL(/* webpackIgnore: true */ /* @vite-ignore */ WORKER_SCRIPT, import.meta.url)),
  );
}
