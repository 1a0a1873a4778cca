import { type Frame, frameFor, hostMoments } from '../../data/frame.ts';
import { countSamples, type DevicePoints, type HostPoints, isDevicePoints, type Points } from '../../data/points.ts';
import type { LoadOptions } from '../../em/types.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import { sampleFrame } from './device-frame.ts';
import { ingestRows } from './ingest.ts';
import { Memory, Usage } from './memory.ts';
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
    const frame = options.frame ?? (await deriveFrame(context, points, shape, options));
    const windows = await createWindows(context, memory, shape, countSamples(points));
    const rejected = await scratch.buffer('rejected', 8, Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST);
    context.device.queue.writeBuffer(rejected, 0, Uint32Array.of(0, 0xffffffff));
    for (const window of windows) {
      const target = { window, rejected, scratch };
      if (isDevicePoints(points)) await ingestDevice(context, shape, points, frame, target);
      else await ingestHost(context, shape, points, frame, target, options);
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

function deriveFrame(
  context: GpuContext,
  points: Points,
  shape: Shape,
  { scaling }: LoadOptions,
): Promise<Frame> | Frame {
  if (isDevicePoints(points)) return sampleFrame(context, shape, points, scaling);
  return frameFor(hostMoments(points), scaling);
}

interface Target {
  readonly window: Window;
  readonly rejected: GPUBuffer;
  readonly scratch: Memory;
}

/** Shifts and scales in float64 on the host, rounds once to float32, and lets the device make tiles of the rows. */
async function ingestHost(
  context: GpuContext,
  shape: Shape,
  { data }: HostPoints,
  { shift, scale }: Frame,
  { window, rejected, scratch }: Target,
  options: LoadOptions,
): Promise<void> {
  const { D } = shape;
  const rows = Math.min(window.count, Math.max(64, Math.floor(CHUNK_BYTES / (4 * D * 64)) * 64));
  const staging = await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  const block = new Float32Array(rows * D);
  const identity = new Float32Array(2 * D).map((_, i) => i & 1);
  const ingest = await ingestRows(context, shape, window, identity, rejected, scratch);
  let resumed = performance.now();
  for (let first = 0; first < window.count; first += rows) {
    throwIfAborted(options.signal);
    const count = Math.min(rows, window.count - first);
    const from = (window.first + first) * D;
    for (let i = 0, o = from; i < count * D; ) {
      for (let d = 0; d < D; d++, i++, o++) block[i] = (data[o]! - shift[d]!) / scale[d]!;
    }
    context.device.queue.writeBuffer(staging, 0, block, 0, count * D);
    ingest(first, count, { buffer: staging });
    options.onProgress?.((window.first + first + count) / (data.length / D));
    if (performance.now() - resumed > YIELD_AFTER) {
      await new Promise((resolve) => setTimeout(resolve));
      resumed = performance.now();
    }
  }
}

/** Shifts and scales on the device what is float32 there already. */
async function ingestDevice(
  context: GpuContext,
  shape: Shape,
  { buffer }: DevicePoints,
  { shift, scale }: Frame,
  { window, rejected, scratch }: Target,
): Promise<void> {
  const { D } = shape;
  const rows = Math.max(64, Math.floor(CHUNK_BYTES / (4 * D * 64)) * 64);
  const frame = Float32Array.from({ length: 2 * D }, (_, i) => (i & 1 ? 1 / scale[i >> 1]! : shift[i >> 1]!));
  const ingest = await ingestRows(context, shape, window, frame, rejected, scratch);
  const bindable = (buffer.usage & Usage.STORAGE) !== 0;
  const staging = bindable ? undefined : await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  for (let first = 0; first < window.count; first += rows) {
    const count = Math.min(rows, window.count - first);
    const offset = (window.first + first) * D * 4;
    if (staging) {
      const encoder = context.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, count * D * 4);
      context.device.queue.submit([encoder.finish()]);
    }
    ingest(first, count, staging ? { buffer: staging } : { buffer, offset, size: count * D * 4 });
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
