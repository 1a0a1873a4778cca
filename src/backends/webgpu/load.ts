import type { Frame } from '../../data/frame.ts';
import { frameOfPoints } from '../../data/frame-sample.ts';
import { countSamples, type DevicePoints, type HostPoints, isDevicePoints, type Points } from '../../data/points.ts';
import { checkWeights } from '../../data/weights.ts';
import type { LoadOptions } from '../../em/types.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { workDone } from '../waiting.ts';
import { whyUnusable } from './buffer-check.ts';
import type { GpuContext } from './context.ts';
import { deviceFrame, sampledFrame } from './device-frame.ts';
import { type Ingest, prepareIngest } from './ingest.ts';
import { Memory, Usage } from './memory.ts';
import { readBack } from './readout.ts';
import { deviceRows, hostRows, type RowSource, rawRows } from './row-source.ts';
import { type Shape, shapeOf } from './shape.ts';
import { createWindows, type Window } from './windows.ts';

/** Points at home on a device. */
export interface LoadedPoints {
  readonly frame: Frame;
  readonly shape: Shape;
  readonly windows: readonly Window[];
  readonly memory: Memory;
}

/** From this many points on the host their frame comes from a sample: looking at all of them would take longer than the upload. */
const MANY_POINTS = 65536;
/** Milliseconds after which the event loop gets a turn. */
const YIELD_AFTER = 30;

/** What weights may sum to, and what they must come to on average. */
const HEAVIEST = 1e30;
const LIGHTEST = 1e-30;

const OUT_OF_RANGE = 'Remove or replace such rows (on the command line: --missing drop).';

/**
 * Brings points into tiles on the device, in their frame. Rejects NaN and infinities with `non-finite`.
 * @param room windows of as many points of as many features, and their memory, which is freed if loading fails
 */
export async function loadPoints(
  context: GpuContext,
  points: Points,
  options: LoadOptions,
  room?: Pick<LoadedPoints, 'windows' | 'memory'>,
): Promise<LoadedPoints> {
  const shape = shapeOf(points.nFeatures);
  const memory = room?.memory ?? new Memory(context.device);
  try {
    throwIfAborted(options.signal);
    const { weights, total, nWeighted } = checkWeights(points);
    checkRange(total, options.frame ? undefined : total / nWeighted);
    const windows = room?.windows ?? (await createWindows(context, memory, shape, countSamples(points), weights));
    const frame = await bringHome(context, shape, points, windows, options);
    return { frame, shape, windows, memory };
  } catch (error) {
    memory.destroy();
    throw await context.watch.explain(error);
  }
}

/** Sums of weights times squares must stay in float32. Where there is a frame points may be a part of others, which weigh more. */
function checkRange(total: number, mean: number | undefined): void {
  if (total <= HEAVIEST && (mean === undefined || mean >= LIGHTEST)) return;
  throw new EmgpuError(
    'invalid-weights',
    `On a GPU weights are float32: their sum must be at most ${HEAVIEST}, got ${total}, and their mean at least ${LIGHTEST}${mean === undefined ? '' : `, got ${mean}`}.`,
    'Multiply all of them by a constant, which changes no mean, or use the CPU backend.',
  );
}

/** Fills the windows; returns the frame. */
async function bringHome(
  context: GpuContext,
  shape: Shape,
  points: Points,
  windows: readonly Window[],
  options: LoadOptions,
): Promise<Frame> {
  const { scaling, signal } = options;
  if (isDevicePoints(points)) {
    await checkReadable(context, points);
    const frame = options.frame ? inFloat32(options.frame) : await deviceFrame(context, shape, points, scaling);
    const rejected = await ingestAll(context, windows, shape, points, options, (s) =>
      deviceRows(context, shape, points, frame, s),
    );
    if (rejected) refuse(rejected, points);
    // A buffer that was destroyed meanwhile gave zeros.
    await checkReadable(context, points);
    return frame;
  }
  if (countSamples(points) > MANY_POINTS) {
    const frame = await tryQuickly(context, shape, points, windows, options);
    if (frame) return frame;
  }
  const frame = options.frame ?? (await frameOfPoints(points, scaling, signal));
  const rejected = await ingestAll(context, windows, shape, points, options, (s) =>
    hostRows(context, shape, points, frame, { scratch: s, bringNear: options.bringNear }),
  );
  if (rejected) refuse(rejected, points);
  return frame;
}

/** What the device subtracts of points that are there. */
function inFloat32({ shift, scale }: Frame): Frame {
  return { shift: shift.map(Math.fround), scale };
}

/** Many points, in the frame that was given or that of a sample. Undefined where a number is not finite, or too far from what the sample knew. */
async function tryQuickly(
  context: GpuContext,
  shape: Shape,
  points: HostPoints,
  windows: readonly Window[],
  options: LoadOptions,
): Promise<Frame | undefined> {
  const { data } = points;
  const frame = options.frame ?? (await sampledFrame(points, options.scaling));
  if (!frame) return undefined;
  const isExact = frame.shift.every((shift) => Math.fround(shift) === shift);
  const rejected = await ingestAll(context, windows, shape, points, options, (scratch) =>
    isExact && data instanceof Float32Array && !options.bringNear
      ? rawRows(context, shape, data, frame, scratch)
      : hostRows(context, shape, points, frame, { scratch, bringNear: options.bringNear }),
  );
  return rejected ? undefined : frame;
}

/** Brings all rows of a source home; tells of the bad numbers of the first window that has some. */
async function ingestAll(
  context: GpuContext,
  windows: readonly Window[],
  shape: Shape,
  points: Points,
  options: LoadOptions,
  open: (scratch: Memory) => Promise<RowSource>,
): Promise<Rejected | undefined> {
  const scratch = new Memory(context.device);
  try {
    const buffer = await scratch.buffer('rejected', 8, Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST);
    context.device.queue.writeBuffer(buffer, 0, Uint32Array.of(0, 0xffffffff));
    const source = await open(scratch);
    const flags = isDevicePoints(points) && options.bringNear ? (['BROUGHT_NEAR'] as const) : [];
    const ingest = await prepareIngest(context, shape, { frame: source.frame, flags }, buffer, scratch);
    for (const window of windows) {
      await ingestWindow(context, window, source, ingest, points, options);
      const [count, first] = new Uint32Array(await readBack(context, buffer, 8)) as unknown as [number, number];
      if (count > 0) return { window, count, first };
    }
    return undefined;
  } finally {
    scratch.destroy();
  }
}

/** Rejects with `invalid-points` when the device cannot read the buffer: destroyed, mapped, or of another device. */
async function checkReadable({ device }: GpuContext, { buffer }: DevicePoints): Promise<void> {
  if (!(buffer.usage & (Usage.STORAGE | Usage.COPY_SRC))) {
    throw new EmgpuError(
      'invalid-points',
      `The buffer must have usage STORAGE or COPY_SRC, its usage is ${buffer.usage}.`,
      'Create it with GPUBufferUsage.STORAGE.',
    );
  }
  const problem = await whyUnusable(device, buffer, 'read');
  if (problem === undefined) return;
  throw new EmgpuError(
    'invalid-points',
    `The device cannot read the buffer: ${problem}`,
    'Pass a buffer of the same device that is neither mapped nor destroyed, and keep it until the points are loaded.',
  );
}

/** Brings the rows of one window and their weights home, block by block, with turns for the event loop. */
async function ingestWindow(
  { device }: GpuContext,
  window: Window,
  source: RowSource,
  ingest: Ingest,
  points: Points,
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  const { sampleWeight } = points;
  let resumed = performance.now();
  for (let first = 0; first < window.count; first += source.rows) {
    throwIfAborted(signal);
    const count = Math.min(source.rows, window.count - first);
    ingest(window, first, count, source.take(window.first + first, count));
    if (window.weights) {
      const from = window.first + first;
      device.queue.writeBuffer(
        window.weights,
        first * 4,
        Float32Array.from(sampleWeight!.subarray(from, from + count)),
      );
    }
    onProgress?.((window.first + first + count) / countSamples(points));
    if (performance.now() - resumed > YIELD_AFTER) {
      // writeBuffer copies without limit; waiting for the queue keeps the copies few.
      await workDone(device);
      resumed = performance.now();
    }
  }
}

/** Bad numbers of a window: how many, and the lowest, counted by elements from the window's start. */
interface Rejected {
  readonly window: Window;
  readonly count: number;
  readonly first: number;
}

function refuse({ window, count, first }: Rejected, points: Points): never {
  const D = points.nFeatures;
  const column = points.featureNames?.[first % D] ?? `${first % D}`;
  throw new EmgpuError(
    'non-finite',
    `Every number must be finite (in float32, after centring); row ${window.first + Math.floor(first / D)}, column ${column} ` +
      `(both counted from 0) is not, and ${count - 1} more are not.`,
    OUT_OF_RANGE,
  );
}
