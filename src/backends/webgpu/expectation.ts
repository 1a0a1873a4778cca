import type { Assignment, KernelParameters, Statistics } from '../../em/types.ts';
import { assignCommands } from './assignment.ts';
import type { GpuContext } from './context.ts';
import { JOB_STRIDE } from './job.ts';
import { unpackStatistics } from './kernels.ts';
import { Memory } from './memory.ts';
import type { Command, PassOptions } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import type { Stage } from './pipelines.ts';
import { readMapped } from './readback.ts';
import { type Shape, TILE } from './shape.ts';
import { type Window, weighing } from './windows.ts';
import { batchBinding, bind, type Chunk, type Workspace } from './workspace.ts';

/** The stage that a workspace's passes begin with. */
export function expectationStage({ pipelines }: GpuContext, shape: Shape, { kernel, variant }: Workspace) {
  return pipelines.get(kernel.expectation, shape, [], { points: variant.points });
}

/**
 * The dispatches that bring a chunk's log-densities into the workspace, one per batch of components. k-means: the labels,
 * into the workspace or where `perPoint` says.
 */
export function densityCommands(
  { device }: GpuContext,
  stage: Stage,
  work: Workspace,
  { batches }: PackedBatches,
  window: Window,
  D: number,
  perPoint: GPUBuffer | GPUBufferBinding = work.perPoint,
): (chunk: Chunk, index: number) => Command[] {
  const parameters = batchBinding(work.parameters);
  const group = bind(device, stage, work.jobs, parameters, window.buffer, work.densities, perPoint);
  return (chunk, index) =>
    batches.map((batch) => ({
      operations: (chunk.count * batch.count * work.kernel.flops(D)) / 2,
      dispatches: [
        {
          ...{ stage, group, offsets: [index * JOB_STRIDE, batch.offset] },
          size: [Math.ceil(chunk.count / (64 * stage.points))],
        },
      ],
    }));
}

/** Responsibilities (but for a factor, which has the weights in it) and log-likelihood of a chunk, from its log-densities. */
export async function normalizeCommand(
  { device, pipelines }: GpuContext,
  shape: Shape,
  work: Workspace,
  window: Window,
) {
  const { flags, bindings } = weighing(window);
  const stage = await pipelines.get('normalize', shape, flags);
  const group = bind(device, stage, work.jobs, work.densities, work.perPoint, work.logLikelihoods, ...bindings);
  return (chunk: Chunk, index: number): Command => ({
    operations: chunk.count * work.K * 20,
    dispatches: [{ stage, group, offsets: [index * JOB_STRIDE], size: [Math.ceil(chunk.count / TILE)] }],
  });
}

/** The sums of a chunk's runs, and their totals, one batch of components after the other. */
export async function momentCommands(
  { device, pipelines }: GpuContext,
  shape: Shape,
  work: Workspace,
  { batches }: PackedBatches,
  window: Window,
) {
  const { kernel, grid, groupParts } = work;
  const { layout, sums } = work.summation;
  // Those of mixtures are in the responsibilities.
  const { flags, bindings } = weighing({ weights: work.hard ? window.weights : undefined });
  const [moments, reduce] = await Promise.all([
    pipelines.get(kernel.moments, shape, flags),
    pipelines.get('reduce', shape),
  ]);
  const parameters = batchBinding(work.parameters);
  const shares = work.hard ? [work.perPoint, work.densities] : [work.densities, work.perPoint];
  const reduceGroup = bind(device, reduce, work.jobs, parameters, work.partials, work.totals);
  const resources = [work.means, window.buffer, ...shares, work.partials, ...bindings];
  const momentGroup = bind(device, moments, work.jobs, parameters, ...resources);
  return (chunk: Chunk, index: number): Command[] => {
    const { partFirst, partCount } = chunk;
    const groups = Math.floor((partFirst + partCount - 1) / groupParts) - Math.floor(partFirst / groupParts) + 1;
    return batches.map((batch) => {
      const offsets = [index * JOB_STRIDE, batch.offset];
      const size = [
        Math.ceil(partCount / grid.pieces),
        Math.ceil(batch.count / grid.components),
        Math.ceil(layout.tiles / grid.tiles),
      ] as const;
      return {
        operations: (chunk.count * batch.count * kernel.flops(shape.D)) / 2,
        dispatches: [
          { stage: moments, group: momentGroup, offsets, size },
          { stage: reduce, group: reduceGroup, offsets, size: [Math.ceil((batch.count * sums) / 64), groups] },
        ],
      };
    });
  };
}

/** A window and what passes over it work with, which it may share with others of its size. */
export interface Portion {
  readonly window: Window;
  readonly work: Workspace;
}

/** What a pass over the points works with. */
export interface Passing {
  readonly context: GpuContext;
  readonly shape: Shape;
  readonly packed: PackedBatches;
  readonly portions: readonly Portion[];
}

/** Everything that a pass does with a window, chunk by chunk. */
async function windowCommands(
  { context, shape, packed }: Passing,
  { window, work }: Portion,
  assignment: Assignment | undefined,
  scratch: Memory,
): Promise<Command[]> {
  const densities = async () => {
    if (assignment) return assignCommands(context, shape, work, window, assignment, scratch);
    return densityCommands(context, await expectationStage(context, shape, work), work, packed, window, shape.D);
  };
  const [first, moments, normalize] = await Promise.all([
    densities(),
    momentCommands(context, shape, work, packed, window),
    work.hard ? undefined : normalizeCommand(context, shape, work, window),
  ]);
  return work.chunks.flatMap((chunk, i) => [
    ...first(chunk, i),
    ...(normalize ? [normalize(chunk, i)] : []),
    ...moments(chunk, i),
  ]);
}

/** The sums over one window. One readback. */
async function windowStatistics(
  passing: Passing,
  { window, work }: Portion,
  parameters: KernelParameters,
  commands: readonly Command[],
  options: PassOptions,
): Promise<Statistics> {
  const { context, shape, packed } = passing;
  const { device, pace } = context;
  const { padded, centers } = roundMeans(parameters, shape);
  device.queue.writeBuffer(work.parameters, 0, packed.data);
  device.queue.writeBuffer(work.means, 0, padded);
  const clear = device.createCommandEncoder();
  clear.clearBuffer(work.totals);
  device.queue.submit([clear.finish()]);

  const totalBytes = work.groups * work.K * work.summation.sums * 16;
  const logLikelihoodBytes = work.tiles * 12;
  const copyBack = (encoder: GPUCommandEncoder) => {
    encoder.copyBufferToBuffer(work.totals, 0, work.staging, 0, totalBytes);
    if (logLikelihoodBytes)
      encoder.copyBufferToBuffer(work.logLikelihoods, 0, work.staging, totalBytes, logLikelihoodBytes);
  };
  await pace.run(commands, copyBack, options);
  const bytes = await readMapped(device, work.staging, totalBytes + logLikelihoodBytes);
  options.check();

  const { count: nSamples, totalWeight } = window;
  const logLikelihood = sumLogLikelihoods(new DataView(bytes, totalBytes), work.tiles) + totalWeight * packed.offset;
  const totals = new Float32Array(bytes, 0, totalBytes / 4);
  const raw = { totals, groups: work.groups, centers, logLikelihood, nSamples, totalWeight };
  return unpackStatistics(work.kernel, parameters, work.summation.layout, raw);
}

/**
 * One pass over the points: E-step, or the assignment in its place, and the sums of the M-step, those of each window as a dataset of that
 * window alone would give them. Tells the seconds that the device and the readbacks took.
 */
export async function expectation(
  passing: Passing,
  parameters: KernelParameters,
  assignment: Assignment | undefined,
  options: PassOptions,
): Promise<{ statistics: Statistics[]; seconds: number }> {
  const statistics: Statistics[] = [];
  let seconds = 0;
  for (const portion of passing.portions) {
    const scratch = new Memory(passing.context.device);
    try {
      const commands = await windowCommands(passing, portion, assignment, scratch);
      const began = performance.now();
      statistics.push(await windowStatistics(passing, portion, parameters, commands, options));
      seconds += (performance.now() - began) / 1000;
    } finally {
      scratch.destroy();
    }
  }
  return { statistics, seconds };
}

/** Adds up the partials of `normalize.wgsl` in float64, in nats. */
export function sumLogLikelihoods(view: DataView, count: number): number {
  let base2 = 0;
  let natural = 0;
  for (let i = 0; i < count; i++) {
    base2 += view.getFloat32(i * 12, true) + view.getInt32(i * 12 + 8, true);
    natural += Math.log(view.getFloat32(i * 12 + 4, true));
  }
  return base2 * Math.LN2 + natural;
}
