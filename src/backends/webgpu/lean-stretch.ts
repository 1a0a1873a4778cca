import { addStatistics } from '../../em/statistics.ts';
import type { KernelParameters, Stretch } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { createKMeansMaximization, type KMeansMaximization, runKMeansStretch } from './k-means-stretch.ts';
import type { Kernel } from './kernels.ts';
import { type Lean, leanExpectation } from './lean.ts';
import { likelihoodsOf } from './lean-plan.ts';
import { createMixtureMaximization, type MixtureMaximization, runMixtureStretch } from './mixture-stretch.ts';
import type { Command, PassOptions } from './pace.ts';
import type { Shape } from './shape.ts';
import { createMaximizationJob, SLOTS, type Stretching, type StretchPass } from './stretch.ts';
import type { Window } from './windows.ts';

/**
 * Floating-point operations of an iteration that may follow others without the host: on a large GPU some 5 ms, beyond which the host's part
 * does not count. A constant, because results must not depend on timing.
 */
const MOST_OPERATIONS = 1e11;

/** What runs many lean passes without the host. Its memory is that of the passes. */
export type LeanStretch = { readonly lean: Lean } & (
  | { readonly hard: false; readonly maximization: MixtureMaximization }
  | { readonly hard: true; readonly maximization: KMeansMaximization }
);

/**
 * Whether the M-step can be done on the device, and an iteration is short; that passes are lean is not asked. Where mixtures have several windows it is
 * the host's: there a stream, whose chunks the host adds up, is to give the same bits. Those of k-means do not depend on who adds.
 */
export function suitsLeanStretch(kernel: Kernel, shape: Shape, K: number, windows: readonly Window[]): boolean {
  const count = windows.reduce((n, window) => n + window.count, 0);
  return (
    (windows.length === 1 || kernel.second === 'inertia') &&
    kernel.finalize?.fits(shape, K) === true &&
    count * K * kernel.flops(shape.D) <= MOST_OPERATIONS
  );
}

export async function createLeanStretch(context: GpuContext, shape: Shape, lean: Lean): Promise<LeanStretch> {
  const { kernel, K, layout, memory, portions } = lean;
  const jobs = await createMaximizationJob(context.device, memory, K, layout.tiles * layout.sums);
  const rows = portions.map(({ groups }) => 2 * groups);
  if (kernel.second === 'inertia') {
    const work = { ...lean, rows, jobs };
    return { lean, hard: true, maximization: await createKMeansMaximization(context, shape, memory, work) };
  }
  const likelihoods = { likelihoods: likelihoodsOf(portions[0]!.window), logLikelihoods: lean.joined };
  const work = { ...lean, rows: rows[0]!, jobs, ...likelihoods };
  const maximization = await createMixtureMaximization(context, shape, memory, work);
  return { lean, hard: false, maximization };
}

/** Iterations per submit: as many as the device is known to do in the time of one. */
function pacing(
  { pace }: GpuContext,
  { lean, maximization: { finalize } }: LeanStretch,
  options: PassOptions,
): Pick<Stretching, 'count' | 'submit'> {
  const commands = lean.batches[0]!; // there is no other
  const iteration: Command[] = [...commands, { operations: 0, dispatches: [finalize] }];
  const operations = commands.reduce((sum, command) => sum + command.operations, 0);
  return {
    count: () => Math.min(SLOTS, Math.max(1, Math.floor(pace.budget / operations))),
    submit: (count, last) => pace.run(Array<Command[]>(count).fill(iteration).flat(), last, options),
  };
}

/** Up to `steps` E-steps in a row, M-steps between them on the device in float32. Undefined where there was no room for one. */
export function runLeanStretch(
  context: GpuContext,
  shape: Shape,
  stretch: LeanStretch,
  pass: StretchPass,
): Promise<Stretch | undefined> {
  const { lean, hard, maximization } = stretch;
  const how = pacing(context, stretch, pass.options);
  const { window } = lean.portions[0]!;
  if (!hard) return runMixtureStretch(context, shape, maximization, how, window, pass);
  const evaluate = async (reached: KernelParameters) => {
    const packed = lean.kernel.pack(reached, shape, Infinity);
    return (await leanExpectation(context, shape, lean, packed, reached, pass.options)).reduce(addStatistics);
  };
  return runKMeansStretch(context, shape, maximization, how, evaluate, pass);
}
