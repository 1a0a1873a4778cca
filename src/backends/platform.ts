import type { WorkerLike } from '../threads.ts';
import { type TextStore, withMemory } from './text-store.ts';

/** What a runtime has to offer. Every member is called when it is needed, never at import. */
export interface Platform {
  /** The runtime's WebGPU, if it has one. */
  gpu(): Promise<GPU | undefined>;
  /** Starts a CPU worker, where the runtime has threads. */
  readonly spawnWorker: (() => WorkerLike) | undefined;
  /** Worker threads worth starting. */
  concurrency(): number;
  /** The device also draws pages, which must not wait for it. */
  readonly drawsPages: boolean;
  /** Where what was learnt about the machine is kept for the next process or page. */
  cache(): TextStore | undefined;
}

let current: Platform | undefined;

const BARE: Platform = {
  gpu: async () => undefined,
  spawnWorker: undefined,
  concurrency: () => 1,
  drawsPages: false,
  cache: () => undefined,
};

/** `emgpu/node` names its runtime when it is imported. */
export function usePlatform(platform: Platform): void {
  current = platform;
}

/** `emgpu` names what every runtime may have; in a process that also imports `emgpu/node`, that one counts. */
export function usePlatformByDefault(platform: Platform): void {
  current ??= platform;
}

export function platform(): Platform {
  return current ?? BARE;
}

let cached: TextStore | undefined;

/** The platform's cache, and this process's own memory where that fails. */
export function cache(): TextStore {
  cached ??= withMemory(platform().cache());
  return cached;
}
