import type { ReadoutKind } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { densityCommands, expectationStage } from './expectation.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Memory, Usage } from './memory.ts';
import type { Command, PassOptions } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { readMapped } from './readback.ts';
import type { Flag } from './shader.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind, type Chunk, type Workspace } from './workspace.ts';

const FLAG: Record<ReadoutKind, Flag> = {
  labels: 'LABELS',
  logDensities: 'LOG_DENSITIES',
  responsibilities: 'RESPONSIBILITIES',
};

/** Bytes that one copy to the host may take. */
const STAGING_BYTES = 64 * 2 ** 20;

/** What a pass that reads out works with. */
export interface Reading {
  readonly context: GpuContext;
  readonly shape: Shape;
  readonly work: Workspace;
  readonly packed: PackedBatches;
  readonly windows: readonly Window[];
  readonly what: ReadoutKind;
}

/** Rows of the output that are in memory at once: those of some consecutive chunks. */
interface Piece {
  readonly output: GPUBuffer;
  readonly rowBytes: number;
  /** Indices of the workspace's chunks, from … to (exclusive). */
  readonly from: number;
  readonly to: number;
}

function rowBytesOf({ work, what }: Reading): number {
  return 4 * (what === 'responsibilities' ? work.K : 1);
}

/** Index of a chunk's first row in the dataset. */
function firstRow({ windows }: Reading, chunk: Chunk): number {
  return windows[chunk.window]!.first + chunk.first;
}

/** The part of a piece that belongs to a chunk. Chunks start at multiples of 256 rows, hence aligned. */
function outputOf(reading: Reading, { output, rowBytes, from }: Piece, chunk: Chunk): GPUBufferBinding {
  const offset = (firstRow(reading, chunk) - firstRow(reading, reading.work.chunks[from]!)) * rowBytes;
  return { buffer: output, offset, size: chunk.count * rowBytes };
}

/** k-means: the assignment writes its labels straight into the output. */
async function labelCommands(reading: Reading, piece: Piece): Promise<Command[]> {
  const { context, shape, work, packed, windows } = reading;
  const assign = await expectationStage(context, shape, work);
  return work.chunks.slice(piece.from, piece.to).flatMap((chunk, i) => {
    const output = outputOf(reading, piece, chunk);
    const commands = densityCommands(context, assign, work, packed, windows[chunk.window]!, shape.D, output);
    return commands(chunk, piece.from + i);
  });
}

/** Mixtures: log-densities, then what is wanted of them. */
async function mixtureCommands(reading: Reading, piece: Piece): Promise<Command[]> {
  const { context, shape, work, packed, windows, what } = reading;
  const { device, pipelines } = context;
  const [density, readout] = await Promise.all([
    expectationStage(context, shape, work),
    pipelines.get('readout', shape, [FLAG[what]]),
  ]);
  const densities = windows.map((window) => densityCommands(context, density, work, packed, window, shape.D));
  return work.chunks.slice(piece.from, piece.to).flatMap((chunk, i) => {
    const index = piece.from + i;
    const group = bind(device, readout, work.jobs, work.densities, outputOf(reading, piece, chunk));
    const read: Command = {
      operations: chunk.count * work.K * 16,
      dispatches: [{ stage: readout, group, offsets: [index * JOB_STRIDE], size: [Math.ceil(chunk.count / 64)] }],
    };
    return [...densities[chunk.window]!(chunk, index), read];
  });
}

function commandsFor(reading: Reading, piece: Piece): Promise<Command[]> {
  return reading.work.hard ? labelCommands(reading, piece) : mixtureCommands(reading, piece);
}

/** Puts the parameters where the kernels read them; the host's share of log-densities goes into the jobs. */
function writeParameters({ context: { device }, work, packed }: Reading): void {
  device.queue.writeBuffer(work.parameters, 0, packed.data);
  const offset = packed.offset * Math.LOG2E;
  device.queue.writeBuffer(work.jobs, 0, encodeJobs(work.jobList.map((job) => ({ ...job, offset }))));
}

const OUTPUT = Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST;

/**
 * One pass that leaves 4 bytes per point (responsibilities: 4 K, row-major) in a new buffer, which the caller owns: usage
 * `STORAGE | COPY_SRC | COPY_DST`. k-means has labels only.
 */
export async function readToBuffer(reading: Reading, options: PassOptions): Promise<GPUBuffer> {
  const { context, work, windows, what } = reading;
  const nSamples = windows.reduce((n, window) => n + window.count, 0);
  const rowBytes = rowBytesOf(reading);
  const result = new Memory(context.device);
  const output = await result.buffer(what, nSamples * rowBytes, OUTPUT);
  try {
    const commands = await commandsFor(reading, { output, rowBytes, from: 0, to: work.chunks.length });
    writeParameters(reading);
    await context.pace.run(commands, () => {}, options);
    return output;
  } catch (error) {
    result.destroy();
    throw error;
  }
}

/** The same on the host. Only some chunks of the output are on the device at a time, however large N × K is. */
export async function readToHost(reading: Reading, options: PassOptions): Promise<ArrayBuffer> {
  const { context, work, windows } = reading;
  const { device, pace } = context;
  const { chunks, capacity } = work;
  const rowBytes = rowBytesOf(reading);
  const nSamples = windows.reduce((n, window) => n + window.count, 0);
  const result = new Uint8Array(nSamples * rowBytes);
  const span = Math.min(chunks.length, Math.max(1, Math.floor(STAGING_BYTES / (capacity * rowBytes))));
  const memory = new Memory(device);
  try {
    const bytes = Math.min(span * capacity, nSamples) * rowBytes;
    const output = await memory.buffer('read out', bytes, OUTPUT);
    const staging = await memory.buffer('staging', bytes, Usage.MAP_READ | Usage.COPY_DST);
    writeParameters(reading);
    for (let from = 0; from < chunks.length; from += span) {
      const piece = { output, rowBytes, from, to: Math.min(from + span, chunks.length) };
      const rows = chunks.slice(piece.from, piece.to).reduce((n, chunk) => n + chunk.count, 0);
      const copy = (encoder: GPUCommandEncoder) => encoder.copyBufferToBuffer(output, 0, staging, 0, rows * rowBytes);
      await pace.run(await commandsFor(reading, piece), copy, options);
      const part = await readMapped(device, staging, rows * rowBytes);
      options.check();
      result.set(new Uint8Array(part), firstRow(reading, chunks[from]!) * rowBytes);
    }
    return result.buffer;
  } finally {
    memory.destroy();
  }
}

/** Copies a buffer to the host piece by piece. */
export async function readBack({ device, watch }: GpuContext, buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  const memory = new Memory(device);
  try {
    const size = Math.min(bytes, STAGING_BYTES);
    const staging = await memory.buffer('staging', size, Usage.MAP_READ | Usage.COPY_DST);
    const out = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += size) {
      const length = Math.min(size, bytes - at);
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, at, staging, 0, length);
      device.queue.submit([encoder.finish()]);
      out.set(new Uint8Array(await readMapped(device, staging, length)), at);
    }
    return out.buffer;
  } catch (error) {
    watch.check(error);
    throw error;
  } finally {
    memory.destroy();
  }
}
