import type { GpuContext } from './context.ts';
import { encodeJobs, JOB_BYTES, JOB_STRIDE, type Job } from './job.ts';
import type { Kernel } from './kernels.ts';
import { Memory, Usage } from './memory.ts';
import type { PackedBatches } from './pack.ts';
import { PARAMETER_BYTES, type Stage } from './pipelines.ts';
import { type MomentsLayout, type Shape, slabFor, TILE } from './shape.ts';
import type { Window } from './windows.ts';

/** Responsibilities of a chunk: at most this many bytes. */
const DENSITY_BYTES = 16 * 2 ** 20;
/** Partial sums of a chunk: at most this many bytes, or one slab. */
const PARTIAL_BYTES = 16 * 2 ** 20;
/** What is read back per iteration: at most this many bytes, or one group. */
const READBACK_BYTES = 2 ** 20;
/** Partial sums per slab where they are small, and the bytes of one up to which they are. */
const PARTS = 16;
const FINE_BYTES = 64 * 2 ** 10;
/** 64 invocations × 65,535 workgroups hold more; it keeps submits short. */
const MAX_CHUNK = 2 ** 21;

/** Points that are worked on by one round of dispatches. */
export interface Chunk {
  readonly window: number;
  /** Within the window. */
  readonly first: number;
  readonly count: number;
  /** Counted over all windows. */
  readonly slabFirst: number;
  readonly slabCount: number;
}

/** Whether a slab gives one partial sum (many accumulators) or 16. */
export function isCoarse(K: number, layout: MomentsLayout): boolean {
  return K * layout.tiles * layout.sums * 16 > FINE_BYTES;
}

/** How many points a chunk should hold: whole slabs within the memory bounds and about `budget` operations. */
export function chunkCapacity(
  kernel: Kernel,
  K: number,
  D: number,
  layout: MomentsLayout,
  nSamples: number,
  budget: number,
) {
  const slab = slabFor(nSamples);
  const partial = K * layout.tiles * layout.sums * 16 * (isCoarse(K, layout) ? 1 : PARTS);
  const points = Math.min(
    DENSITY_BYTES / (4 * K),
    Math.floor(PARTIAL_BYTES / partial) * slab,
    MAX_CHUNK,
    budget / (K * kernel.flops(D)),
    nSamples + slab - 1,
  );
  return Math.max(1, Math.floor(points / slab)) * slab;
}

function cut(windows: readonly Window[], capacity: number, slab: number): Chunk[] {
  return windows.flatMap((window, index) =>
    Array.from({ length: Math.ceil(window.count / capacity) }, (_, i): Chunk => {
      const first = i * capacity;
      const count = Math.min(capacity, window.count - first);
      return {
        window: index,
        first,
        count,
        slabFirst: (window.first + first) / slab,
        slabCount: Math.ceil(count / slab),
      };
    }),
  );
}

/** Scratch memory and bind groups for passes of one kind of model with K components over one dataset. */
export interface Workspace {
  readonly kernel: Kernel;
  readonly K: number;
  readonly capacity: number;
  readonly layout: MomentsLayout;
  /** A slab gives one partial sum, not 16. */
  readonly coarse: boolean;
  readonly chunks: readonly Chunk[];
  readonly groups: number;
  /** vec4f accumulators of all components. */
  readonly sums: number;
  /** Partial log-likelihoods, one per tile of points. */
  readonly tiles: number;
  /** One job per chunk and batch of components, in that order; `jobs` holds them for the device. */
  readonly jobList: readonly Partial<Job>[];
  readonly jobs: GPUBuffer;
  readonly parameters: GPUBuffer;
  readonly means: GPUBuffer;
  /** Mixtures: densities, then responsibilities, K × capacity. k-means: nearest squared distances, capacity. */
  readonly densities: GPUBuffer;
  /** k-means only: capacity labels. */
  readonly labels: GPUBuffer | undefined;
  readonly partials: GPUBuffer;
  readonly totals: GPUBuffer;
  readonly logLikelihoods: GPUBuffer;
  readonly staging: GPUBuffer;
  readonly memory: Memory;
}

/** Allocates everything a pass needs. The caller destroys `memory`. */
export async function createWorkspace(
  { device }: GpuContext,
  shape: Shape,
  kernel: Kernel,
  K: number,
  batches: PackedBatches,
  windows: readonly Window[],
  capacity: number,
): Promise<Workspace> {
  const layout = kernel.layout(shape);
  const slab = slabFor(windows.reduce((n, window) => n + window.count, 0));
  const chunks = cut(windows, capacity, slab);
  const sums = K * layout.tiles * layout.sums;
  const coarse = isCoarse(K, layout);
  const parts = coarse ? 1 : PARTS;
  const partTotal = parts * chunks.reduce((n, chunk) => n + chunk.slabCount, 0);
  const groupParts = Math.ceil(partTotal / Math.max(1, Math.floor(READBACK_BYTES / (sums * 16))));
  const groups = Math.ceil(partTotal / groupParts);
  const hard = kernel.expectation === 'assign';
  const tiles = hard ? 0 : (partTotal / parts) * (slab / TILE);
  const memory = new Memory(device);
  try {
    const storage = (label: string, bytes: number, extra = 0) => memory.buffer(label, bytes, Usage.STORAGE | extra);
    const jobList = listJobs(chunks, batches, parts, { components: K, row: capacity, slab, groupParts, sums });
    const workspace: Workspace = {
      ...{ kernel, K, capacity, layout, coarse, chunks, groups, sums, tiles, memory, jobList },
      jobs: await memory.buffer('jobs', jobList.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST),
      parameters: await memory.buffer('parameters', batches.data.byteLength, Usage.UNIFORM | Usage.COPY_DST),
      means: await storage('means', K * shape.DB * shape.W * 4, Usage.COPY_DST),
      densities: await storage('densities', capacity * (hard ? 1 : K) * 4),
      labels: hard ? await storage('labels', capacity * 4, Usage.COPY_SRC) : undefined,
      partials: await storage('partials', (capacity / slab) * parts * sums * 16),
      totals: await storage('totals', groups * sums * 16, Usage.COPY_SRC | Usage.COPY_DST),
      logLikelihoods: await storage('log-likelihoods', tiles * 12, Usage.COPY_SRC),
      staging: await memory.buffer('staging', groups * sums * 16 + tiles * 12, Usage.MAP_READ | Usage.COPY_DST),
    };
    device.queue.writeBuffer(workspace.jobs, 0, encodeJobs(jobList));
    return workspace;
  } catch (error) {
    memory.destroy();
    throw error;
  }
}

function listJobs(
  chunks: readonly Chunk[],
  { batches }: PackedBatches,
  parts: number,
  common: Partial<Job> & { slab: number },
): Partial<Job>[] {
  return chunks.flatMap((chunk) =>
    batches.map((batch) => ({
      ...common,
      first: chunk.first,
      count: chunk.count,
      batchFirst: batch.first,
      batchCount: batch.count,
      partFirst: chunk.slabFirst * parts,
      partCount: chunk.slabCount * parts,
      tileFirst: (chunk.slabFirst * common.slab) / TILE,
    })),
  );
}

/** Offset in `jobs` of a chunk's job for a batch. */
export function jobOffset(chunk: number, batch: number, batches: number): number {
  return (chunk * batches + batch) * JOB_STRIDE;
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
