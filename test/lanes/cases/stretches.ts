import { createGpuBackend, type GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import { isSoftware } from '../../../src/backends/webgpu/device.ts';
import type { HostPoints } from '../../../src/data/points.ts';
import { EmRun, type RunSettings } from '../../../src/em/run.ts';
import type { Backend, Family, Reached } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import type { MixtureParameters } from '../../../src/families/parameters.ts';
import { assert, assertClose, assertEqual, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, distance, drawSample, gpuBackend, randomFor, type Spec } from './gpu.ts';

export const TYPES = ['full', 'diag', 'spherical'] as const;

interface Run<P> {
  readonly run: EmRun<P>;
  readonly counts: Float64Array;
  readonly parameters: P;
}

/** A run to its end by `step` or by `advance`. */
export async function follow<P>(
  backend: Backend,
  how: 'step' | 'advance',
  family: Family<P>,
  points: HostPoints,
  start: P,
  settings: Omit<RunSettings, 'precision'>,
  onProgress?: (reached: Reached) => void,
): Promise<Run<P>> {
  const dataset = await backend.load(points, { scaling: family.scaling });
  try {
    const { precision } = backend;
    const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), { ...settings, precision });
    while (!run.done) await run[how](onProgress);
    const { counts } = await run.expectation();
    return { run, counts, parameters: family.toData(run.parameters, dataset.frame) };
  } finally {
    dataset.destroy();
  }
}

/** A run of a mixture from near its truth, on the GPU or the CPU. */
export function runBy(
  context: LaneContext,
  how: 'step' | 'advance',
  spec: Spec,
  settings: { tol: number; maxIter: number },
  backend = gpuBackend(context),
): Promise<Run<MixtureParameters>> {
  const { points, start } = drawSample(spec, randomFor(context.seed, `stretches ${spec.type}`));
  const family = gaussianFamily({ covarianceType: spec.type, regCovar: 1e-6 });
  return follow(backend, how, family, points, start, settings);
}

/** How often work waits for a buffer to be read back while `work` runs. */
export async function countReadbacks(work: () => Promise<unknown>): Promise<number> {
  const { mapAsync } = GPUBuffer.prototype;
  let count = 0;
  GPUBuffer.prototype.mapAsync = function (...given) {
    count++;
    return mapAsync.apply(this, given);
  };
  try {
    await work();
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync;
  }
  return count;
}

/** What a run of 60 iterations tells of, each iteration once and in order, is what its history says in the end. */
export async function checkProgress<P>(
  { adapter }: LaneContext,
  backend: Backend,
  family: Family<P>,
  points: HostPoints,
  start: P,
) {
  const told: Reached[] = [];
  const settings = { tol: 0, maxIter: 60 };
  const { run } = await follow(backend, 'advance', family, points, start, settings, (reached) => told.push(reached));
  // A fast device may come to the end before the second readback.
  const least = isSoftware(adapter.info) ? 2 : 1;
  assert(told.length >= least, `told ${told.length} times in ${run.iteration} iterations`);
  told.forEach(({ iteration, value }, i) => {
    assert(i === 0 || iteration > told[i - 1]!.iteration, `${iteration} after ${told[i - 1]?.iteration} iterations`);
    assertEqual(value, run.history[iteration], `after ${iteration} iterations`);
  });
}

/** The iterations done by the device alone follow those of the host, and end where those end. */
export async function compareStretch(
  context: LaneContext,
  spec: Spec,
  options: Partial<GpuBackendOptions> = {},
): Promise<void> {
  const settings = { tol: 0, maxIter: 60 };
  const stepped = await runBy(context, 'step', spec, settings, cpuBackend());
  const { run, parameters } = await runBy(context, 'advance', spec, settings, gpuBackend(context, options));
  assertClose(run.history, stepped.run.history, { relative: 1e-6 }, `log-likelihoods, seed ${context.seed}`);
  const off = distance(parameters, stepped.parameters, spec.type, stepped.counts, 20 * (spec.D + 1));
  // Each float32 M-step is off by some 1e-6; on overlapping components EM forgets that at its rate of convergence, 0.9 or so.
  assert(off.mean < 1e-4, `a mean is off by ${off.mean.toExponential(2)} standard deviations`);
  assert(off.covariance < 1e-4, `a covariance is off by ${off.covariance.toExponential(2)}`);
}

/** A run that converges does so without warnings, and not before it would by the host alone. */
export async function compareEnd(
  context: LaneContext,
  spec: Spec,
  options: Partial<GpuBackendOptions> = {},
): Promise<void> {
  const settings = { tol: 1e-5, maxIter: 5000 };
  const stepped = await runBy(context, 'step', spec, settings, cpuBackend());
  const { run } = await runBy(context, 'advance', spec, settings, gpuBackend(context, options));
  assert(run.converged && stepped.run.converged, 'both converge');
  assertEqual(run.warnings.length, 0, 'warnings');
  // It may go on for longer where noise blurs the rate.
  const early = (stepped.run.history.at(-1)! - run.history.at(-1)!) / spec.N;
  assert(early < 2 * settings.tol, `it ends ${early} per point early, tolerance ${settings.tol}`);
}

const agree: readonly LaneCase[] = TYPES.map((type) => ({
  name: `stretches: ${type}, iterations without the host follow those with it`,
  run: (context) => compareStretch(context, { type, D: 3, K: 4, N: 4001, separation: 2 }),
}));

const others: readonly LaneCase[] = [
  {
    name: 'stretches: at least 8 iterations per readback at N 10,000, D 2, K 5',
    async run(context) {
      let iterations = 0;
      const readbacks = await countReadbacks(async () => {
        const spec: Spec = { type: 'full', D: 2, K: 5, N: 10_000, separation: 3 };
        const { run } = await runBy(context, 'advance', spec, { tol: 0, maxIter: 150 });
        iterations = run.iteration;
      });
      assertEqual(iterations, 150, 'iterations');
      // The first 8 are the host's; sums of points at loading are not read back.
      const each = (iterations - 8) / (readbacks - 9);
      assert(each >= 8, `${iterations} iterations took ${readbacks} readbacks`);
    },
  },
  {
    name: 'stretches: a run that converges is judged and ended in float64',
    run: (context) => compareEnd(context, { type: 'full', D: 2, K: 3, N: 5003, separation: 2.5 }),
  },
  {
    name: 'stretches: how fast the device seems to be changes no bit',
    async run(context) {
      const { device, adapter } = context;
      const spec: Spec = { type: 'full', D: 3, K: 4, N: 5003, separation: 2 };
      const [slow, fast] = await Promise.all(
        [1e7, 1e11].map((rate) => {
          const backend = createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false, rate });
          return runBy(context, 'advance', spec, { tol: 0, maxIter: 40 }, backend);
        }),
      );
      assertSame(slow!.run.history, fast!.run.history, 'log-likelihoods');
      assertSame(slow!.parameters.means, fast!.parameters.means, 'means');
    },
  },
  {
    name: 'stretches: progress is told while the device goes on, as it will be in the history',
    run(context) {
      const spec: Spec = { type: 'full', D: 2, K: 3, N: 4001 };
      const { points, start } = drawSample(spec, randomFor(context.seed, 'stretches, progress'));
      const family = gaussianFamily({ covarianceType: 'full', regCovar: 1e-6 });
      return checkProgress(context, gpuBackend(context), family, points, start);
    },
  },
  {
    name: 'stretches: components of few points are left to the host',
    async run(context) {
      const spec: Spec = { type: 'full', D: 2, K: 4, N: 20, separation: 8 };
      const settings = { tol: 0, maxIter: 30 };
      const stepped = await runBy(context, 'step', spec, settings);
      const advanced = await runBy(context, 'advance', spec, settings);
      assertSame(advanced.run.history, stepped.run.history, 'log-likelihoods');
      assertSame([...advanced.parameters.means], [...stepped.parameters.means], 'means');
    },
  },
];

export const stretches: readonly LaneCase[] = [...agree, ...others];
