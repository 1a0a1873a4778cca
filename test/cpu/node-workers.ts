import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { fromNodeWorker, type WorkerLike } from '../../src/threads.ts';

/**
 * Bundles the entry of a Node thread into `build/<name>/` (not under version control) and returns a function that starts
 * it: works in a fresh clone, before anything was built.
 */
export async function bundleNodeWorker(
  name: string,
  entry = 'src/backends/cpu/worker-node.ts',
): Promise<() => WorkerLike> {
  const root = new URL('../../', import.meta.url);
  const outDir = new URL(`build/${name}/`, root);
  await build({
    configFile: false,
    root: root.pathname,
    logLevel: 'error',
    build: {
      ssr: entry,
      outDir: outDir.pathname,
      rolldownOptions: { output: { entryFileNames: 'worker.js' } },
    },
  });
  return () => fromNodeWorker(new Worker(new URL('worker.js', outDir)));
}
