import type { GpuContext } from './context.ts';
import type { MomentsGrid } from './grid.ts';
import { encodeJobs, JOB_BYTES, JOB_STRIDE, type Job } from './job.ts';
import type { Kernel } from './kernels.ts';
import { Memory, Usage } from './memory.ts';
import type { PackedBatches } from './pack.ts';
import { PARAMETER_BYTES, type Stage } from './pipelines.ts';
import { GRAIN, type MomentsLayout, runFor, type Shape, TILE } from './shape.ts';
import { defaultVariant, type Variant } from './variant.ts';

/** Responsibilities of a chunk, and partial sums of a chunk and a batch of components: at most this many bytes each. */
const SCRATCH_BYTES = { least: 2 ** 20, most: 16 * 2 ** 20 };
/** What is read back per iteration: at most this many bytes, or one total. */
const READBACK_BYTES = 2 ** 20;
/** Up to this many bytes of sums, many partial sums of short runs reach the host. */
const FINE_BYTES = 64 * 2 ** 10;
/** Points per run of k-means. */
const HARD_RUN = 256;
/** 64 invocations × 65,535 workgroups hold more; it keeps submits short. */
const MAX_CHUNK = 2 ** 21;

/** Points of a window that are worked on by one round of dispatches. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
  /** Its partial sums, counted within the window. */
  readonly partFirst: number;
  readonly partCount: number;
}

/** What the sums over a window look like. */
export interface Summation {
  readonly layout: MomentsLayout;
  /** vec4f of sums per component. */
  readonly sums: number;
  /** Points per partial sum. */
  readonly run: number;
}

export function summation(kernel: Kernel, shape: Shape, K: number, count: number): Summation {
  const layout = kernel.layout(shape);
  const sums = layout.tiles * layout.sums;
  // k-means clears and writes a cell per cluster for every run, and its means bear longer ones.
  const run = kernel.moments === 'update' ? HARD_RUN : runFor(count, K * sums * 16 <= FINE_BYTES);
  return { layout, sums, run };
}

/** Memory of passes that are not under way. What of it is large enough serves others. */
export interface Loan {
  readonly densities: GPUBuffer;
  readonly partials: GPUBuffer;
}

/** Bytes for responsibilities, and for partial sums, of a chunk of so many numbers: at most half of what the points take, and what is lent. */
function roomFor(numbers: number, loan: Loan | undefined): { densities: number; partials: number } {
  const { least, most } = SCRATCH_BYTES;
  const own = Math.min(most, Math.max(least, numbers * 2));
  const room = (lent: GPUBuffer | undefined) => (lent && lent.size >= least ? Math.min(own, lent.size) : own);
  return { densities: room(loan?.densities), partials: room(loan?.partials) };
}

/** How many of a window's points a chunk should hold: whole runs within the memory bounds and about `budget` operations. */
export function chunkCapacity(
  kernel: Kernel,
  { batches }: PackedBatches,
  D: number,
  { sums, run }: Summation,
  count: number,
  budget: number,
  loan?: Loan,
) {
  const K = batches.reduce((k, batch) => k + batch.count, 0);
  const partial = batches[0]!.count * sums * 16;
  const room = roomFor(count * D, loan);
  const points = Math.min(
    room.densities / (4 * K),
    Math.floor(room.partials / partial) * run,
    MAX_CHUNK,
    budget / (K * kernel.flops(D)),
    count + GRAIN - 1,
  );
  return Math.max(1, Math.floor(points / GRAIN)) * GRAIN;
}

function cut(total: number, capacity: number, run: number): Chunk[] {
  return Array.from({ length: Math.ceil(total / capacity) }, (_, i): Chunk => {
    const first = i * capacity;
    const count = Math.min(capacity, total - first);
    return { first, count, partFirst: first / run, partCount: Math.ceil(count / run) };
  });
}

/** Scratch memory for passes of one kind of model with K components over windows of one size. */
export interface Workspace {
  readonly kernel: Kernel;
  readonly K: number;
  readonly capacity: number;
  readonly summation: Summation;
  readonly variant: Variant;
  readonly grid: MomentsGrid;
  readonly chunks: readonly Chunk[];
  /** Partial sums that are added up to one total, and how many totals there are. */
  readonly groupParts: number;
  readonly groups: number;
  /** Partial log-likelihoods, one per tile of points. */
  readonly tiles: number;
  /** One job per chunk; `jobs` holds them for the device. */
  readonly jobList: readonly Partial<Job>[];
  readonly jobs: GPUBuffer;
  readonly parameters: GPUBuffer;
  readonly means: GPUBuffer;
  /** Mixtures: densities, then responsibilities, K × capacity. k-means: nearest squared distances, capacity. */
  readonly densities: GPUBuffer;
  /** Mixtures: the largest log-density of each point, then what makes its responsibilities sum to 1. k-means: labels. Capacity. */
  readonly perPoint: GPUBuffer;
  /** Points go to one component each. */
  readonly hard: boolean;
  readonly partials: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly logLikelihoods: GPUBuffer;
  readonly staging: GPUBuffer;
  readonly memory: Memory;
}

/** What a workspace is for. */
export interface WorkspaceModel {
  readonly kernel: Kernel;
  readonly K: number;
  readonly packed: PackedBatches;
  /** Points of a window. */
  readonly count: number;
  /** Points of a chunk at most. */
  readonly capacity: number;
}

interface WorkspaceOptions {
  /** Default: that of {@link defaultVariant}. */
  readonly variant?: Variant;
  /** Each pass starts its totals anew: for E-steps of one chunk that follow one another without the host. */
  readonly fresh?: boolean;
  /** Totals at most. */
  readonly mostGroups?: number;
  /** In place of memory of its own. */
  readonly loan?: Loan | undefined;
}

/** Allocates everything that a pass over windows of `count` points needs. The caller destroys `memory`. */
export async function createWorkspace(
  { device }: GpuContext,
  shape: Shape,
  model: WorkspaceModel,
  options: WorkspaceOptions = {},
): Promise<Workspace> {
  const plan = planWork(shape, model, options);
  const memory = new Memory(device);
  try {
    const buffers = await allocate(memory, shape, model, plan, options.loan);
    device.queue.writeBuffer(buffers.jobs, 0, encodeJobs(plan.jobList));
    return { ...plan, ...buffers, memory };
  } catch (error) {
    memory.destroy();
    throw error;
  }
}

/** What of a workspace is no memory. */
type WorkPlan = Pick<
  Workspace,
  | ('kernel' | 'K' | 'capacity' | 'summation' | 'variant' | 'grid')
  | ('chunks' | 'groupParts' | 'groups' | 'tiles' | 'jobList' | 'hard')
>;

function planWork(
  shape: Shape,
  { kernel, K, count, capacity }: WorkspaceModel,
  { variant = defaultVariant(shape), fresh = false, mostGroups = Infinity }: WorkspaceOptions,
): WorkPlan {
  const plan = summation(kernel, shape, K, count);
  const grid = kernel.grid(shape, K, variant.across);
  const chunks = cut(count, capacity, plan.run);
  const parts = Math.ceil(count / plan.run);
  const fitting = Math.max(1, Math.floor(READBACK_BYTES / (K * plan.sums * 16)));
  const groupParts = Math.ceil(parts / Math.min(mostGroups, fitting));
  const groups = Math.ceil(parts / groupParts);
  const hard = kernel.expectation === 'assign';
  const tiles = hard ? 0 : Math.ceil(count / TILE);
  const common = { components: K, row: capacity, run: plan.run, groupParts, sums: plan.sums, fresh: fresh ? 1 : 0 };
  const jobList = listJobs(chunks, common, grid);
  return { kernel, K, capacity, hard, summation: plan, variant, grid, chunks, groupParts, groups, tiles, jobList };
}

async function allocate(
  memory: Memory,
  shape: Shape,
  { K, packed, capacity }: WorkspaceModel,
  { hard, summation: { sums, run }, groups, tiles, jobList }: WorkPlan,
  loan: Loan | undefined,
) {
  const storage = (label: string, size: number, extra = 0) => memory.buffer(label, size, Usage.STORAGE | extra);
  const lent = async (label: keyof Loan, size: number) =>
    loan && loan[label].size >= size ? loan[label] : storage(label, size);
  const totalBytes = groups * K * sums * 16;
  const uniform = Usage.UNIFORM | Usage.COPY_DST;
  return {
    jobs: await storage('jobs', jobList.length * JOB_STRIDE, uniform),
    parameters: await storage('parameters', packed.data.byteLength, uniform),
    means: await storage('means', K * shape.DB * shape.W * 4, Usage.COPY_DST | Usage.COPY_SRC),
    densities: await lent('densities', capacity * (hard ? 1 : K) * 4),
    perPoint: await storage(hard ? 'labels' : 'scales', capacity * 4),
    partials: await lent('partials', (capacity / run) * packed.batches[0]!.count * sums * 16),
    totals: await storage('totals', totalBytes, Usage.COPY_SRC | Usage.COPY_DST),
    logLikelihoods: await storage('log-likelihoods', tiles * 12, Usage.COPY_SRC),
    staging: await memory.buffer('staging', totalBytes + tiles * 12, Usage.MAP_READ | Usage.COPY_DST),
  };
}

function listJobs(
  chunks: readonly Chunk[],
  common: Pick<Job, 'components' | 'row' | 'run' | 'groupParts' | 'sums' | 'fresh'>,
  { across, pieces, blocks }: MomentsGrid,
): Partial<Job>[] {
  return chunks.map(({ first, count, partFirst, partCount }) => ({
    ...common,
    ...{ first, count, partFirst, partCount, across, pieces, blocks },
    groupFirst: Math.floor(partFirst / common.groupParts),
    tileFirst: (partFirst * common.run) / TILE,
  }));
}

/** A bind group in the order of the stage's bindings; uniform buffers are bound with dynamic offsets. */
export function bind(
  device: GPUDevice,
  stage: Stage,
  jobs: GPUBuffer,
  ...rest: (GPUBuffer | GPUBufferBinding)[]
): GPUBindGroup {
  const resources: GPUBufferBinding[] = [{ buffer: jobs, size: JOB_BYTES }, ...rest.map(asBinding)];
  return device.createBindGroup({
    label: stage.name,
    layout: stage.layout,
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
}

function asBinding(resource: GPUBuffer | GPUBufferBinding): GPUBufferBinding {
  return 'buffer' in resource ? resource : { buffer: resource };
}

/** Component parameters, bound as one batch at a dynamic offset. */
export function batchBinding(parameters: GPUBuffer): GPUBufferBinding {
  return { buffer: parameters, size: PARAMETER_BYTES };
}
