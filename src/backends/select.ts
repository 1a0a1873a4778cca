import type { Backend } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { createCpuBackend } from './cpu/backend.ts';
import { WorkerPool } from './cpu/worker-pool.ts';
import { cache, type Platform, platform } from './platform.ts';
import { createGpuBackend } from './webgpu/backend.ts';
import {
  type AdapterReport,
  adapterName,
  checkLimits,
  isSoftware,
  reportAdapter,
  requestDevice,
} from './webgpu/device.ts';
import { PAGE_SUBMIT_SECONDS } from './webgpu/pace.ts';
import { rememberedStages } from './webgpu/tuning.ts';

/** Where to compute. `auto`: a hardware GPU, else the CPU. `webgpu`: any adapter, software ones included. */
export type BackendChoice = 'auto' | 'webgpu' | 'cpu';

/** What a choice comes to, and why. */
type Decision =
  | { readonly adapter: GPUAdapter; readonly reason: string }
  | { readonly adapter?: never; readonly reason: string };

const NO_ADAPTER_REMEDY =
  "Use a browser with WebGPU, install a GPU driver (on Linux a Vulkan one), or choose backend 'cpu' (--backend cpu).";

async function decide(choice: BackendChoice, runtime: Platform): Promise<Decision> {
  if (choice === 'cpu') return { reason: 'the CPU was asked for' };
  const gpu = await runtime.gpu();
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) {
    const found = gpu ? 'WebGPU is there but offers no adapter' : 'this runtime has no WebGPU';
    if (choice === 'webgpu')
      throw new EmgpuError('no-adapter', `A WebGPU adapter was asked for; ${found}.`, NO_ADAPTER_REMEDY);
    return { reason: found };
  }
  if (choice === 'webgpu') return { adapter, reason: 'WebGPU was asked for' };
  if (isSoftware(adapter.info)) {
    return {
      reason: `the only adapter is software (${adapterName(adapter.info)}), slower than the CPU itself; ask for webgpu to use it`,
    };
  }
  return { adapter, reason: 'a hardware GPU is there' };
}

/** What a device's backend is told of where it runs. */
function surroundings({ drawsPages }: Platform, info: GPUAdapterInfo | undefined) {
  if (!drawsPages) return { cache: cache() };
  // A driver on the processor may compile a variant when it is first tried, for half a second in which the page gets no frame (lavapipe).
  const untuned = isSoftware(info) && { tuneFrom: Number.POSITIVE_INFINITY };
  return { cache: cache(), submitSeconds: PAGE_SUBMIT_SECONDS, ...untuned };
}

async function open(choice: BackendChoice, runtime: Platform): Promise<Backend> {
  const { adapter, reason } = await decide(choice, runtime);
  const onCpu = (why: string) => createCpuBackend({ pool: sharedPool(runtime), reason: why });
  if (!adapter) return onCpu(reason);
  try {
    const device = await requestDevice(adapter);
    return createGpuBackend({
      device,
      info: adapter.info,
      reason,
      owned: true,
      ...surroundings(runtime, adapter.info),
    });
  } catch (cause) {
    const failure = `${adapterName(adapter.info)} gave no device (${(cause as Error).message})`;
    if (choice === 'auto') return onCpu(failure);
    throw new EmgpuError('no-adapter', `A WebGPU device was asked for; ${failure}.`, NO_ADAPTER_REMEDY, { cause });
  }
}

/** The workers of `cpu` and of `auto` where that comes to the CPU. */
let pool: WorkerPool | undefined;

function sharedPool({ spawnWorker, concurrency }: Platform): WorkerPool | undefined {
  if (!spawnWorker) return undefined;
  pool ??= new WorkerPool(spawnWorker, concurrency());
  return pool;
}

/** Backends that fits share: opening a device, compiling and starting threads is done once per choice. */
const opened = new Map<BackendChoice, Promise<Backend>>();
const borrowed = new WeakMap<GPUDevice, Backend>();

/**
 * The backend for a choice, opened on first use and kept; a device that was lost meanwhile is replaced.
 * Rejects with `no-adapter` where WebGPU was asked for and there is none.
 */
export async function openBackend(choice: BackendChoice): Promise<Backend> {
  for (;;) {
    // Two callers at once share one opening.
    const opening = opened.get(choice) ?? open(choice, platform());
    opened.set(choice, opening);
    const forget = () => {
      if (opened.get(choice) === opening) opened.delete(choice);
    };
    const backend = await opening.catch((error: unknown) => {
      forget();
      throw error;
    });
    if (!backend.lost) return backend;
    forget();
  }
}

/** A backend on the caller's device, which is never destroyed. Throws `invalid-option` for what is none, and `insufficient-limits`. */
export function borrowDevice(device: GPUDevice): Backend {
  if (typeof device !== 'object' || !device?.limits || !device.queue) {
    throw new EmgpuError('invalid-option', `device must be a GPUDevice, got ${device}.`, 'Pass one, or leave it out.');
  }
  let backend = borrowed.get(device);
  if (!backend) {
    checkLimits(device.limits);
    backend = createGpuBackend({
      device,
      info: device.adapterInfo,
      reason: 'the caller shared a device',
      owned: false,
      ...surroundings(platform(), device.adapterInfo),
    });
    borrowed.set(device, backend);
  }
  return backend;
}

/** Ends the shared backends: stops the worker threads and destroys the devices that emgpu opened. Fits still open fail. */
export async function releaseBackends(): Promise<void> {
  const all = [...opened.values()];
  opened.clear();
  for (const backend of await Promise.allSettled(all)) if (backend.status === 'fulfilled') backend.value.destroy();
}

/** What there is to compute on, and what `auto` would take. */
export interface BackendReport {
  readonly adapters: AdapterReport[];
  readonly cpu: { readonly workers: number };
  readonly auto: { readonly backend: 'webgpu' | 'cpu'; readonly adapter: string; readonly reason: string };
}

/** Looks at every adapter the runtime shows, without opening any. */
export async function describeBackends(): Promise<BackendReport> {
  const runtime = platform();
  const gpu = await runtime.gpu();
  const adapters = new Map<string, AdapterReport>();
  for (const options of [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ]) {
    const adapter = await gpu?.requestAdapter(options as GPURequestAdapterOptions).catch(() => null);
    if (adapter) {
      const tuned = await rememberedStages(cache(), adapter.info);
      adapters.set(adapterName(adapter.info), reportAdapter(adapter, tuned));
    }
  }
  const workers = runtime.spawnWorker ? runtime.concurrency() : 1;
  const { adapter, reason } = await decide('auto', runtime);
  const auto = adapter
    ? { backend: 'webgpu' as const, adapter: adapterName(adapter.info), reason }
    : { backend: 'cpu' as const, adapter: `${workers} thread${workers === 1 ? '' : 's'}`, reason };
  return { adapters: [...adapters.values()], cpu: { workers }, auto };
}
