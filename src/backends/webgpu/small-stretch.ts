import type { Stretch } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { densityCommands, expectationStage, momentCommands, normalizeCommand } from './expectation.ts';
import { encodeJobs } from './job.ts';
import type { Kernel } from './kernels.ts';
import { createMixtureMaximization, type MixtureMaximization, runMixtureStretch } from './mixture-stretch.ts';
import { type Dispatch, recordDispatch } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import type { Shape } from './shape.ts';
import { createMaximizationJob, SLOTS, type StretchPass } from './stretch.ts';
import type { Window } from './windows.ts';
import { chunkCapacity, createWorkspace, summation, type Workspace } from './workspace.ts';

/** Totals per E-step: one invocation adds up those of a component. */
const GROUPS = 32;
/**
 * Floating-point operations of an iteration that is worth sparing the host for: a tenth of a millisecond on a small GPU, a few on
 * a software adapter, whose submits of `SLOTS` iterations stay short. A constant, because results must not depend on timing.
 */
const FEW_OPERATIONS = 1e8;

/** What runs many iterations of a small problem without the host: a workspace of one chunk whose M-step is on the device. */
export interface SmallStretch {
  readonly work: Workspace;
  readonly maximization: MixtureMaximization;
  /** An iteration. */
  readonly dispatches: readonly Dispatch[];
}

/** Whether an iteration is so short that the way to the host and back would dominate it, and small enough for the stages. */
export function suitsSmallStretch(kernel: Kernel, packed: PackedBatches, shape: Shape, n: number) {
  const K = packed.batches[0]!.count;
  const operations = n * K * kernel.flops(shape.D);
  return (
    // k-means goes on without the host in lean passes only.
    kernel.second !== 'inertia' &&
    kernel.finalize?.fits(shape, K) === true &&
    packed.batches.length === 1 &&
    operations < FEW_OPERATIONS &&
    chunkCapacity(kernel, packed, shape.D, summation(kernel, shape, K, n), n, Infinity) >= n
  );
}

/** Allocates and compiles what stretches need. The caller destroys `work.memory`. */
export async function createSmallStretch(
  context: GpuContext,
  shape: Shape,
  kernel: Kernel,
  packed: PackedBatches,
  window: Window,
): Promise<SmallStretch> {
  const K = packed.batches[0]!.count;
  const plan = summation(kernel, shape, K, window.count);
  const capacity = chunkCapacity(kernel, packed, shape.D, plan, window.count, Infinity);
  const model = { kernel, K, packed, count: window.count, capacity };
  const work = await createWorkspace(context, shape, model, { fresh: true, mostGroups: GROUPS });
  try {
    return await equip(context, shape, work, packed, window);
  } catch (error) {
    work.memory.destroy();
    throw error;
  }
}

async function equip(
  context: GpuContext,
  shape: Shape,
  work: Workspace,
  packed: PackedBatches,
  window: Window,
): Promise<SmallStretch> {
  const [density, normalize, moments] = await Promise.all([
    expectationStage(context, shape, work),
    normalizeCommand(context, shape, work, window),
    momentCommands(context, shape, work, packed, window),
  ]);
  const chunk = work.chunks[0]!;
  const densities = densityCommands(context, density, work, packed, window, shape.D);
  const commands = [...densities(chunk, 0), normalize(chunk, 0), ...moments(chunk, 0)];
  const { summation: plan, K, groups, tiles, memory } = work;
  const jobs = { jobs: await createMaximizationJob(context.device, memory, K, plan.sums), halts: work.jobs };
  const sums = { layout: plan.layout, rows: groups, likelihoods: tiles, ...jobs };
  const maximization = await createMixtureMaximization(context, shape, memory, { ...work, ...sums });
  return {
    work,
    maximization,
    dispatches: [...commands.flatMap(({ dispatches }) => dispatches), maximization.finalize],
  };
}

/** One submit of some iterations, of which those after the end do nothing. Not by indirect dispatches, which cost hosts 20 µs and more each. */
function submit(
  { device }: GpuContext,
  { dispatches }: SmallStretch,
  count: number,
  last: (encoder: GPUCommandEncoder) => void,
): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < count; i++) {
    for (const dispatch of dispatches) recordDispatch(pass, dispatch);
  }
  pass.end();
  last(encoder);
  device.queue.submit([encoder.finish()]);
}

/**
 * Up to `steps` E-steps in a row, M-steps between them on the device in float32, one readback every `SLOTS` iterations. The
 * device ends the stretch where little is left to gain or where float32 would not do; the host goes on from the sums.
 */
export function runSmallStretch(
  context: GpuContext,
  shape: Shape,
  stretch: SmallStretch,
  window: Window,
  pass: StretchPass,
): Promise<Stretch> {
  const { jobs, jobList } = stretch.work;
  context.device.queue.writeBuffer(jobs, 0, encodeJobs(jobList)); // the last stretch has emptied them
  const how = {
    count: () => SLOTS,
    submit: async (count: number, last: (encoder: GPUCommandEncoder) => void) => submit(context, stretch, count, last),
  };
  return runMixtureStretch(context, shape, stretch.maximization, how, window, pass);
}
