import type { ReadoutKind } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { densityCommands, expectationStage, type Passing, type Portion } from './expectation.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Memory, Usage } from './memory.ts';
import type { Command, PassOptions } from './pace.ts';
import { readMapped } from './readback.ts';
import type { Flag } from './shader.ts';
import { bind, type Chunk, type Workspace } from './workspace.ts';

const FLAG: Record<ReadoutKind, Flag> = {
  labels: 'LABELS',
  logDensities: 'LOG_DENSITIES',
  responsibilities: 'RESPONSIBILITIES',
};

/** Bytes that one copy to the host may take, or one chunk: so much is on the device twice. */
const STAGING_BYTES = 4 * 2 ** 20;

/** What a pass that reads out works with. */
export interface Reading extends Passing {
  readonly what: ReadoutKind;
}

/** A chunk of a window, with its number among the chunks of that. */
export interface Place {
  readonly portion: Portion;
  readonly chunk: Chunk;
  readonly index: number;
}

/** Rows of the output that are in memory at once: those of some consecutive chunks. */
export interface Piece {
  readonly output: GPUBuffer;
  readonly rowBytes: number;
  readonly places: readonly Place[];
}

/** What all windows have in common. */
function modelOf({ portions }: Reading): Pick<Workspace, 'K' | 'hard'> {
  return portions[0]!.work;
}

function rowBytesOf(reading: Reading): number {
  return 4 * (reading.what === 'responsibilities' ? modelOf(reading).K : 1);
}

export function nSamplesOf({ portions }: Passing): number {
  return portions.reduce((n, { window }) => n + window.count, 0);
}

export function placesOf({ portions }: Passing): Place[] {
  return portions.flatMap((portion) => portion.work.chunks.map((chunk, index) => ({ portion, chunk, index })));
}

/** Index of a chunk's first row in the dataset. */
function firstRow({ portion, chunk }: Place): number {
  return portion.window.first + chunk.first;
}

/** The part of a piece that belongs to a chunk. Chunks start at multiples of 256 rows, hence aligned. */
export function outputOf({ output, rowBytes, places }: Piece, place: Place): GPUBufferBinding {
  const offset = (firstRow(place) - firstRow(places[0]!)) * rowBytes;
  return { buffer: output, offset, size: place.chunk.count * rowBytes };
}

/** k-means: the assignment writes its labels straight into the output. */
async function labelCommands({ context, shape, packed, portions }: Reading, piece: Piece): Promise<Command[]> {
  const assign = await expectationStage(context, shape, portions[0]!.work);
  return piece.places.flatMap((place) => {
    const { window, work } = place.portion;
    const commands = densityCommands(context, assign, work, packed, window, shape.D, outputOf(piece, place));
    return commands(place.chunk, place.index);
  });
}

/** Mixtures: log-densities, then what is wanted of them. */
async function mixtureCommands(reading: Reading, piece: Piece): Promise<Command[]> {
  const { context, shape, packed, portions, what } = reading;
  const { device, pipelines } = context;
  const [density, readout] = await Promise.all([
    expectationStage(context, shape, portions[0]!.work),
    pipelines.get('readout', shape, [FLAG[what]]),
  ]);
  const densities = new Map(
    portions.map((portion) => {
      return [portion, densityCommands(context, density, portion.work, packed, portion.window, shape.D)];
    }),
  );
  return piece.places.flatMap((place) => {
    const { portion, chunk, index } = place;
    const { work } = portion;
    const group = bind(device, readout, work.jobs, work.densities, outputOf(piece, place));
    const read: Command = {
      operations: chunk.count * work.K * 16,
      dispatches: [{ stage: readout, group, offsets: [index * JOB_STRIDE], size: [Math.ceil(chunk.count / 64)] }],
    };
    return [...densities.get(portion)!(chunk, index), read];
  });
}

function commandsFor(reading: Reading, piece: Piece): Promise<Command[]> {
  return modelOf(reading).hard ? labelCommands(reading, piece) : mixtureCommands(reading, piece);
}

/** Puts the parameters where the kernels read them; the host's share of log-densities goes into the jobs. */
export function writeParameters({ context: { device }, portions, packed }: Passing): void {
  const offset = packed.offset * Math.LOG2E;
  for (const work of new Set(portions.map((portion) => portion.work))) {
    device.queue.writeBuffer(work.parameters, 0, packed.data);
    device.queue.writeBuffer(work.jobs, 0, encodeJobs(work.jobList.map((job) => ({ ...job, offset }))));
  }
}

/** What a buffer that a pass reads out into can be used for. */
export const OUTPUT = Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST;

/**
 * One pass that leaves 4 bytes per point (responsibilities: 4 K, row-major) in a new buffer, which the caller owns: usage
 * `STORAGE | COPY_SRC | COPY_DST`. k-means has labels only.
 */
export async function readToBuffer(reading: Reading, options: PassOptions): Promise<GPUBuffer> {
  const { context, what } = reading;
  const rowBytes = rowBytesOf(reading);
  const result = new Memory(context.device);
  const output = await result.buffer(what, nSamplesOf(reading) * rowBytes, OUTPUT);
  try {
    const commands = await commandsFor(reading, { output, rowBytes, places: placesOf(reading) });
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
  const { context, portions } = reading;
  const { device, pace } = context;
  const places = placesOf(reading);
  const rowBytes = rowBytesOf(reading);
  const nSamples = nSamplesOf(reading);
  const capacity = Math.max(...portions.map(({ work }) => work.capacity));
  const result = new Uint8Array(nSamples * rowBytes);
  const span = Math.min(places.length, Math.max(1, Math.floor(STAGING_BYTES / (capacity * rowBytes))));
  const memory = new Memory(device);
  try {
    const bytes = Math.min(span * capacity, nSamples) * rowBytes;
    const output = await memory.buffer('read out', bytes, OUTPUT);
    const staging = await memory.buffer('staging', bytes, Usage.MAP_READ | Usage.COPY_DST);
    writeParameters(reading);
    for (let from = 0; from < places.length; from += span) {
      const piece = { output, rowBytes, places: places.slice(from, from + span) };
      const rows = piece.places.reduce((n, { chunk }) => n + chunk.count, 0);
      const copy = (encoder: GPUCommandEncoder) => encoder.copyBufferToBuffer(output, 0, staging, 0, rows * rowBytes);
      await pace.run(await commandsFor(reading, piece), copy, options);
      const part = await readMapped(device, staging, rows * rowBytes);
      options.check();
      result.set(new Uint8Array(part), firstRow(places[from]!) * rowBytes);
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
    throw await watch.explain(error);
  } finally {
    memory.destroy();
  }
}
