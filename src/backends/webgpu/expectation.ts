import type { KernelParameters, Statistics } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { JOB_STRIDE } from './job.ts';
import { unpackStatistics } from './kernels.ts';
import type { Command, PassOptions } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import type { Stage } from './pipelines.ts';
import { readMapped } from './readback.ts';
import { type Shape, TILE } from './shape.ts';
import type { Window } from './windows.ts';
import { batchBinding, bind, type Chunk, type Workspace } from './workspace.ts';

/** The stage that a workspace's passes begin with. */
export function expectationStage({ pipelines }: GpuContext, shape: Shape, { kernel, variant }: Workspace) {
  return pipelines.get(kernel.expectation, shape, [], variant.points);
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

/** Responsibilities (but for a factor) and log-likelihood of a chunk, from its log-densities. */
export async function normalizeCommand({ device, pipelines }: GpuContext, shape: Shape, work: Workspace) {
  const stage = await pipelines.get('normalize', shape);
  const group = bind(device, stage, work.jobs, work.densities, work.perPoint, work.logLikelihoods);
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
  windows: readonly Window[],
) {
  const { kernel, grid, groupParts } = work;
  const { layout, sums } = work.summation;
  const [moments, reduce] = await Promise.all([pipelines.get(kernel.moments, shape), pipelines.get('reduce', shape)]);
  const parameters = batchBinding(work.parameters);
  const weights = work.hard ? [work.perPoint, work.densities] : [work.densities, work.perPoint];
  const reduceGroup = bind(device, reduce, work.jobs, parameters, work.partials, work.totals);
  const momentGroups = windows.map(({ buffer }) =>
    bind(device, moments, work.jobs, parameters, work.means, buffer, ...weights, work.partials),
  );
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
          { stage: moments, group: momentGroups[chunk.window]!, offsets, size },
          { stage: reduce, group: reduceGroup, offsets, size: [Math.ceil((batch.count * sums) / 64), groups] },
        ],
      };
    });
  };
}

/** Everything that a pass does, chunk by chunk. */
async function passCommands(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  packed: PackedBatches,
  windows: readonly Window[],
): Promise<Command[]> {
  const [stage, moments, normalize] = await Promise.all([
    expectationStage(context, shape, work),
    momentCommands(context, shape, work, packed, windows),
    work.hard ? undefined : normalizeCommand(context, shape, work),
  ]);
  const densities = windows.map((window) => densityCommands(context, stage, work, packed, window, shape.D));
  return work.chunks.flatMap((chunk, i) => [
    ...densities[chunk.window]!(chunk, i),
    ...(normalize ? [normalize(chunk, i)] : []),
    ...moments(chunk, i),
  ]);
}

/** One pass over the points: E-step and the sums of the M-step. One readback. Tells the seconds from the first submit to it. */
export async function expectation(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  packed: PackedBatches,
  parameters: KernelParameters,
  windows: readonly Window[],
  options: PassOptions,
): Promise<{ statistics: Statistics; seconds: number }> {
  const { device, pace } = context;
  const commands = await passCommands(context, shape, work, packed, windows);

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
  const began = performance.now();
  await pace.run(commands, copyBack, options);
  const bytes = await readMapped(device, work.staging, totalBytes + logLikelihoodBytes);
  const seconds = (performance.now() - began) / 1000;
  options.check();

  const nSamples = windows.reduce((n, window) => n + window.count, 0);
  const logLikelihood = sumLogLikelihoods(new DataView(bytes, totalBytes), work.tiles) + nSamples * packed.offset;
  const raw = {
    totals: new Float32Array(bytes, 0, totalBytes / 4),
    groups: work.groups,
    centers,
    logLikelihood,
    nSamples,
  };
  return { statistics: unpackStatistics(work.kernel, parameters, work.summation.layout, raw), seconds };
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
