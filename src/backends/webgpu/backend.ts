import { checkPoints, type Points } from '../../data/points.ts';
import type { Backend, Dataset, LoadOptions } from '../../em/types.ts';
import { type TextStore, withMemory } from '../text-store.ts';
import { compileAhead } from './ahead.ts';
import type { GpuContext } from './context.ts';
import { GpuDataset, PRECISION } from './dataset.ts';
import { adapterName, DeviceWatch, isSoftware } from './device.ts';
import { loadPoints } from './load.ts';
import { Pace, SUBMIT_SECONDS } from './pace.ts';
import { Pipelines } from './pipelines.ts';
import { shapeOf } from './shape.ts';
import { Tuning } from './tuning.ts';
import { WINDOW_BYTES, windowRows } from './windows.ts';

/** First guesses of operations per second, for cutting the first submits; measured from then on. */
const SOFTWARE_RATE = 1e10;
const HARDWARE_RATE = 5e10;

/** Seconds: shorter passes spend most of their time on the way to the host and back. */
const TUNE_FROM = 5e-3;

/**
 * Points of a window from which on passes are lean on a GPU. Mixtures of fewer are summed in short runs, whose roundings average out, and where
 * a readback would take longer than an iteration they go on without the host all the same; k-means does so in lean passes only.
 */
const LEAN_FROM = { mixtures: 2 ** 16 + 1, kMeans: 1 };
const NEVER_LEAN = { mixtures: Number.POSITIVE_INFINITY, kMeans: Number.POSITIVE_INFINITY };

export interface GpuBackendOptions {
  readonly device: GPUDevice;
  /** What the device says of itself; used for the name and the first guess of its speed. */
  readonly info: GPUAdapterInfo | undefined;
  readonly reason: string;
  /** Whether `destroy()` may destroy the device. */
  readonly owned: boolean;
  /** First guess of operations per second; default by the kind of adapter. Only how work is cut depends on it. */
  readonly rate?: number;
  /** Seconds of work per submit, default 0.05. Only how work is cut depends on it. */
  readonly submitSeconds?: number;
  /** Bytes of points per buffer at most, default 256 MiB. */
  readonly windowBytes?: number;
  /** Where the fastest variants are remembered; default: nowhere beyond this backend. */
  readonly cache?: TextStore;
  /** Seconds of a pass from which on variants are timed, default 0.005. */
  readonly tuneFrom?: number;
  /**
   * Points of a window from which on passes are lean where a kernel can; default 65,537 (k-means: any) on a GPU, never on drivers that compute on
   * the processor.
   */
  readonly leanFrom?: number;
}

/** The backend that computes on a WebGPU device. */
export function createGpuBackend(options: GpuBackendOptions): Backend {
  const { device, info, reason, owned, windowBytes = WINDOW_BYTES } = options;
  const watch = new DeviceWatch(device);
  const rate = options.rate ?? (isSoftware(info) ? SOFTWARE_RATE : HARDWARE_RATE);
  const pace = new Pace(device, rate, options.submitSeconds ?? SUBMIT_SECONDS);
  const tuning = new Tuning(options.cache ?? withMemory(), info, options.tuneFrom ?? TUNE_FROM);
  const leanFrom = thresholdsOf(options);
  const context: GpuContext = { device, watch, pipelines: Pipelines.of(device), pace, tuning, windowBytes, leanFrom };
  return {
    name: 'webgpu',
    adapter: adapterName(info),
    reason,
    precision: PRECISION,
    get lost() {
      return watch.lost;
    },
    windowRows: (nFeatures) => windowRows(context, shapeOf(nFeatures)),
    async load(points: Points, options: LoadOptions): Promise<Dataset> {
      checkPoints(points);
      watch.check();
      const { reuse, tune = false, expected } = options;
      if (expected) compileAhead(context, points, expected, tune);
      const home = reuse instanceof GpuDataset ? await reuse.handOver(context, points) : reuse?.destroy();
      try {
        return new GpuDataset(context, await loadPoints(context, points, options, home?.points), tune, home?.passes);
      } catch (error) {
        for (const passes of home?.passes ?? []) passes.destroy();
        throw error;
      }
    },
    destroy() {
      if (owned) device.destroy();
    },
  };
}

function thresholdsOf({ leanFrom, info }: GpuBackendOptions): GpuContext['leanFrom'] {
  if (leanFrom !== undefined) return { mixtures: leanFrom, kMeans: leanFrom };
  return isSoftware(info) ? NEVER_LEAN : LEAN_FROM;
}
