import type { ReadoutKind } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { densityCommands } from './expectation.ts';
import { encodeJobs } from './job.ts';
import { Memory, Usage } from './memory.ts';
import type { Command, PassOptions } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { readMapped } from './readback.ts';
import type { Flag } from './shader.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind, type Chunk, jobOffset, type Workspace } from './workspace.ts';

const FLAG: Record<ReadoutKind, Flag> = {
  labels: 'LABELS',
  logDensities: 'LOG_DENSITIES',
  responsibilities: 'RESPONSIBILITIES',
};

/** Bytes that one copy to the host may take. */
const STAGING_BYTES = 64 * 2 ** 20;

/** What a pass that reads out works with. */
interface Reading {
  readonly context: GpuContext;
  readonly shape: Shape;
  readonly work: Workspace;
  readonly packed: PackedBatches;
  readonly windows: readonly Window[];
  /** The whole output and the bytes of one of its rows. */
  readonly output: GPUBuffer;
  readonly rowBytes: number;
}

/** The part of the output that belongs to a chunk. Chunks start at multiples of 4,096 rows, hence aligned. */
function outputOf({ windows, output, rowBytes }: Reading, chunk: Chunk): GPUBufferBinding {
  const offset = (windows[chunk.window]!.first + chunk.first) * rowBytes;
  return { buffer: output, offset, size: chunk.count * rowBytes };
}

/** k-means: the assignment writes its labels straight into the output. */
async function labelCommands(reading: Reading): Promise<Command[]> {
  const { context, shape, work, packed, windows } = reading;
  const assign = await context.pipelines.get('assign', shape);
  return work.chunks.flatMap((chunk, i) => {
    const window = windows[chunk.window]!;
    return densityCommands(context, assign, work, packed, window, shape.D, outputOf(reading, chunk))(chunk, i);
  });
}

/** Mixtures: log-densities, then what is wanted of them. */
async function mixtureCommands(reading: Reading, what: ReadoutKind): Promise<Command[]> {
  const { context, shape, work, packed, windows } = reading;
  const { device, pipelines } = context;
  const [density, readout] = await Promise.all([
    pipelines.get(work.kernel.expectation, shape),
    pipelines.get('readout', shape, [FLAG[what]]),
  ]);
  const densities = windows.map((window) => densityCommands(context, density, work, packed, window, shape.D));
  return work.chunks.flatMap((chunk, i) => {
    const group = bind(device, readout, work.jobs, work.densities, outputOf(reading, chunk));
    const read: Command = {
      operations: chunk.count * work.K * 16,
      record(pass) {
        pass.setPipeline(readout.pipeline);
        pass.setBindGroup(0, group, [jobOffset(i, 0, packed.batches.length)]);
        pass.dispatchWorkgroups(Math.ceil(chunk.count / 64));
      },
    };
    return [...densities[chunk.window]!(chunk, i), read];
  });
}

/**
 * One pass that leaves 4 bytes per point (responsibilities: 4 K, row-major) in a new buffer, which the caller owns: usage
 * `STORAGE | COPY_SRC | COPY_DST`. k-means has labels only.
 */
export async function readToBuffer(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  packed: PackedBatches,
  what: ReadoutKind,
  windows: readonly Window[],
  options: PassOptions,
): Promise<GPUBuffer> {
  const { device, pace } = context;
  const nSamples = windows.reduce((n, window) => n + window.count, 0);
  const rowBytes = 4 * (what === 'responsibilities' ? work.K : 1);
  const result = new Memory(device);
  const output = await result.buffer(what, nSamples * rowBytes, Usage.STORAGE | Usage.COPY_SRC | Usage.COPY_DST);
  try {
    const reading = { context, shape, work, packed, windows, output, rowBytes };
    const commands = await (work.labels ? labelCommands(reading) : mixtureCommands(reading, what));
    device.queue.writeBuffer(work.parameters, 0, packed.data);
    const offset = packed.offset * Math.LOG2E;
    device.queue.writeBuffer(work.jobs, 0, encodeJobs(work.jobList.map((job) => ({ ...job, offset }))));
    await pace.run(commands, () => {}, options);
    return output;
  } catch (error) {
    result.destroy();
    throw error;
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
