import { kMeansFamily } from '../../../src/families/k-means.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assert, assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, distance, drawSample, gpuBackend, iterate, randomFor, type Spec } from './gpu.ts';

const FEATURES = [1, 2, 3, 8, 17, 64];
const COMPONENTS = [1, 2, 7, 33];
const SAMPLES = [1, 2, 255, 256, 257, 10_007];
const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

/** What float32 may cost against float64 from the same start (the targets of the design). */
const LOG_LIKELIHOOD = 1e-6;
const MEAN = 1e-5;
const covarianceTarget = (condition: number) => Math.max(2e-6, 3e-9 * condition);

/**
 * Iterates both backends from one start and compares. Components with fewer than `atLeast` points are left out: what few
 * points tell of a covariance is arbitrarily ill-conditioned, whatever the spec says.
 */
async function compare(context: Parameters<LaneCase['run']>[0], name: string, spec: Spec, iterations: number): Promise<void> {
  const { points, start } = drawSample(spec, randomFor(context.seed, name));
  const family = gaussianFamily({ covarianceType: spec.type, regCovar: 1e-6 });
  const [gpu, cpu] = [
    await iterate(gpuBackend(context), family, points, start, iterations),
    await iterate(cpuBackend(), family, points, start, iterations),
  ];
  const what = `${name}, seed ${context.seed}`;
  assertClose(gpu.history, cpu.history, { relative: LOG_LIKELIHOOD }, `${what}: log-likelihoods`);
  const counts = spec.type === 'tied' ? cpu.counts.map(() => spec.N) : cpu.counts;
  const off = distance(gpu.parameters, cpu.parameters, spec.type, counts, 20 * (spec.D + 1));
  assert(off.mean <= MEAN, `${what}: a mean is off by ${off.mean.toExponential(2)} standard deviations, allowed ${MEAN}`);
  const allowed = covarianceTarget(spec.condition ?? 10);
  assert(off.covariance <= allowed, `${what}: a covariance is off by ${off.covariance.toExponential(2)}, allowed ${allowed}`);
  assertClose(gpu.parameters.weights, cpu.parameters.weights, { absolute: 1e-6 }, `${what}: weights`);
}

/** One EM step of both backends, at awkward sizes. */
const grid: readonly LaneCase[] = TYPES.flatMap((type) =>
  FEATURES.map((D) => ({
    name: `twins: ${type}, D ${D}, one step at K ${COMPONENTS.join(', ')} and N ${SAMPLES.join(', ')}`,
    async run(context) {
      for (const K of COMPONENTS) {
        for (const N of SAMPLES) await compare(context, `${type} D ${D} K ${K} N ${N}`, { type, D, K, N }, 1);
      }
    },
  })),
);

const HARD: readonly (readonly [string, Partial<Spec>])[] = [
  ['1e6 standard deviations from the origin', { offset: 1e6 }],
  ['condition number 1e4', { condition: 1e4 }],
  ['tight components, 100 standard deviations apart', { separation: 100 }],
  ['components that overlap', { separation: 1.5 }],
];

/** Twenty iterations on data that break careless float32. */
const hard: readonly LaneCase[] = HARD.flatMap(([what, spec]) =>
  TYPES.map((type) => ({
    name: `twins: ${type}, ${what}, 20 iterations`,
    run: (context) => compare(context, `${type}, ${what}`, { type, D: 5, K: 3, N: 10_007, ...spec }, 20),
  })),
);

/** k-means: one Lloyd iteration of both backends from the same centres. */
const kMeans: readonly LaneCase[] = FEATURES.map((D) => ({
  name: `twins: k-means, D ${D}, one step at K ${COMPONENTS.join(', ')} and N ${SAMPLES.join(', ')}`,
  async run(context) {
    for (const K of COMPONENTS) {
      for (const N of SAMPLES) {
        const name = `k-means D ${D} K ${K} N ${N}`;
        const { points, start } = drawSample({ type: 'spherical', D, K, N }, randomFor(context.seed, name));
        const centers = { nClusters: K, centers: start.means };
        const gpu = await iterate(gpuBackend(context), kMeansFamily, points, centers, 1);
        const cpu = await iterate(cpuBackend(), kMeansFamily, points, centers, 1);
        const what = `${name}, seed ${context.seed}`;
        assertClose(gpu.history, cpu.history, { relative: 1e-6 }, `${what}: inertia`);
        // A point that lies between two centres to float32 rounding may go to either, which moves a centre by 1 / N_k.
        const same = gpu.counts.every((count, k) => count === cpu.counts[k]);
        if (same) assertClose(gpu.parameters.centers, cpu.parameters.centers, { absolute: 1e-5 }, `${what}: centres`);
        assertClose(gpu.counts, cpu.counts, { absolute: 2 }, `${what}: counts`);
      }
    }
  },
}));

export const twins: readonly LaneCase[] = [...grid, ...hard, ...kMeans];
