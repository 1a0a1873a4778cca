import type * as Emgpu from 'emgpu';
import { MeteredDevice } from './metered-device.ts';

/** What the benchmark needs of its surroundings: Node (`node.ts`) or a page (`demo/bench.ts`). */
export interface Surroundings {
  /** The library under test, by its public entry for this runtime. */
  readonly emgpu: Pick<typeof Emgpu, 'GaussianMixture' | 'KMeans' | 'workDone'>;
  readonly gpu: GPU | undefined;
  /** For example `emgpu 0.1.0`. */
  readonly version: string;
  /** Of the library's sources, where it is known. */
  readonly commit?: string | undefined;
  /** For example `Node 20.19.0, webgpu 0.6.2 (Dawn)`. */
  readonly runtime: string;
  /** Processor and threads. */
  readonly processor: string;
  /** Largest amount of points, in bytes, that may be made. */
  readonly mostBytes: number;
}

/** What rows and reports say of the adapter (or the processor, where there is no driver to tell of). */
export interface AdapterFacts {
  readonly name: string;
  readonly driver: string;
  /** A processor that pretends to be a GPU. */
  readonly isSoftware: boolean;
}

/** Where the rows of a run are computed. */
export interface Place {
  readonly backend: 'webgpu' | 'cpu';
  readonly surroundings: Surroundings;
  readonly adapter: AdapterFacts;
  /** On `webgpu` only. */
  readonly device?: MeteredDevice;
}

const LIMITS = ['maxStorageBufferBindingSize', 'maxBufferSize'] as const;

/** Opens an adapter: any one there is, software included. `undefined` where there is none. */
export async function openGpu(surroundings: Surroundings): Promise<Place | undefined> {
  const adapter = await surroundings.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
  const device = await adapter.requestDevice({ label: 'emgpu benchmark', requiredLimits, requiredFeatures });
  return { backend: 'webgpu', surroundings, adapter: factsOf(adapter.info), device: new MeteredDevice(device) };
}

/** The float64 backend on all cores: rows of their own, and the reference of all others. */
export function cpuPlace(surroundings: Surroundings): Place {
  const adapter = { name: surroundings.processor, driver: 'float64 CPU backend', isSoftware: false };
  return { backend: 'cpu', surroundings, adapter };
}

function factsOf(info: GPUAdapterInfo): AdapterFacts {
  // Browsers do not tell the device.
  const parts = info.device ? [info.device.replace(/-+$/, '')] : [info.vendor, info.architecture].filter(Boolean);
  return {
    name: parts.join(' ') || info.description || 'unnamed adapter',
    driver: info.description || 'not told',
    isSoftware: Boolean(info.isFallbackAdapter),
  };
}

/** The adapter's name as part of file names. */
export function slugOf(adapter: AdapterFacts): string {
  return adapter.name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
