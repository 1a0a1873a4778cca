import { type Frame, frameFor, hostMoments, type Scaling } from '../../data/frame.ts';
import type { DevicePoints, HostPoints } from '../../data/points.ts';
import type { GpuContext } from './context.ts';
import { prepareIngest } from './ingest.ts';
import { Memory, Usage } from './memory.ts';
import { readBack } from './readout.ts';
import type { Shape } from './shape.ts';

/** Rows per block that is looked at (a multiple of 64 keeps bindings aligned), and blocks at most. */
const BLOCK = 64;
const BLOCKS = 64;

/**
 * The frame of a sample of float32 rows, up to 4,096, evenly spread: any shift and scale near those of all points will do. Shifts
 * are cut to 20 bits below the largest number of the column, so that subtracting them from float32 numbers near that size is
 * exact.
 */
async function frameOfSample(rows: Float32Array, D: number, scaling: Scaling): Promise<Frame> {
  const frame = frameFor(await hostMoments({ data: rows, nFeatures: D }), scaling);
  const shift = frame.shift.map((mean, d) => {
    let largest = 0;
    for (let i = d; i < rows.length; i += D) largest = Math.max(largest, Math.abs(rows[i]!));
    const unit = largest > 0 ? 2 ** (Math.ceil(Math.log2(largest)) - 20) : 1;
    return Math.round(mean / unit) * unit;
  });
  return { shift, scale: frame.scale };
}

/** The frame of points that only the device knows. */
export async function deviceFrame(
  context: GpuContext,
  shape: Shape,
  points: DevicePoints,
  scaling: Scaling,
): Promise<Frame> {
  return frameOfSample(await sampleRows(context, shape, points), shape.D, scaling);
}

/** The frame of many points on the host; undefined where the sample meets a number that is not finite. */
export async function sampledFrame({ data, nFeatures: D }: HostPoints, scaling: Scaling): Promise<Frame | undefined> {
  const blocks = sampleBlocks(data.length / D).map((start) => data.subarray(start * D, (start + BLOCK) * D));
  const length = blocks.reduce((n, block) => n + block.length, 0);
  const rows = data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  blocks.reduce((at, block) => {
    rows.set(block, at);
    return at + block.length;
  }, 0);
  if (!rows.every(Number.isFinite)) return undefined;
  // Float64 numbers are shifted on the host, where no shift has to be cut.
  return rows instanceof Float32Array
    ? frameOfSample(rows, D, scaling)
    : frameFor(await hostMoments({ data: rows, nFeatures: D }), scaling);
}

/** First rows of up to BLOCKS blocks, evenly spread from the first row to the last, at multiples of BLOCK. */
function sampleBlocks(nSamples: number): number[] {
  const last = Math.ceil(nSamples / BLOCK) - 1;
  const blocks = Math.min(BLOCKS, last + 1);
  return Array.from({ length: blocks }, (_, i) => (blocks > 1 ? Math.floor((i * last) / (blocks - 1)) * BLOCK : 0));
}

/** Rows that the sample finds bad are 0 here; the load proper names and refuses them. */
async function sampleRows(
  context: GpuContext,
  shape: Shape,
  { buffer, nSamples }: DevicePoints,
): Promise<Float32Array> {
  const { device } = context;
  const { D, DB, W } = shape;
  const memory = new Memory(device);
  try {
    const sample = await memory.buffer('sample', BLOCK * BLOCKS * DB * W * 4, Usage.STORAGE | Usage.COPY_SRC);
    const staging = await memory.buffer('rows', BLOCK * D * 4, Usage.STORAGE | Usage.COPY_DST);
    const rejected = await memory.buffer('rejected', 8, Usage.STORAGE);
    const identity = new Float32Array(2 * D).map((_, i) => i & 1);
    const window = { buffer: sample, first: 0, count: BLOCK * BLOCKS };
    const ingest = await prepareIngest(context, shape, identity, rejected, memory);
    let taken = 0;
    for (const from of sampleBlocks(nSamples)) {
      const count = Math.min(BLOCK, nSamples - from);
      const range = { buffer, offset: from * D * 4, size: count * D * 4 };
      if (buffer.usage & Usage.STORAGE) {
        ingest(window, taken, count, range);
      } else {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, range.offset, staging, 0, range.size);
        device.queue.submit([encoder.finish()]);
        ingest(window, taken, count, { buffer: staging });
      }
      taken += count;
    }
    const tiles = new Float32Array(await readBack(context, sample, BLOCK * BLOCKS * DB * W * 4));
    return untile(tiles, taken, shape);
  } finally {
    memory.destroy();
  }
}

function untile(tiles: Float32Array, count: number, { D, DB, W }: Shape): Float32Array {
  return Float32Array.from({ length: count * D }, (_, i) => {
    const n = Math.floor(i / D);
    const d = i % D;
    return tiles[(((n >> 8) * DB + Math.floor(d / W)) * 256 + (n & 255)) * W + (d % W)]!;
  });
}
