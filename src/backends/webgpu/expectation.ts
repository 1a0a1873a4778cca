import type { KernelParameters, Statistics } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { unpackStatistics } from './kernels.ts';
import type { Command, PassOptions } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import type { Stage } from './pipelines.ts';
import { readMapped } from './readback.ts';
import { type Shape, TILE } from './shape.ts';
import type { Window } from './windows.ts';
import { batchBinding, bind, type Chunk, jobOffset, type Workspace } from './workspace.ts';

/**
 * The dispatches that bring a chunk's log-densities into the workspace, one per batch of components. k-means: the labels,
 * into the workspace or where `labels` says.
 */
export function densityCommands(
  { device }: GpuContext,
  stage: Stage,
  work: Workspace,
  { batches }: PackedBatches,
  window: Window,
  D: number,
  labels: GPUBuffer | GPUBufferBinding | undefined = work.labels,
): (chunk: Chunk, index: number) => Command[] {
  const parameters = batchBinding(work.parameters);
  const outputs = labels ? [work.densities, labels] : [work.densities];
  const group = bind(device, stage, work.jobs, parameters, window.buffer, ...outputs);
  return (chunk, index) =>
    batches.map((batch, b) => ({
      operations: (chunk.count * batch.count * work.kernel.flops(D)) / 2,
      record(pass) {
        pass.setPipeline(stage.pipeline);
        pass.setBindGroup(0, group, [jobOffset(index, b, batches.length), batch.offset]);
        pass.dispatchWorkgroups(Math.ceil(chunk.count / 64));
      },
    }));
}

/** Responsibilities and log-likelihood, weighted moments, and their reduction: what follows the log-densities. */
async function momentCommands(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  { batches }: PackedBatches,
  windows: readonly Window[],
) {
  const { device, pipelines } = context;
  const { kernel, K, layout, coarse } = work;
  const { stage, flags } = kernel.moments;
  const [normalize, moments, reduce] = await Promise.all([
    pipelines.get('normalize', shape),
    pipelines.get(stage, shape, coarse ? [...flags, 'COARSE'] : flags),
    pipelines.get('reduce', shape),
  ]);
  const normalizeGroup = work.labels
    ? undefined
    : bind(device, normalize, work.jobs, work.densities, work.logLikelihoods);
  const reduceGroup = bind(device, reduce, work.jobs, work.partials, work.totals);
  const weights = work.labels ?? work.densities;
  const momentGroups = windows.map((w) =>
    bind(device, moments, work.jobs, work.means, w.buffer, weights, work.partials),
  );
  const dispatch = (
    operations: number,
    stage: Stage,
    group: GPUBindGroup,
    job: number,
    ...size: [number, number?, number?]
  ) => ({
    operations,
    record(pass: GPUComputePassEncoder) {
      pass.setPipeline(stage.pipeline);
      pass.setBindGroup(0, group, [job]);
      pass.dispatchWorkgroups(...size);
    },
  });
  return (chunk: Chunk, index: number): Command[] => {
    const job = (batch: number) => jobOffset(index, batch, batches.length);
    const small = chunk.count * K;
    return [
      ...(normalizeGroup
        ? [dispatch(small * 20, normalize, normalizeGroup, job(0), Math.ceil(chunk.count / TILE))]
        : []),
      ...batches.map((batch, b) => {
        const operations = (chunk.count * batch.count * kernel.flops(shape.D)) / 2;
        const group = momentGroups[chunk.window]!;
        return dispatch(operations, moments, group, job(b), chunk.slabCount, batch.count, layout.tiles);
      }),
      dispatch(small, reduce, reduceGroup, job(0), Math.ceil(work.sums / 64)),
    ];
  };
}

/** One pass over the points: E-step and the sums of the M-step. One readback. */
export async function expectation(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  packed: PackedBatches,
  parameters: KernelParameters,
  windows: readonly Window[],
  options: PassOptions,
): Promise<Statistics> {
  const { device, pipelines, pace } = context;
  const stage = await pipelines.get(work.kernel.expectation, shape);
  const densities = windows.map((window) => densityCommands(context, stage, work, packed, window, shape.D));
  const moments = await momentCommands(context, shape, work, packed, windows);
  const commands = work.chunks.flatMap((chunk, i) => [...densities[chunk.window]!(chunk, i), ...moments(chunk, i)]);

  const { padded, centers } = roundMeans(parameters, shape);
  device.queue.writeBuffer(work.parameters, 0, packed.data);
  device.queue.writeBuffer(work.means, 0, padded);
  const clear = device.createCommandEncoder();
  clear.clearBuffer(work.totals);
  device.queue.submit([clear.finish()]);

  const totalBytes = work.groups * work.sums * 16;
  const logLikelihoodBytes = work.tiles * 12;
  const copyBack = (encoder: GPUCommandEncoder) => {
    encoder.copyBufferToBuffer(work.totals, 0, work.staging, 0, totalBytes);
    if (logLikelihoodBytes)
      encoder.copyBufferToBuffer(work.logLikelihoods, 0, work.staging, totalBytes, logLikelihoodBytes);
  };
  await pace.run(commands, copyBack, options);
  const bytes = await readMapped(device, work.staging, totalBytes + logLikelihoodBytes);
  options.check();

  const nSamples = windows.reduce((n, window) => n + window.count, 0);
  const tiles = Math.ceil(nSamples / TILE);
  const logLikelihood =
    sumLogLikelihoods(new DataView(bytes, totalBytes), work.tiles ? tiles : 0) + nSamples * packed.offset;
  const raw = {
    totals: new Float32Array(bytes, 0, totalBytes / 4),
    groups: work.groups,
    centers,
    logLikelihood,
    nSamples,
  };
  return unpackStatistics(work.kernel, parameters, work.layout, raw);
}

/** Adds up the partials of `normalize.wgsl` in float64, in nats. */
function sumLogLikelihoods(view: DataView, count: number): number {
  let base2 = 0;
  let natural = 0;
  for (let i = 0; i < count; i++) {
    base2 += view.getFloat32(i * 12, true) + view.getInt32(i * 12 + 8, true);
    natural += Math.log(view.getFloat32(i * 12 + 4, true));
  }
  return base2 * Math.LN2 + natural;
}
