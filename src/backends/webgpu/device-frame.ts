import type { Frame, Scaling } from '../../data/frame.ts';
import {
  frameOfRows,
  SAMPLE_BLOCK,
  SAMPLE_BLOCKS,
  sampleBlocks,
  sampleNumbers,
  takeRows,
} from '../../data/frame-sample.ts';
import type { DevicePoints, HostPoints } from '../../data/points.ts';
import type { GpuContext } from './context.ts';
import { identityFactors, prepareIngest } from './ingest.ts';
import { Memory, Usage } from './memory.ts';
import { readBack } from './readout.ts';
import { featurePlace, type Shape, TILE } from './shape.ts';

/** The largest scale: the inverse of a larger one is no normal float32 number, and devices may take it for 0. */
const WIDEST = 2 ** 126;

/** The frame of points that only the device knows. */
export async function deviceFrame(
  context: GpuContext,
  shape: Shape,
  points: DevicePoints,
  scaling: Scaling,
): Promise<Frame> {
  const { D } = shape;
  const rows = await sampleRows(context, shape, points);
  const counting = sampleNumbers(points.nSamples).map((n) => points.sampleWeight?.[n] !== 0);
  const chosen = rows.filter((_, i) => counting[Math.floor(i / D)]);
  // Where none of them counts, any is better than none.
  const frame = await frameOfRows({ data: chosen.length > 0 ? chosen : rows, nFeatures: D }, scaling);
  return { ...frame, scale: frame.scale.map((scale) => Math.min(scale, WIDEST)) };
}

/**
 * The frame of many points on the host; undefined where the sample meets a number that is not finite, or too few rows whose weight
 * is not 0 to tell the spread from.
 */
export async function sampledFrame(points: HostPoints, scaling: Scaling): Promise<Frame | undefined> {
  const sample = takeRows(points, sampleNumbers(points.data.length / points.nFeatures));
  if (sample.data.length < SAMPLE_BLOCK * points.nFeatures || !sample.data.every(Number.isFinite)) return undefined;
  return frameOfRows(sample, scaling);
}

/** Rows that the sample finds bad are 0 here; the load proper names and refuses them. */
async function sampleRows(
  context: GpuContext,
  shape: Shape,
  { buffer, nSamples }: DevicePoints,
): Promise<Float32Array> {
  const { device } = context;
  const { D } = shape;
  const memory = new Memory(device);
  try {
    const bytes = SAMPLE_BLOCK * SAMPLE_BLOCKS * D * 4;
    const sample = await memory.buffer('sample', bytes, Usage.STORAGE | Usage.COPY_SRC);
    const staging = await memory.buffer('rows', SAMPLE_BLOCK * D * 4, Usage.STORAGE | Usage.COPY_DST);
    const rejected = await memory.buffer('rejected', 8, Usage.STORAGE);
    const window = { buffer: sample };
    const ingestion = { frame: identityFactors(D), flags: ['SAMPLED'] } as const;
    const ingest = await prepareIngest(context, shape, ingestion, rejected, memory);
    let taken = 0;
    for (const from of sampleBlocks(nSamples)) {
      const count = Math.min(SAMPLE_BLOCK, nSamples - from);
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
    const tiles = new Float32Array(await readBack(context, sample, bytes));
    return untile(tiles, taken, shape);
  } finally {
    memory.destroy();
  }
}

function untile(tiles: Float32Array, count: number, shape: Shape): Float32Array {
  const { D } = shape;
  const places = Array.from({ length: D }, (_, d) => featurePlace(shape, d));
  return Float32Array.from({ length: count * D }, (_, i) => {
    const n = Math.floor(i / D);
    const { offset, stride } = places[i % D]!;
    return tiles[(n - (n % TILE)) * D + offset + (n % TILE) * stride]!;
  });
}
