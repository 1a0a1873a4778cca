import type { Frame } from '../../data/frame.ts';
import type { KernelParameters, Stretch, StretchOptions } from '../../em/types.ts';
import { throwIfAborted } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import {
  densityCommands,
  expectationStage,
  momentCommands,
  normalizeCommand,
  sumLogLikelihoods,
} from './expectation.ts';
import { JOB_STRIDE } from './job.ts';
import { type Kernel, unpackStatistics } from './kernels.ts';
import { Usage } from './memory.ts';
import type { Dispatch, PassOptions } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import { readMapped } from './readback.ts';
import type { MomentsLayout, Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind, chunkCapacity, createWorkspace, summation, type Workspace } from './workspace.ts';

/** Iterations per submit and readback. */
export const SLOTS = 16;
/** Totals per E-step: one invocation adds up those of a component. */
const GROUPS = 32;
/** A finalize stage gives each component one invocation of one workgroup, and a private matrix. */
const MOST_COMPONENTS = 64;
export const MOST_FEATURES = 16;
/**
 * Floating-point operations of an iteration that is worth sparing the host for: a tenth of a millisecond on a small GPU, a few on
 * a software adapter, whose submits of `SLOTS` iterations stay short. A constant, because results must not depend on timing.
 */
const FEW_OPERATIONS = 1e8;
/** Of the struct `Stretch` in `shaders/shared/finalize.wgsl`, before its array. */
const STATE_BYTES = 14 * 4;

/** What runs many iterations without the host: a workspace of one chunk whose M-step is on the device. */
export interface Resident {
  readonly work: Workspace;
  /** How far a stretch has come: the struct `Stretch`. */
  readonly state: GPUBuffer;
  /** Workgroups of each dispatch of an E-step; zeros once the stretch has ended. */
  readonly sizes: GPUBuffer;
  /** An E-step and its sums; the job of slot 0. */
  readonly dispatches: readonly Dispatch[];
  readonly finalize: Dispatch;
  readonly staging: GPUBuffer;
}

/** Whether an iteration is so short that the way to the host and back would dominate it, and small enough for the stages. */
export function suitsResident(kernel: Kernel, packed: PackedBatches, shape: Shape, n: number) {
  const K = packed.batches[0]!.count;
  const operations = n * K * kernel.flops(shape.D);
  return (
    kernel.finalize !== undefined &&
    packed.batches.length === 1 &&
    K <= MOST_COMPONENTS &&
    shape.D <= MOST_FEATURES &&
    operations < FEW_OPERATIONS &&
    chunkCapacity(kernel, packed, shape.D, summation(kernel, shape, K, n), n, Infinity) >= n
  );
}

/** Allocates and compiles what stretches need. The caller destroys `work.memory`. */
export async function createResident(
  context: GpuContext,
  shape: Shape,
  kernel: Kernel,
  packed: PackedBatches,
  window: Window,
): Promise<Resident> {
  const K = packed.batches[0]!.count;
  const plan = summation(kernel, shape, K, window.count);
  const capacity = chunkCapacity(kernel, packed, shape.D, plan, window.count, Infinity);
  const work = await createWorkspace(context, shape, kernel, K, packed, window.count, capacity, {
    slots: SLOTS,
    mostGroups: GROUPS,
  });
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
): Promise<Resident> {
  const { device, pipelines } = context;
  const { kernel, memory, totals, logLikelihoods, means, parameters } = work;
  const [density, normalize, moments, stage] = await Promise.all([
    expectationStage(context, shape, work),
    normalizeCommand(context, shape, work, window),
    momentCommands(context, shape, work, packed, window),
    pipelines.get(kernel.finalize!.stage, shape, kernel.finalize!.flags),
  ]);
  const chunk = work.chunks[0]!;
  const densities = densityCommands(context, density, work, packed, window, shape.D);
  const commands = [...densities(chunk, 0), normalize(chunk, 0), ...moments(chunk, 0)];
  const dispatches = commands.flatMap((command) => command.dispatches);
  const offsets = offsetsOf(work.summation.layout);
  const table = await memory.buffer('offsets', offsets.byteLength, Usage.STORAGE | Usage.COPY_DST);
  device.queue.writeBuffer(table, 0, offsets);
  const stateUsage = Usage.STORAGE | Usage.COPY_DST | Usage.COPY_SRC;
  const state = await memory.buffer('stretch', STATE_BYTES + shape.D * 4, stateUsage);
  const sizeUsage = Usage.STORAGE | Usage.INDIRECT | Usage.COPY_DST;
  const sizes = await memory.buffer('dispatch sizes', dispatches.length * 12, sizeUsage);
  const staging = await memory.buffer('staging', readbackOf(work).bytes, Usage.MAP_READ | Usage.COPY_DST);
  const group = bind(device, stage, work.jobs, totals, table, logLikelihoods, means, parameters, state, sizes);
  return { work, state, sizes, dispatches, staging, finalize: { stage, group, offsets: [0], size: [1] } };
}

/** Where a component's count, first and second moments lie among its sums, in floats. */
function offsetsOf({ count, first, second }: MomentsLayout): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(count, ...first, ...second);
}

/** What comes back after each submit, in this order: E-steps done and why it ended; means; totals; log-likelihoods of all slots. */
function readbackOf({ K, groups, summation: { sums }, means, tiles }: Workspace) {
  const totals = 16 + means.size;
  const logLikelihoods = totals + groups * K * sums * 16;
  return { means: 16, totals, logLikelihoods, bytes: logLikelihoods + SLOTS * tiles * 12 };
}

/** The struct `Stretch` at its start; `Stretch` has base-2 logarithms. */
function startOf(
  work: Workspace,
  packed: PackedBatches,
  frame: Frame,
  { totalWeight, largestWeight }: Window,
  options: StretchOptions,
): ArrayBuffer {
  const D = frame.shift.length;
  const state = new ArrayBuffer(STATE_BYTES + D * 4);
  const jacobian = frame.scale.reduce((sum, s) => sum + Math.log(s), 0);
  const normalizer = -0.5 * D * Math.log(2 * Math.PI) - jacobian - packed.offset;
  new Uint32Array(state).set([0, 0, options.steps, SLOTS, work.tiles, work.groups]);
  // Whatever the weights, more than this is more than 2 (D + 1) points.
  const least = 2 * (D + 1) * largestWeight;
  const numbers = [
    totalWeight,
    least,
    options.tolerance * Math.LOG2E,
    options.noise * Math.LOG2E,
    options.fall * Math.LOG2E,
    0,
    1,
  ];
  new Float32Array(state).set([...numbers, normalizer * Math.LOG2E, ...options.regularizer], 6);
  return state;
}

/** One submit: `SLOTS` iterations, of which those after the end do nothing. */
function submit({ device }: GpuContext, resident: Resident): void {
  const { work, dispatches, finalize, sizes, state, staging } = resident;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let slot = 0; slot < SLOTS; slot++) {
    dispatches.forEach(({ stage, group, offsets: [, ...rest] }, i) => {
      pass.setPipeline(stage.pipeline);
      pass.setBindGroup(0, group, [slot * JOB_STRIDE, ...rest]);
      pass.dispatchWorkgroupsIndirect(sizes, i * 12);
    });
    pass.setPipeline(finalize.stage.pipeline);
    pass.setBindGroup(0, finalize.group, finalize.offsets);
    pass.dispatchWorkgroups(...finalize.size);
  }
  pass.end();
  const to = readbackOf(work);
  encoder.copyBufferToBuffer(state, 0, staging, 0, 8);
  encoder.copyBufferToBuffer(work.means, 0, staging, to.means, work.means.size);
  encoder.copyBufferToBuffer(work.totals, 0, staging, to.totals, to.logLikelihoods - to.totals);
  encoder.copyBufferToBuffer(work.logLikelihoods, 0, staging, to.logLikelihoods, to.bytes - to.logLikelihoods);
  device.queue.submit([encoder.finish()]);
}

/**
 * Up to `steps` E-steps in a row, M-steps between them on the device in float32, one readback every `SLOTS` iterations. The
 * device ends the stretch where little is left to gain or where float32 would not do; the host goes on from the sums.
 */
export async function runStretch(
  context: GpuContext,
  shape: Shape,
  resident: Resident,
  packed: PackedBatches,
  parameters: KernelParameters,
  frame: Frame,
  window: Window,
  options: StretchOptions & PassOptions,
): Promise<Stretch> {
  const { device } = context;
  const { work, staging } = resident;
  const { padded } = roundMeans(parameters, shape);
  device.queue.writeBuffer(work.parameters, 0, packed.data);
  device.queue.writeBuffer(work.means, 0, padded);
  device.queue.writeBuffer(resident.state, 0, startOf(work, packed, frame, window, options));
  const sizes = resident.dispatches.flatMap(({ size: [x, y = 1, z = 1] }) => [x, y, z]);
  device.queue.writeBuffer(resident.sizes, 0, Uint32Array.from(sizes));
  const at = readbackOf(work);
  const objectives: number[] = [];
  for (;;) {
    throwIfAborted(options.signal);
    options.check();
    submit(context, resident);
    const bytes = await readMapped(device, staging, at.bytes);
    options.check();
    const [iteration, end] = new Uint32Array(bytes, 0, 2) as unknown as [number, number];
    const done = end ? iteration + 1 : iteration;
    for (let i = objectives.length; i < done; i++) {
      const slot = new DataView(bytes, at.logLikelihoods + (i % SLOTS) * work.tiles * 12);
      objectives.push(sumLogLikelihoods(slot, work.tiles) + window.totalWeight * packed.offset);
    }
    if (end)
      return { objectives, statistics: statisticsOf(shape, work, parameters, bytes, objectives.at(-1)!, window) };
  }
}

function statisticsOf(
  { W, DB }: Shape,
  work: Workspace,
  parameters: KernelParameters,
  bytes: ArrayBuffer,
  logLikelihood: number,
  { count: nSamples, totalWeight }: Window,
) {
  const { nComponents: K, nFeatures: D } = parameters;
  const at = readbackOf(work);
  const padded = new Float32Array(bytes, at.means, K * DB * W);
  const centers = Float64Array.from({ length: K * D }, (_, i) => padded[Math.floor(i / D) * DB * W + (i % D)]!);
  const totals = new Float32Array(bytes, at.totals, (at.logLikelihoods - at.totals) / 4);
  const raw = { totals, groups: work.groups, centers, logLikelihood, nSamples, totalWeight };
  return unpackStatistics(work.kernel, parameters, work.summation.layout, raw);
}
