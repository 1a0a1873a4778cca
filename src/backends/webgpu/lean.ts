import type { KernelParameters, Statistics } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { sumLogLikelihoods } from './expectation.ts';
import { encodeJobs, JOB_STRIDE, type Job } from './job.ts';
import { type Kernel, unpackStatistics } from './kernels.ts';
import { densityRows, GROUP, type LeanPortion, layPortions, likelihoodsOf, rowsPerRun } from './lean-plan.ts';
import { type BoundStage, compileStages, firstStage, type LeanWork, secondStage } from './lean-stages.ts';
import type { LeanWay } from './lean-ways.ts';
import { Memory, Usage } from './memory.ts';
import type { Command, Dispatch, PassOptions } from './pace.ts';
import { type PackedBatches, roundMeans } from './pack.ts';
import { PARAMETER_BYTES } from './pipelines.ts';
import { readMapped } from './readback.ts';
import { type MomentsLayout, type Shape, TILE } from './shape.ts';
import { type Window, weighing } from './windows.ts';
import { bind } from './workspace.ts';

/** What lean passes over a dataset need: scratch memory and recorded work. `memory` is the caller's to destroy. */
export interface Lean {
  readonly kernel: Kernel;
  readonly way: LeanWay;
  /** Points at once of its first stage. */
  readonly points: number;
  readonly K: number;
  /** Points of a chunk of the first window, at most. */
  readonly capacity: number;
  readonly layout: MomentsLayout;
  readonly portions: readonly LeanPortion[];
  /** By readback. */
  readonly batches: readonly (readonly Command[])[];
  readonly parameters: GPUBuffer;
  readonly means: GPUBuffer;
  readonly densities: GPUBuffer;
  readonly partials: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly joined: GPUBuffer;
  readonly staging: GPUBuffer;
  readonly memory: Memory;
  /** The first stage with so many points at once, over the start of the first window, `count` points or the first chunk: to be timed. */
  prepareTrial(points: number, count: number): Promise<Dispatch>;
}

/** What lean passes are for, and by which stages. */
export interface LeanModel extends Pick<Lean, 'kernel' | 'way' | 'points' | 'K'> {
  readonly packed: PackedBatches;
}

/** Allocates and records what passes over some windows need. */
export async function createLean(
  context: GpuContext,
  shape: Shape,
  { kernel, way, points, packed, K }: LeanModel,
  windows: readonly Window[],
): Promise<Lean> {
  const layout = kernel.layout(shape);
  const sums = layout.tiles * layout.sums;
  const portions = layPortions(way, kernel, shape, K, windows, context.pace.budget);
  const memory = new Memory(context.device);
  try {
    const [buffers] = await Promise.all([
      allocate(memory, shape, way, packed, K, sums, portions),
      compileStages(context, shape, { way, points, K }, weighing(windows[0]!).flags),
    ]);
    const bytes = buffers.totals.size + buffers.joined.size;
    const staging = await memory.buffer('staging', bytes, Usage.MAP_READ | Usage.COPY_DST);
    const work = { kernel, way, points, K, sums, portions, memory, ...buffers };
    const batches = await record(context, shape, work);
    return {
      ...{ kernel, way, points, K, layout, portions, batches, ...buffers, staging, memory },
      capacity: portions[0]!.capacity,
      prepareTrial: (points, count) => prepareTrial(context, shape, { ...work, points }, count),
    };
  } catch (error) {
    memory.destroy();
    throw error;
  }
}

/** Scratch memory that all portions share, each in its turn. */
async function allocate(
  memory: Memory,
  shape: Shape,
  way: LeanWay,
  packed: PackedBatches,
  K: number,
  sums: number,
  portions: readonly LeanPortion[],
) {
  const { moments, whole } = way;
  const column = K * sums * 16;
  const most = (size: (portion: LeanPortion) => number) => Math.max(...portions.map(size));
  const storage = (label: string, size: number, extra = 0) => memory.buffer(label, size, Usage.STORAGE | extra);
  const runsAtOnce = most((portion) => portion.runsAtOnce);
  const capacity = most((portion) => portion.capacity);
  const densities = whole ? runsAtOnce * densityRows(K) * TILE * 4 : moments ? capacity * K * 4 : 0;
  const totals = most(({ totalsAt, groups }) => totalsAt + 2 * groups * column);
  const joined = most(({ likelihoodsAt, window }) => likelihoodsAt + likelihoodsOf(window) * 12);
  const parameters = Math.max(packed.data.byteLength, PARAMETER_BYTES);
  return {
    parameters: await storage('parameters', parameters, Usage.UNIFORM | Usage.COPY_DST),
    means: await storage('means', K * shape.DB * shape.W * 4, Usage.COPY_DST | Usage.COPY_SRC),
    densities: await storage('densities', densities),
    norms: await storage('norms', whole ? runsAtOnce * TILE * 8 : moments ? capacity * 8 : 0),
    partials: await storage('partials', runsAtOnce * rowsPerRun(way) * column),
    middle: await storage('sums', 2 * most(({ middle }) => middle) * column),
    totals: await storage('totals', totals, Usage.COPY_SRC),
    logLikelihoods: await storage('log-likelihoods', most(({ likelihoods }) => likelihoods) * 12),
    joined: await storage('joined log-likelihoods', joined, Usage.COPY_SRC),
  };
}

/** What recording needs. */
interface Recording extends LeanWork {
  readonly kernel: Kernel;
  readonly portions: readonly LeanPortion[];
  readonly memory: Memory;
  /** vec4f of sums per component. */
  readonly sums: number;
  readonly totals: GPUBuffer;
  readonly joined: GPUBuffer;
  readonly middle: GPUBuffer;
}

/** Workgroups of the first stage: of tiles, or of runs. */
function firstSize({ moments }: LeanWay, run: number, count: number): number {
  return Math.ceil(count / (moments ? TILE : run));
}

/** The start of the first window, as many points at most, in as many workgroups as in earnest: on these it depends what registers cost. */
async function prepareTrial(context: GpuContext, shape: Shape, work: Recording, most: number): Promise<Dispatch> {
  const { K, sums, portions, way, memory } = work;
  const { window, capacity, run: inEarnest, chunks } = portions[0]!;
  const inChunk = chunks[0]!.count;
  const count = Math.min(most, inChunk);
  const run = Math.ceil(count / Math.ceil(inChunk / inEarnest) / TILE) * TILE;
  // Compiled before anything is bound: meanwhile it may be freed.
  await compileStages(context, shape, work, weighing(window).flags);
  const jobs = await memory.buffer('trial', JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  context.device.queue.writeBuffer(jobs, 0, encodeJobs([{ count, components: K, row: capacity, run, sums }]));
  const stage = await firstStage(context, shape, work, jobs, window);
  return { ...stage, offsets: [0], size: [firstSize(way, run, count)] };
}

/** Of each batch one command per chunk: its sums by run, and those of each group; after a window's last, its totals. */
async function record(context: GpuContext, shape: Shape, work: Recording): Promise<Command[][]> {
  const { device, pipelines } = context;
  const { kernel, way, K, sums, portions, partials, middle, totals, logLikelihoods, joined, memory } = work;
  const [total, join] = await Promise.all([pipelines.get('totals', shape), pipelines.get('join-likelihoods', shape)]);
  const jobs = await memory.buffer('jobs', countJobs(portions) * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
  const list: Partial<Job>[] = [];
  const dispatch = (bound: BoundStage, job: Partial<Job>, ...size: Dispatch['size']): Dispatch => {
    list.push(job);
    return { ...bound, offsets: [(list.length - 1) * JOB_STRIDE], size };
  };
  const toMiddle = { stage: total, group: bind(device, total, jobs, partials, middle) };
  const toJoined = { stage: join, group: bind(device, join, jobs, logLikelihoods, joined) };
  const toTotals = { stage: total, group: bind(device, total, jobs, middle, totals) };
  const columns = Math.ceil((K * sums) / 64);
  const rows = rowsPerRun(way);
  const { moments } = way;
  const batches: Command[][] = Array.from({ length: portions.at(-1)!.batch + 1 }, () => []);
  for (const portion of portions) {
    const { window, batch, chunks, capacity, run, runs, middle: parts, groups, totalsAt } = portion;
    const [expectation, sum] = await Promise.all([
      firstStage(context, shape, work, jobs, window),
      secondStage(context, shape, work, jobs, window),
    ]);
    for (const { first, count } of chunks) {
      const [runFirst, runCount] = [first / run, Math.ceil(count / run)];
      const common = { first, count, components: K, row: capacity, run, sums };
      const group = { groupParts: GROUP, groupFirst: (2 * runFirst) / GROUP, partCount: runCount, pieces: rows };
      const tileFirst = moments ? first / TILE : runFirst;
      const dispatches = [
        dispatch(expectation, { ...common, tileFirst }, firstSize(way, run, count)),
        ...(sum ? [dispatch(sum, common, runCount, Math.ceil(K / moments!.components(K)), moments!.units(shape))] : []),
        dispatch(toMiddle, { ...common, ...group }, columns, Math.ceil(runCount / GROUP)),
      ];
      if (runFirst + runCount === runs) {
        const at = { groupFirst: totalsAt / (K * sums * 16), groupParts: Math.ceil(parts / groups), pieces: 2 };
        dispatches.push(dispatch(toTotals, { ...common, ...at, partCount: parts }, columns, groups));
        const { likelihoods: partCount, joinedAtOnce: groupParts, likelihoodsAt } = portion;
        const joining = { partCount, groupParts, groupFirst: likelihoodsAt / 12 };
        if (kernel.second !== 'inertia')
          dispatches.push(dispatch(toJoined, joining, Math.ceil(likelihoodsOf(window) / 64)));
      }
      batches[batch]!.push({ operations: count * K * kernel.flops(shape.D), dispatches });
    }
  }
  device.queue.writeBuffer(jobs, 0, encodeJobs(list));
  return batches;
}

/** Three for each chunk, two for each window, at most. */
function countJobs(portions: readonly LeanPortion[]): number {
  return portions.reduce((sum, { chunks }) => sum + 3 * chunks.length + 2, 0);
}

/** One pass over all windows, a readback per batch: the sums of each window. */
export async function leanExpectation(
  context: GpuContext,
  shape: Shape,
  lean: Lean,
  packed: PackedBatches,
  parameters: KernelParameters,
  options: PassOptions,
): Promise<Statistics[]> {
  const { device, pace } = context;
  const { totals, joined, staging } = lean;
  device.queue.writeBuffer(lean.parameters, 0, packed.data);
  const { padded, centers } = roundMeans(parameters, shape);
  device.queue.writeBuffer(lean.means, 0, padded);
  const copyBack = (encoder: GPUCommandEncoder) => {
    encoder.copyBufferToBuffer(totals, 0, staging, 0, totals.size);
    encoder.copyBufferToBuffer(joined, 0, staging, totals.size, joined.size);
  };
  const statistics: Statistics[] = [];
  for (const [index, commands] of lean.batches.entries()) {
    await pace.run(commands, copyBack, options);
    const bytes = await readMapped(device, staging, staging.size);
    options.check();
    for (const portion of lean.portions) {
      if (portion.batch === index) statistics.push(sumsOf(lean, portion, bytes, packed.offset, centers, parameters));
    }
  }
  return statistics;
}

/** A window's sums, from what was read back of its batch. */
function sumsOf(
  { kernel, K, layout, totals }: Lean,
  { window, groups, totalsAt, likelihoodsAt }: LeanPortion,
  bytes: ArrayBuffer,
  offset: number,
  centers: Float64Array,
  parameters: KernelParameters,
): Statistics {
  const { count: nSamples, totalWeight } = window;
  const parts = likelihoodsOf(window);
  const view = new DataView(bytes, totals.size + likelihoodsAt, parts * 12);
  const logLikelihood = kernel.second === 'inertia' ? 0 : sumLogLikelihoods(view, parts);
  const column = K * layout.tiles * layout.sums * 4;
  return unpackStatistics(kernel, parameters, layout, {
    totals: new Float32Array(bytes, totalsAt, 2 * groups * column),
    groups: 2 * groups,
    logLikelihood: logLikelihood + totalWeight * offset,
    ...{ centers, nSamples, totalWeight },
  });
}
