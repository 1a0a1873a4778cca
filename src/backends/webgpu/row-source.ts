import type { Frame } from '../../data/frame.ts';
import type { DevicePoints, HostPoints, Weights } from '../../data/points.ts';
import type { GpuContext } from './context.ts';
import { identityFactors } from './ingest.ts';
import { type Memory, Usage } from './memory.ts';
import type { Shape } from './shape.ts';

/** Bytes of rows that are written and ingested at once. */
const CHUNK_BYTES = 2 * 2 ** 20;

/** Rows of float32 numbers on the device, a block of them at a time. */
export interface RowSource {
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

/** Within what the ingest stage lets in. */
const FARTHEST = 2 ** 40;

/**
 * Brings rows as near as needs be: all, or those of weight 0, which had no say in the frame and may lie anywhere (they may stand in for missing
 * rows). What is not finite stays so, and is refused by the ingest stage.
 * @param block the rows of `data` in the frame
 */
function bringRowsNear(block: Float32Array, data: HostPoints['data'], D: number, weights: Weights | undefined): void {
  for (let i = 0; i < data.length; i++) {
    if (weights && weights[Math.floor(i / D)] !== 0) continue;
    if (Number.isFinite(data[i])) block[i] = Math.min(FARTHEST, Math.max(-FARTHEST, block[i]!));
  }
}

/** Numbers of the rows that are converted at once: they stay in a processor's first cache. */
const STRIP = 1024;

/**
 * Brings rows of `from` into the frame, in float64, and rounds once to float32. It goes feature by feature through a strip of rows, four rows at
 * once: 1.2 to 1.5 ns a number, where row by row took 1.6 to 6 (NOTES). Scales are powers of two, whose inverses are exact.
 */
function convertRows(from: HostPoints['data'], { shift, scale }: Frame, to: Float32Array): void {
  const D = shift.length;
  const size = D * Math.max(16, Math.floor(STRIP / D));
  for (let start = 0; start < from.length; start += size) {
    const end = Math.min(from.length, start + size);
    for (let d = 0; d < D; d++) {
      const origin = shift[d]!;
      const factor = 1 / scale[d]!;
      let i = start + d;
      for (; i + 3 * D < end; i += 4 * D) {
        to[i] = (from[i]! - origin) * factor;
        to[i + D] = (from[i + D]! - origin) * factor;
        to[i + 2 * D] = (from[i + 2 * D]! - origin) * factor;
        to[i + 3 * D] = (from[i + 3 * D]! - origin) * factor;
      }
      for (; i < end; i += D) to[i] = (from[i]! - origin) * factor;
    }
  }
}

/** Shifts and scales on the host. */
export async function hostRows(
  { device }: GpuContext,
  { D }: Shape,
  { data, sampleWeight }: HostPoints,
  frame: Frame,
  { scratch, bringNear = false }: { readonly scratch: Memory; readonly bringNear?: boolean | undefined },
): Promise<RowSource> {
  const rows = blockRows(D, data.length / D);
  const staging = await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  const block = new Float32Array(rows * D);
  return {
    rows,
    frame: identityFactors(D),
    take(first, count) {
      const end = first + count;
      const part = data.subarray(first * D, end * D);
      convertRows(part, frame, block);
      if (bringNear) bringRowsNear(block, part, D, undefined);
      else if (sampleWeight) bringRowsNear(block, part, D, sampleWeight.subarray(first, end));
      device.queue.writeBuffer(staging, 0, block, 0, count * D);
      return { buffer: staging };
    },
  };
}

/** Shift and factor of each feature, for the device. */
function deviceFactors({ shift, scale }: Frame): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 2 * shift.length }, (_, i) => (i & 1 ? 1 / scale[i >> 1]! : shift[i >> 1]!));
}

/** Uploads float32 numbers as they are: the shifts of a sampled frame are exact in float32. Shared memory goes by a copy, as Dawn crashes on it. */
export async function rawRows(
  { device }: GpuContext,
  { D }: Shape,
  data: Float32Array,
  frame: Frame,
  scratch: Memory,
): Promise<RowSource> {
  const rows = blockRows(D, data.length / D);
  const staging = await scratch.buffer('rows', rows * D * 4, Usage.STORAGE | Usage.COPY_DST);
  const block = data.buffer instanceof ArrayBuffer ? undefined : new Float32Array(rows * D);
  return {
    rows,
    frame: deviceFactors(frame),
    take(first, count) {
      block?.set(data.subarray(first * D, (first + count) * D));
      if (block) device.queue.writeBuffer(staging, 0, block, 0, count * D);
      else device.queue.writeBuffer(staging, 0, data as Float32Array<ArrayBuffer>, first * D, count * D);
      return { buffer: staging };
    },
  };
}

/** Leaves shifting and scaling to the device, where the numbers are float32 already. */
export async function deviceRows(
  { device }: GpuContext,
  { D }: Shape,
  { buffer, nSamples }: DevicePoints,
  given: Frame,
  scratch: Memory,
): Promise<RowSource> {
  const rows = blockRows(D, nSamples);
  const frame = deviceFactors(given);
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
