import type { GpuContext } from './context.ts';
import { densityCommands, momentCommands } from './expectation.ts';
import { encodeJobs, JOB_STRIDE } from './job.ts';
import { Usage } from './memory.ts';
import type { PackedBatches } from './pack.ts';
import { GRAIN, type Shape } from './shape.ts';
import { type Candidate, CHUNK_SECONDS } from './trial.ts';
import { laddersFor } from './variant.ts';
import type { Window } from './windows.ts';
import type { Chunk, Workspace } from './workspace.ts';

/** The stages of a workspace as its last pass left it, that over this window having taken `seconds`. */
export interface Tried {
  readonly context: GpuContext;
  readonly shape: Shape;
  readonly work: Workspace;
  readonly packed: PackedBatches;
  readonly window: Window;
  readonly seconds: number;
}

/** A workspace's two large stages. What they allocate goes with it. */
export function workspaceCandidates(tried: Tried): Candidate[] {
  const { context, shape, work, packed, window } = tried;
  const ladders = laddersFor(work.kernel, shape, work.K);
  const grids = ladders.across.rungs.map((across) => work.kernel.grid(shape, work.K, across));
  const chunk = trialChunk(tried);
  const jobList = grids.map(({ across, pieces, blocks }) => {
    const { count, partCount } = chunk;
    return { ...work.jobList[0]!, count, partCount, across, pieces, blocks };
  });
  const makeJobs = async () => {
    const buffer = await work.memory.buffer('trial', jobList.length * JOB_STRIDE, Usage.UNIFORM | Usage.COPY_DST);
    context.device.queue.writeBuffer(buffer, 0, encodeJobs(jobList));
    return buffer;
  };
  let made: Promise<GPUBuffer> | undefined;
  /** To be awaited last, right before they are bound: what comes too late binds nothing that was freed. */
  const jobsOnce = async () => {
    made ??= makeJobs();
    const jobs = await made;
    work.memory.check('trial');
    return jobs;
  };
  return [
    {
      ...ladders.points,
      now: work.variant.points,
      async prepare(points) {
        const stage = await context.pipelines.get(work.kernel.expectation, shape, [], { points });
        const jobs = await jobsOnce();
        const [command] = densityCommands(context, stage, { ...work, jobs }, packed, window, shape.D)(chunk, 0);
        return command!.dispatches[0]!;
      },
    },
    {
      ...ladders.across,
      now: work.variant.across,
      async prepare(across) {
        const at = ladders.across.rungs.indexOf(across);
        const own = { ...work, jobs: await jobsOnce(), grid: grids[at]! };
        const commands = await momentCommands(context, shape, own, packed, window);
        return commands(chunk, at)[0]!.dispatches[0]!;
      },
    },
  ];
}

/** The start of a window's first chunk: as much as takes a moment. */
function trialChunk({ work, window, seconds }: Tried): Chunk {
  const chunk = work.chunks[0]!;
  const points = Math.max(1, Math.floor((window.count * CHUNK_SECONDS) / seconds / GRAIN)) * GRAIN;
  const count = Math.min(points, chunk.count);
  return { ...chunk, count, partCount: Math.ceil(count / work.summation.run) };
}
