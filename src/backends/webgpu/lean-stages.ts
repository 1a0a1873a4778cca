import type { GpuContext } from './context.ts';
import { type LeanWay, ownedAtOnce } from './lean-ways.ts';
import type { Stage } from './pipelines.ts';
import type { Flag } from './shader.ts';
import type { Shape } from './shape.ts';
import { type Window, weighing } from './windows.ts';
import { batchBinding, bind } from './workspace.ts';

/** What the stages of a lean pass that go over points are made for, and work on. */
export interface LeanWork {
  readonly way: LeanWay;
  /** Points at once of the first stage. */
  readonly points: number;
  readonly K: number;
  readonly parameters: GPUBuffer;
  readonly means: GPUBuffer;
  readonly densities: GPUBuffer;
  readonly norms: GPUBuffer;
  readonly logLikelihoods: GPUBuffer;
  readonly partials: GPUBuffer;
}

/** A dispatch but for its job and size. */
export interface BoundStage {
  readonly stage: Stage;
  readonly group: GPUBindGroup;
}

/** The stages that go over points, and those after them are compiled side by side: the first pass waits for the slowest alone. */
export async function compileStages(
  context: GpuContext,
  shape: Shape,
  work: Pick<LeanWork, 'way' | 'points' | 'K'>,
  weighted: readonly Flag[],
): Promise<void> {
  const { pipelines } = context;
  const after = (['totals', 'join-likelihoods'] as const).map((name) => pipelines.get(name, shape));
  await Promise.all([compileFirst(context, shape, work, weighted), compileSecond(context, shape, work), ...after]);
}

function compileFirst(
  { pipelines }: GpuContext,
  shape: Shape,
  { way, points, K }: Pick<LeanWork, 'way' | 'points' | 'K'>,
  weighted: readonly Flag[],
): Promise<Stage> {
  const components = way.whole ? ownedAtOnce(K) : K;
  const flags = [...(way.flags ?? []), ...weighted];
  return pipelines.get(way.first, shape, flags, { points, components });
}

async function compileSecond(
  { pipelines }: GpuContext,
  shape: Shape,
  { way: { moments }, K }: Pick<LeanWork, 'way' | 'K'>,
): Promise<Stage | undefined> {
  return moments && pipelines.get(moments.stage, shape, [], { components: moments.components(K) });
}

/** What brings a chunk of a window to partial sums, or to log-densities. */
export async function firstStage(
  context: GpuContext,
  shape: Shape,
  work: LeanWork,
  jobs: GPUBuffer,
  window: Window,
): Promise<BoundStage> {
  const { way, parameters, densities, norms, partials, logLikelihoods } = work;
  const { flags, bindings } = weighing(window);
  const stage = await compileFirst(context, shape, work, flags);
  const { buffer } = window;
  const resources = way.whole
    ? [parameters, buffer, densities, norms, logLikelihoods, partials]
    : way.moments
      ? [parameters, buffer, densities, norms, logLikelihoods]
      : [batchBinding(parameters), buffer, partials];
  return { stage, group: bind(context.device, stage, jobs, ...resources, ...bindings) };
}

/** What brings the chunk from log-densities to partial sums, where that is another stage. */
export async function secondStage(
  context: GpuContext,
  shape: Shape,
  work: LeanWork,
  jobs: GPUBuffer,
  { buffer }: Window,
): Promise<BoundStage | undefined> {
  const { means, densities, norms, partials } = work;
  const stage = await compileSecond(context, shape, work);
  return stage && { stage, group: bind(context.device, stage, jobs, means, buffer, densities, norms, partials) };
}
