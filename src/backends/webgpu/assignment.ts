import type { Assignment } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { JOB_STRIDE } from './job.ts';
import { type Memory, Usage } from './memory.ts';
import type { Command } from './pace.ts';
import type { Shape } from './shape.ts';
import type { Window } from './windows.ts';
import { bind, type Chunk, type Workspace } from './workspace.ts';

/**
 * In the place of log-densities: those that make the responsibilities of an assignment, for chunks of a window. What it puts on the
 * device is the caller's to free, with `scratch`.
 */
export async function assignCommands(
  { device, pipelines }: GpuContext,
  shape: Shape,
  work: Workspace,
  window: Window,
  assignment: Assignment,
  scratch: Memory,
): Promise<(chunk: Chunk, index: number) => Command[]> {
  const isRandom = assignment.kind === 'random';
  const stage = await pipelines.get('assign-responsibilities', shape, [isRandom ? 'RANDOM' : 'LABELS']);
  const numbers = isRandom
    ? Uint32Array.of(assignment.seed, (assignment.firstRow ?? 0) + window.first)
    : assignment.labels.slice(window.first, window.first + window.count);
  const given = await scratch.buffer('assignment', numbers.byteLength, Usage.STORAGE | Usage.COPY_DST);
  device.queue.writeBuffer(given, 0, numbers);
  const group = bind(device, stage, work.jobs, work.densities, work.perPoint, given);
  return (chunk, index) => [
    {
      operations: chunk.count * work.K * 20,
      dispatches: [{ stage, group, offsets: [index * JOB_STRIDE], size: [Math.ceil(chunk.count / 64)] }],
    },
  ];
}
