import type { DeviceWatch } from './device.ts';
import type { Pace } from './pace.ts';
import type { Pipelines } from './pipelines.ts';
import type { Tuning } from './tuning.ts';

/** What everything on one device shares. */
export interface GpuContext {
  readonly device: GPUDevice;
  readonly watch: DeviceWatch;
  readonly pipelines: Pipelines;
  readonly pace: Pace;
  readonly tuning: Tuning;
  /** Bytes of points per buffer at most. */
  readonly windowBytes: number;
  /** Points of a window from which on passes are lean where a kernel can; Infinity: never. */
  readonly leanFrom: { readonly mixtures: number; readonly kMeans: number };
}
