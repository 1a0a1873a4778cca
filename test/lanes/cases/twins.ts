import type { GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { type KMeansParameters, kMeansFamily } from '../../../src/families/k-means.ts';
import type { MixtureParameters } from '../../../src/families/parameters.ts';
import { assert, assertClose } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, distance, drawSample, gpuBackend, iterate, randomFor, type Spec, stepOnce } from './gpu.ts';

const FEATURES = [1, 2, 3, 8, 17, 64];
const COMPONENTS = [1, 2, 7, 33];
const SAMPLES = [1, 2, 255, 256, 257, 10_007];
const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

/** What float32 may cost against float64 from the same start (the targets of the design). */
const LOG_LIKELIHOOD = 1e-6;
const MEAN = 1e-5;
/**
 * Of weights: 1e-6, and of very few points what their responsibilities may be off by. A log-density is a sum of D squares of mean 1, four at a
 * time: of its D / 4 roundings each is up to 2⁻²⁴ of the sum so far, half of D in the middle, so that it is off by 2⁻²⁴ (D / 2) √(D / 4), a
 * difference of two by √2 times that, and a responsibility by at most a quarter of it. Those of N points average out.
 */
const weightTarget = (D: number, N: number) =>
  Math.max(1e-6, (((2 ** -24 * D) / 2) * Math.sqrt(D / 4) * (Math.SQRT2 / 4)) / Math.sqrt(N));
const covarianceTarget = (condition: number) => Math.max(2e-6, 3e-9 * condition);

type Outcome = Awaited<ReturnType<typeof stepOnce<MixtureParameters>>>;

/** The largest share of its target that one M-step in float32 was seen to use up, on ill-conditioned data. */
const OF_ONE_STEP = 1 / 3;

/**
 * What the targets are to be multiplied by after several iterations. Each adds an error of its own and passes on what EM has not forgotten of those before,
 * the factor ρ of it: 1 + ρ + ρ² + … of them, at most as many as there were. Gains shrink by ρ² a step. So targets hold as they are where EM
 * is fast; where components happen to overlap so much that it crawls, 20 iterations were off by 20 times what one was.
 * @param history log-likelihoods in float64
 */
function remembered(history: readonly number[]): number {
  const n = history.length - 1;
  if (n < 3) return 1;
  const [before, last] = [history[n - 1]! - history[n - 2]!, history[n]! - history[n - 1]!];
  // Gains that may be rounding tell no rate: the run has converged, and what it remembers is little.
  if (before <= 1e-12 * Math.abs(history[n]!)) return 1;
  const rate = Math.sqrt(Math.min(1, Math.max(0, last / before)));
  return Math.max(1, OF_ONE_STEP * Math.min(n, 1 / (1 - rate)));
}

/**
 * Components with fewer than 20 (D + 1) points are left out: what few points tell of a covariance is arbitrarily
 * ill-conditioned, whatever the spec says.
 */
export function compare(gpu: Outcome, cpu: Outcome, { type, D, N, condition = 10 }: Spec, what: string): void {
  assertClose(gpu.history, cpu.history, { relative: LOG_LIKELIHOOD }, `${what}: log-likelihoods`);
  const times = remembered(cpu.history);
  assertClose(
    gpu.parameters.weights,
    cpu.parameters.weights,
    { absolute: times * weightTarget(D, N) },
    `${what}: weights`,
  );
  const counts = type === 'tied' ? cpu.counts.map(() => N) : cpu.counts;
  const off = distance(gpu.parameters, cpu.parameters, type, counts, 20 * (D + 1));
  assert(
    off.mean <= times * MEAN,
    `${what}: a mean is off by ${off.mean.toExponential(2)} standard deviations, allowed ${times * MEAN}`,
  );
  const allowed = times * covarianceTarget(condition);
  assert(
    off.covariance <= allowed,
    `${what}: a covariance is off by ${off.covariance.toExponential(2)}, allowed ${allowed}`,
  );
}

export async function compareStep(
  context: LaneContext,
  spec: Spec,
  options: Partial<GpuBackendOptions> = {},
): Promise<void> {
  const name = `${spec.type} D ${spec.D} K ${spec.K} N ${spec.N}`;
  const { points, start } = drawSample(spec, randomFor(context.seed, name));
  const family = gaussianFamily({ covarianceType: spec.type, regCovar: 1e-6 });
  const gpu = await stepOnce(gpuBackend(context, options), family, points, start);
  compare(gpu, await stepOnce(cpuBackend(), family, points, start), spec, `${name}, seed ${context.seed}`);
}

export async function compareRuns(
  context: LaneContext,
  name: string,
  spec: Spec,
  iterations: number,
  options: Partial<GpuBackendOptions> = {},
): Promise<void> {
  const { points, start } = drawSample(spec, randomFor(context.seed, name));
  const family = gaussianFamily({ covarianceType: spec.type, regCovar: 1e-6 });
  const gpu = await iterate(gpuBackend(context, options), family, points, start, iterations);
  compare(gpu, await iterate(cpuBackend(), family, points, start, iterations), spec, `${name}, seed ${context.seed}`);
}

/**
 * The sizes that one case tries: every N, each with one K. Neighbouring cases pair them differently, so that over six
 * features and five models every pair of D, K, N and model is met without running all their combinations.
 */
function sizes(shift: number, D: number): { K: number; N: number }[] {
  return SAMPLES.map((N, i) => {
    const K = COMPONENTS[(i + shift) % COMPONENTS.length]!;
    // The very largest product takes a software adapter a minute and shows nothing that the others do not.
    return { N, K: D * K * N > 1e7 ? 7 : K };
  });
}

const listed = (shift: number, D: number) =>
  sizes(shift, D)
    .map(({ K, N }) => `${K} × ${N}`)
    .join(', ');

/** One EM step of both backends, at awkward sizes. */
const grid: readonly LaneCase[] = TYPES.flatMap((type, t) =>
  FEATURES.map((D, d) => ({
    name: `twins: ${type}, D ${D}, one step at K × N ${listed(t + d, D)}`,
    async run(context) {
      for (const size of sizes(t + d, D)) await compareStep(context, { type, D, ...size });
    },
  })),
);

export const HARD: readonly (readonly [string, Partial<Spec>])[] = [
  ['1e6 standard deviations from the origin', { offset: 1e6 }],
  ['condition number 1e4', { condition: 1e4 }],
  ['tight components, 100 standard deviations apart', { separation: 100 }],
  ['components that overlap', { separation: 1.5 }],
];

/** Twenty iterations, but five where SwiftShader does them. */
export const iterations = ({ lane }: LaneContext) => (lane === 'chromium' || lane === 'node-swiftshader' ? 5 : 20);

/** Several iterations on data that break careless float32. */
const hard: readonly LaneCase[] = HARD.flatMap(([what, spec]) =>
  TYPES.map((type) => ({
    name: `twins: ${type}, ${what}, several iterations`,
    run(context) {
      const sizes = { type, D: 5, K: 3, N: 10_007 };
      return compareRuns(context, `${type}, ${what}`, { ...sizes, ...spec }, iterations(context));
    },
  })),
);

/**
 * Where means are so far apart that transforming points and means separately would cancel, another kernel steps in. The
 * points themselves are rounded to 1e4 · 2⁻²⁴ of a standard deviation there, so only the log-likelihood is held to its target.
 */
const far: LaneCase = {
  name: 'twins: tied, 1e4 standard deviations apart, log-likelihood',
  async run(context) {
    const { points, start } = drawSample(
      { type: 'tied', D: 5, K: 3, N: 10_007, separation: 1e4 },
      randomFor(context.seed, 'tied far apart'),
    );
    const family = gaussianFamily({ covarianceType: 'tied', regCovar: 1e-6 });
    const gpu = await iterate(gpuBackend(context), family, points, start, 2);
    const cpu = await iterate(cpuBackend(), family, points, start, 2);
    assertClose(gpu.history, cpu.history, { relative: LOG_LIKELIHOOD }, `log-likelihoods, seed ${context.seed}`);
  },
};

/** The largest D and K that are supported. */
const limits: readonly LaneCase[] = [
  { type: 'full', D: 128, K: 2, N: 300 },
  { type: 'tied', D: 128, K: 2, N: 300 },
  { type: 'diag', D: 128, K: 3, N: 700 },
  { type: 'full', D: 2, K: 1024, N: 3000 },
  { type: 'spherical', D: 3, K: 1024, N: 3000 },
].map((spec) => ({
  name: `twins: ${spec.type} at the limits, D ${spec.D}, K ${spec.K}`,
  run: (context: LaneContext) => compareStep(context, spec as Spec),
}));

export async function compareKMeans(
  context: LaneContext,
  D: number,
  K: number,
  N: number,
  options: Partial<GpuBackendOptions> = {},
): Promise<void> {
  const name = `k-means D ${D} K ${K} N ${N}`;
  const { points, start } = drawSample({ type: 'spherical', D, K, N }, randomFor(context.seed, name));
  const centers = { nClusters: K, centers: start.means };
  const gpu = await stepOnce(gpuBackend(context, options), kMeansFamily, points, centers);
  const cpu = await stepOnce(cpuBackend(), kMeansFamily, points, centers);
  const what = `${name}, seed ${context.seed}`;
  // Points and centres are rounded by up to 2⁻²⁴ of their size, some 10 standard deviations: a sum of N D squares that come
  // to I moves by 2 √(I N D) times that, which counts where a few points lie next to their centres.
  const rounding = 2 * Math.sqrt(cpu.history[0]! * N * D) * 10 * 2 ** -24;
  assertClose(gpu.history, cpu.history, { relative: 1e-6, absolute: rounding }, `${what}: inertia`);
  // A point that lies between two centres to float32 rounding may go to either, which moves a centre by 1 / N_k.
  assertClose(gpu.counts, cpu.counts, { absolute: 2 }, `${what}: counts`);
  if (!gpu.counts.every((count, k) => count === cpu.counts[k])) return;
  // Clusters without points move to points that are as far as any, and rounding may choose.
  const centersOf = ({ centers }: KMeansParameters) => centers.filter((_, i) => cpu.counts[Math.floor(i / D)]! > 0);
  const tolerance = { absolute: 1e-5 };
  assertClose(centersOf(gpu.parameters), centersOf(cpu.parameters), tolerance, `${what}: centres`);
}

/** k-means: one Lloyd iteration of both backends from the same centres. */
const kMeans: readonly LaneCase[] = FEATURES.map((D, d) => ({
  name: `twins: k-means, D ${D}, one step at K × N ${listed(d + TYPES.length, D)}`,
  async run(context) {
    for (const { K, N } of sizes(d + TYPES.length, D)) await compareKMeans(context, D, K, N);
  },
}));

export const twins: readonly LaneCase[] = [...grid, ...hard, far, ...limits, ...kMeans];
