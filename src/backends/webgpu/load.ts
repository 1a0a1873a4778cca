import { type Frame, frameFor, hostMoments } from '../../data/frame.ts';
import { countSamples, type DevicePoints, type HostPoints, isDevicePoints, type Points } from '../../data/points.ts';
import type { LoadOptions } from '../../em/types.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import { sampleFrame } from './device-frame.ts';
import { type Ingest, prepareIngest } from './ingest.ts';
import { Memory, Usage } from './memory.ts';
import { settled } from './readback.ts';
import { readBack } from './readout.ts';
import { type Shape, shapeOf } from './shape.ts';
import { createWindows, type Window } from './windows.ts';

/** Points at home on a device. */
export interface LoadedPoints {
  readonly frame: Frame;
  readonly shape: Shape;
  readonly windows: readonly Window[];
  readonly memory: Memory;
}

/** Bytes of rows that are written and ingested at once. */
const CHUNK_BYTES = 8 * 2 ** 20;
/** Milliseconds after which the event loop gets a turn. */
const YIELD_AFTER = 30;

const OUT_OF_RANGE = 'Remove or replace such rows (on the command line: --drop-missing).';

/** Brings points into tiles on the device, in their frame. Rejects NaN and infinities with `non-finite`. */
export async function loadPoints(context: GpuContext, points: Points, options: LoadOptions): Promise<LoadedPoints> {
  const shape = shapeOf(points.nFeatures);
  const memory = new Memory(context.device);
  const scratch = new Memory(context.device);
  try {
    throwIfAborted(options.signal);
    if (isDevicePoints(points)) await checkReadable(context, points, scratch);
    const frame = options.frame ?? (await deriveFrame(context, points, shape, options));
    const windows = await createWindows(context, memory, shape, countSamples(points));
    const rejected = await scratch.buffer('rejected', 8, Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST);
    context.device.queue.writeBuffer(rejected, 0, Uint32Array.of(0, 0xffffffff));
    const source = await (isDevicePoints(points) ? deviceRows : hostRows)(
      context,
      shape,
      points as HostPoints & DevicePoints,
      frame,
      scratch,
    );
    const ingest = await prepareIngest(context, shape, source.frame, rejected, scratch);
    for (const window of windows) {
      await ingestWindow(context, window, source, ingest, countSamples(points), options);
      await refuseRejected(context, rejected, window, points);
    }
    return { frame, shape, windows, memory };
  } catch (error) {
    memory.destroy();
    context.watch.check(error);
    throw error;
  } finally {
    scratch.destroy();
  }
}

async function deriveFrame(
  context: GpuContext,
  points: Points,
  shape: Shape,
  { scaling, signal }: LoadOptions,
): Promise<Frame> {
  if (isDevicePoints(points)) return sampleFrame(context, shape, points, scaling);
  return frameFor(await hostMoments(points, signal), scaling);
}

/** Rejects with `invalid-points` when the device cannot read the buffer: destroyed, mapped, or of another device. */
async function checkReadable({ device }: GpuContext, { buffer }: DevicePoints, scratch: Memory): Promise<void> {
  if (!(buffer.usage & (Usage.STORAGE | Usage.COPY_SRC))) {
    throw new EmgpuError(
      'invalid-points',
      `The buffer must have usage STORAGE or COPY_SRC, its usage is ${buffer.usage}.`,
      'Create it with GPUBufferUsage.STORAGE.',
    );
  }
  const probe = await scratch.buffer('probe', 4, Usage.COPY_DST);
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  if (buffer.usage & Usage.STORAGE) {
    const entries = [{ binding: 0, visibility: 4, buffer: { type: 'read-only-storage' as const } }];
    const layout = device.createBindGroupLayout({ entries });
    const size = Math.min(buffer.size, 256);
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer, size } }] });
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, group);
    pass.end();
  } else {
    encoder.copyBufferToBuffer(buffer, 0, probe, 0, 4);
  }
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (!error) return;
  throw new EmgpuError(
    'invalid-points',
    `The device cannot read the buffer: ${error.message.split('\n')[0]}`,
    'Pass a buffer of the same device that is neither mapped nor destroyed.',
  );
}

/** Rows of float32 numbers on the device, a block of them at a time. */
interface RowSource {
  /** Shift and factor per feature that are left to the device. */
  readonly frame: Float32Array<ArrayBuffer>;
  /** Rows per block. */
  readonly rows: number;
  /** Where rows `first` … `first + count` of all points can be read, until the next call. */
  take(first: number, count: number): GPUBufferBinding;
}

/** Rows per block: whole multiples of 64 keep bindings aligned to 256 bytes. */
function blockRows(D: number, nSamples: number): number {
  return Math.min(Math.ceil(nSamples / 64), Math.max(1, Math.floor(CHUNK_BYTES / (4 * D * 64)))) * 64;
}

/** Shifts and scales in float64 on the host and rounds once to float32. */
async function hostRows(
  { device }: GpuContext,
  { D }: Shape,
  { data }: HostPoints,
  { shift, scale }: Frame,
  scratch: Memory,
): Promise<RowSource> {
  const rows = blockRows(D, data.length / D);
  const staging = await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  const block = new Float32Array(rows * D);
  return {
    rows,
    frame: new Float32Array(2 * D).map((_, i) => i & 1),
    take(first, count) {
      for (let i = 0, o = first * D; i < count * D; ) {
        for (let d = 0; d < D; d++, i++, o++) block[i] = (data[o]! - shift[d]!) / scale[d]!;
      }
      device.queue.writeBuffer(staging, 0, block, 0, count * D);
      return { buffer: staging };
    },
  };
}

/** Leaves shifting and scaling to the device, where the numbers are float32 already. */
async function deviceRows(
  { device }: GpuContext,
  { D }: Shape,
  { buffer, nSamples }: DevicePoints,
  { shift, scale }: Frame,
  scratch: Memory,
): Promise<RowSource> {
  const rows = blockRows(D, nSamples);
  const frame = Float32Array.from({ length: 2 * D }, (_, i) => (i & 1 ? 1 / scale[i >> 1]! : shift[i >> 1]!));
  if (buffer.usage & Usage.STORAGE) {
    return { rows, frame, take: (first, count) => ({ buffer, offset: first * D * 4, size: count * D * 4 }) };
  }
  const staging = await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  return {
    rows,
    frame,
    take(first, count) {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, first * D * 4, staging, 0, count * D * 4);
      device.queue.submit([encoder.finish()]);
      return { buffer: staging };
    },
  };
}

/** Brings the rows of one window home, block by block, with turns for the event loop. */
async function ingestWindow(
  { device }: GpuContext,
  window: Window,
  source: RowSource,
  ingest: Ingest,
  nSamples: number,
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  let resumed = performance.now();
  for (let first = 0; first < window.count; first += source.rows) {
    throwIfAborted(signal);
    const count = Math.min(source.rows, window.count - first);
    ingest(window, first, count, source.take(window.first + first, count));
    onProgress?.((window.first + first + count) / nSamples);
    if (performance.now() - resumed > YIELD_AFTER) {
      // writeBuffer copies without limit; waiting for the queue keeps the copies few.
      await settled(device, device.queue.onSubmittedWorkDone());
      resumed = performance.now();
    }
  }
}

async function refuseRejected(context: GpuContext, rejected: GPUBuffer, window: Window, points: Points): Promise<void> {
  const [count, first] = new Uint32Array(await readBack(context, rejected, 8)) as unknown as [number, number];
  if (count === 0) return;
  const D = points.nFeatures;
  const column = points.featureNames?.[first % D] ?? `${first % D}`;
  throw new EmgpuError(
    'non-finite',
    `Every number must be finite (in float32, after centring); row ${window.first + Math.floor(first / D)}, column ${column} ` +
      `(both counted from 0) is not, and ${count - 1} more are not.`,
    OUT_OF_RANGE,
  );
}
