/**
 * emgpu for browsers, workers and Deno. Importing it touches neither Node nor `navigator`.
 *
 * @module emgpu
 */
import { denoThread } from './backends/cpu/deno-thread.ts';
import CpuWorker from './backends/cpu/worker-web.ts?worker&inline';
import { denoStore } from './backends/deno-store.ts';
import { usePlatformByDefault } from './backends/platform.ts';
import { webStore } from './backends/web-store.ts';
import { fromWebWorker } from './threads.ts';

export {
  type FileFormat,
  type FileSource,
  type LeftOutColumn,
  type ReadTableOptions,
  readTable,
  type Table,
} from './data/readers/index.ts';
export { openStream } from './data/stream.ts';
export * from './public.ts';

usePlatformByDefault({
  gpu: async () => globalThis.navigator?.gpu,
  get spawnWorker() {
    if (typeof Worker === 'undefined') return undefined;
    return () => denoThread() ?? fromWebWorker(new CpuWorker({ name: 'emgpu-cpu' }));
  },
  concurrency: () => globalThis.navigator?.hardwareConcurrency ?? 1,
  get drawsPages() {
    return 'document' in globalThis || 'WorkerGlobalScope' in globalThis;
  },
  cache: () => denoStore() ?? (globalThis.indexedDB ? webStore() : undefined),
});
