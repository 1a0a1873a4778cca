import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { type Memory, Usage } from './memory.ts';
import { recordDispatch } from './pace.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind } from './workspace.ts';

/** Submits rows `first … first + count` of a window, read from the start of `rows`. */
export type Ingest = (window: Pick<Window, 'buffer'>, first: number, count: number, rows: GPUBufferBinding) => void;

/** Shift and factor per feature that leave rows as they are. */
export function identityFactors(D: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 * D }, (_, i) => i & 1);
}

/** How the ingest stage is to take rows. */
interface Ingestion {
  /** Shift and factor per feature. */
  readonly frame: Float32Array<ArrayBuffer>;
  readonly flags: readonly ('SAMPLED' | 'BROUGHT_NEAR')[];
}

/** Prepares the ingest stage. Bad numbers are noted in `rejected`. */
export async function prepareIngest(
  { device, pipelines }: GpuContext,
  shape: Shape,
  { frame, flags }: Ingestion,
  rejected: GPUBuffer,
  scratch: Memory,
): Promise<Ingest> {
  const stage = await pipelines.get('ingest', shape, flags);
  const jobs = await scratch.buffer('ingest job', JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  const frameBuffer = await scratch.buffer('frame', shape.DB * shape.W * 8, Usage.STORAGE | Usage.COPY_DST);
  device.queue.writeBuffer(frameBuffer, 0, frame);
  return (window, first, count, rows) => {
    device.queue.writeBuffer(jobs, 0, encodeJobs([{ first, count }]));
    const group = bind(device, stage, jobs, frameBuffer, rows, window.buffer, rejected);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    recordDispatch(pass, { stage, group, offsets: [0], size: [Math.ceil(count / 64), shape.DB] });
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
}
