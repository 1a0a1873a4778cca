import { EmgpuError } from '../../errors.ts';
import type { TunedStage } from './tuning-file.ts';

/** What an adapter says of itself. */
export interface AdapterReport {
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  /** A CPU pretending to be a GPU: correct, but slower than the CPU backend. */
  readonly isSoftware: boolean;
  readonly features: string[];
  readonly limits: Record<string, number>;
  /** The variants of kernels that were found to be the fastest on it. */
  readonly tuned: readonly TunedStage[];
}

/** The limits that decide how points are stored; worth asking the adapter's best for. */
const LIMITS = ['maxStorageBufferBindingSize', 'maxBufferSize'] as const;

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|software/i;

/** Tells software rasterizers by what they call themselves: `isFallbackAdapter` is not set by every runtime. */
export function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  if (!info) return false;
  const names = [info.vendor, info.architecture, info.device, info.description].join(' ');
  return Boolean(info.isFallbackAdapter) || SOFTWARE.test(names);
}

/** A line for people. Some runtimes do not tell which adapter a device came from. */
export function adapterName(info: GPUAdapterInfo | undefined): string {
  if (!info) return 'unnamed adapter';
  return (
    info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'unnamed adapter'
  );
}

/** Everything `emgpu info` prints about an adapter. */
export function reportAdapter(adapter: GPUAdapter, tuned: readonly TunedStage[]): AdapterReport {
  const { info } = adapter;
  const limits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') limits[name] = value;
  }
  return {
    description: adapterName(info),
    vendor: info.vendor,
    architecture: info.architecture,
    isSoftware: isSoftware(info),
    features: [...adapter.features].sort(),
    limits,
    tuned,
  };
}

/** What the kernels need; every WebGPU device has it unless it was asked for less (compatibility mode). */
const NEEDED = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxStorageBuffersPerShaderStage: 8,
  maxUniformBufferBindingSize: 65536,
  maxDynamicUniformBuffersPerPipelineLayout: 2,
  maxStorageBufferBindingSize: 64 * 2 ** 20,
} as const;

/** Throws `insufficient-limits` naming the first limit that a device falls short of. */
export function checkLimits(limits: GPUSupportedLimits): void {
  for (const [name, needed] of Object.entries(NEEDED)) {
    const offered = limits[name as keyof typeof NEEDED];
    if (offered < needed) {
      throw new EmgpuError(
        'insufficient-limits',
        `The device's ${name} must be at least ${needed}, got ${offered}.`,
        `Request the device with requiredLimits: { ${name}: ${needed} }.`,
      );
    }
  }
}

/** A device of our own, with room for large bindings where the adapter has it, and timestamps where it offers them. */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name of LIMITS) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
  return adapter.requestDevice({ label: 'emgpu', requiredLimits, requiredFeatures });
}

/** How long browsers may take to tell of a loss after the first call that fails for it, milliseconds. Firefox takes some. */
const LATE = 100;

/** Watches a device for its loss, whoever owns it. */
export class DeviceWatch {
  #reason: string | undefined;
  readonly #told: Promise<void>;

  constructor(device: GPUDevice) {
    this.#told = device.lost.then((info) => {
      this.#reason = `${info.reason ?? 'unknown'}: ${info.message}`;
    });
  }

  get lost(): boolean {
    return this.#reason !== undefined;
  }

  /** What `error` was caused by: `device-lost`, which may be told a little after what fails for it, or itself. */
  async explain(error: unknown): Promise<unknown> {
    if (error instanceof EmgpuError) return error;
    await Promise.race([this.#told, new Promise((resolve) => setTimeout(resolve, LATE))]);
    try {
      this.check(error);
      return error;
    } catch (lost) {
      return lost;
    }
  }

  /** Throws `device-lost` once the device is gone. */
  check(cause?: unknown): void {
    if (this.#reason === undefined) return;
    throw new EmgpuError(
      'device-lost',
      `The GPU device was lost (${this.#reason}).`,
      'Open a new device and fit again; if it happens often, use fewer points at a time or the CPU backend.',
      { cause },
    );
  }
}
