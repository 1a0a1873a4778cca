import { randomNormal, randomPoisson } from 'd3-random';
import type { HostPoints } from '../../../src/data/points.ts';
import type { Backend } from '../../../src/em/types.ts';
import type { EmgpuError } from '../../../src/errors.ts';
import { PoissonMixture, type PoissonMixtureJSON, PoissonModel } from '../../../src/estimators/poisson-mixture.ts';
import { type PoissonParameters, poissonFamily } from '../../../src/families/poisson.ts';
import type { Random } from '../../../src/math/random.ts';
import { assert, assertClose, assertRejects } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, gpuBackend, iterate, randomFor, stepOnce } from './gpu.ts';
import { cutBackend, drawWeights } from './models.ts';

interface Spec {
  readonly D: number;
  readonly K: number;
  readonly N: number;
  /** Rates are about this, or from 1 / this to this. */
  readonly level: number;
  readonly wide?: boolean;
}

/** Counts of a mixture, and a start near its parameters. */
export function drawCounts(
  { D, K, N, level, wide }: Spec,
  random: Random,
): { points: HostPoints; start: PoissonParameters } {
  const normal = randomNormal.source(random.uniform)();
  // Components about two standard deviations apart.
  const apart = 2 / Math.sqrt(level * D);
  const rates = Float64Array.from({ length: K * D }, () =>
    wide ? level ** (2 * random.uniform() - 1) : level * Math.exp(Math.min(0.5, apart) * normal()),
  );
  const draws = Array.from(rates, (rate) => randomPoisson.source(random.uniform)(rate));
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const k = random.below(K);
    for (let d = 0; d < D; d++) data[n * D + d] = draws[k * D + d]!();
  }
  const start = {
    weights: new Float64Array(K).fill(1 / K),
    rates: rates.map((rate) => rate * Math.exp(0.3 * apart * normal())),
  };
  return { points: { data, nFeatures: D }, start };
}

interface Outcome {
  readonly parameters: PoissonParameters;
  readonly history: readonly number[];
  readonly counts: Float64Array;
}

/** The targets of the design; rates of fewer than 20 points are not told by the data. */
function compare(gpu: Outcome, cpu: Outcome, what: string): void {
  assertClose(gpu.history, cpu.history, { relative: 1e-6 }, `${what}: log-likelihoods`);
  assertClose(gpu.parameters.weights, cpu.parameters.weights, { absolute: 1e-6 }, `${what}: weights`);
  const D = cpu.parameters.rates.length / cpu.counts.length;
  cpu.parameters.rates.forEach((rate, i) => {
    if (cpu.counts[Math.floor(i / D)]! < 20) return;
    const off = Math.abs(gpu.parameters.rates[i]! - rate) / Math.sqrt(rate);
    // A rate of almost no counts has no standard deviation to speak of.
    const allowed = 1e-5 + 1e-7 / Math.sqrt(rate);
    assert(off <= allowed, `${what}: rate ${i} (${rate}) is off by ${off.toExponential(2)} standard deviations`);
  });
}

const FEATURES = [1, 2, 3, 8, 17, 64];
const SIZES = [
  { K: 1, N: 1 },
  { K: 2, N: 257 },
  { K: 7, N: 2001 },
  { K: 33, N: 3001 },
];

const steps: readonly LaneCase[] = FEATURES.map((D) => ({
  name: `poisson: D ${D}, one step agrees with float64`,
  async run(context) {
    const backends: Backend[] = [gpuBackend(context), cutBackend(context, 2 ** 15)];
    for (const { K, N } of SIZES) {
      for (const level of [0.3, 5, 300]) {
        // The very largest product takes a software adapter a minute and shows nothing that the others do not.
        const spec = { D, K: D * K * N > 3e6 ? 7 : K, N, level, wide: level === 300 && D > 2 };
        const name = `poisson D ${D} K ${spec.K} N ${N} level ${level}`;
        const random = randomFor(context.seed, name);
        const { points, start } = drawCounts(spec, random);
        const weighted = level === 5 ? { ...points, sampleWeight: drawWeights(N, random) } : points;
        const cpu = await stepOnce(cpuBackend(), poissonFamily(), weighted, start);
        const gpu = await stepOnce(backends[level === 5 ? 1 : 0]!, poissonFamily(), weighted, start);
        compare(gpu, cpu, `${name}, seed ${context.seed}`);
      }
    }
  },
}));

const runs: readonly LaneCase[] = [0.3, 5, 300, 1e4, 1e6].map((level) => ({
  name: `poisson: rates about ${level}, several iterations follow float64`,
  async run(context) {
    const spec = { D: 3, K: 3, N: 3001, level };
    const { points, start } = drawCounts(spec, randomFor(context.seed, `poisson runs ${level}`));
    const gpu = await iterate(gpuBackend(context), poissonFamily(), points, start, 10);
    compare(gpu, await iterate(cpuBackend(), poissonFamily(), points, start, 10), `level ${level}, ${context.seed}`);
    assert(gpu.warnings.length === 0, gpu.warnings.map(({ message }) => message).join(' '));
  },
}));

/** Counts around everything at which the kernel changes its ways, and rates that are next to them or far away. */
const COUNTS = [0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 1000, 1023, 1024, 1025].concat([
  65_535,
  65_536,
  1e6,
  2 ** 23,
  2 ** 24,
]);
const RATES = [1e-10, 1e-3, 0.5, 0.999, 1, 1.3, 2, 3.999, 16.1, 63.97, 64.03, 127.9, 128.1, 1e3, 66_000, 1e6, 1.6e7];

const densities: LaneCase = {
  name: 'poisson: log-densities of single counts',
  async run(context) {
    const points = { data: Float64Array.from(COUNTS), nFeatures: 1 };
    for (const rate of RATES) {
      const single = { weights: Float64Array.of(1), rates: Float64Array.of(rate) };
      const [gpu, cpu] = await Promise.all(
        [gpuBackend(context), cpuBackend()].map(async (backend) => {
          const dataset = await backend.load(points, { scaling: 'none' });
          const found = await dataset.read('logDensities', poissonFamily().pack(single, dataset.frame));
          dataset.destroy();
          return found;
        }),
      );
      // Where count and rate differ by a factor, the deviance is what is left of terms that cancel to a twelfth.
      assertClose(gpu!, cpu!, { absolute: 5e-6, relative: 1.5e-6 }, `log-densities under the rate ${rate}`);
      COUNTS.forEach((count, i) => {
        const distance = Math.abs(count - rate) / Math.sqrt(rate);
        const off = Math.abs(gpu![i]! - cpu![i]!);
        if (distance < 3) assert(off < 3e-6, `count ${count}, rate ${rate}: off by ${off.toExponential(2)}`);
      });
    }
  },
};

const DEATHS = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];

const estimators: readonly LaneCase[] = [
  {
    name: "poisson: Hasselblad's deaths, as weights and as rows",
    async run({ device }) {
      const init: PoissonMixtureJSON = {
        ...{ format: 'emgpu-model', version: 1, model: 'poisson-mixture', nFeatures: 1, nComponents: 2 },
        ...{ weights: [0.287, 0.713], rates: [[1.101], [2.582]] },
      };
      const weighted = { data: Float64Array.from(DEATHS, (_, i) => i), sampleWeight: Float64Array.from(DEATHS) };
      const rows = { data: Float32Array.from(DEATHS.flatMap((times, i) => Array<number>(times).fill(i))) };
      for (const points of [weighted, rows]) {
        // A step of EM gains less than float32 rounds off long before the optimum, so none is to say that it is done.
        const options = { nComponents: 2, init, device, accelerate: 'on', tol: 0, maxIter: 150 } as const;
        const fit = await new PoissonMixture(options).fit({ ...points, nFeatures: 1 });
        assertClose([fit.logLikelihood], [-1989.94586], { relative: 1e-6 }, 'log-likelihood');
        assertClose(fit.rates.flat(), [1.2561, 2.6634], { absolute: 0.01 }, 'rates');
        assertClose([fit.totalWeight], [1096], {}, 'total weight');
        const score = await fit.evaluate();
        assertClose([score.icl, score.bic], [fit.icl, fit.bic], { relative: 1e-6 }, 'scores of the same points');
        fit.destroy();
      }
    },
  },
  {
    name: 'poisson: bounds touch, rise and part',
    async run({ device, seed }) {
      const { points } = drawCounts({ D: 3, K: 3, N: 2001, level: 20 }, randomFor(seed, 'poisson bounds'));
      const options = { nComponents: 3, device, tol: 0, maxIter: 12, bounds: true } as const;
      const fit = await new PoissonMixture(options).fit(points);
      // What float32 rounds of the log-likelihood.
      const rounding = 1e-6 * Math.abs(fit.logLikelihood);
      for (const { expectation, maximization } of fit.bounds) {
        assert(maximization.elbo > expectation.elbo - rounding, `the M-step raises the bound, seed ${seed}`);
        assert(maximization.kl > -rounding, `KL is ${maximization.kl}, seed ${seed}`);
        assert(expectation.entropy > -rounding, `the entropy is ${expectation.entropy}, seed ${seed}`);
      }
      const hard = await fit.bound(undefined, { hard: true });
      assert(hard.kl > -rounding, `KL of labels is ${hard.kl}, seed ${seed}`);
      const onCpu = await new PoissonModel(fit).evaluate(points, { backend: 'cpu' });
      assertClose([fit.icl], [onCpu.icl], { relative: 1e-6 }, `ICL, seed ${seed}`);
      fit.destroy();
    },
  },
  {
    name: "poisson: what is no count in a caller's buffer is found in a sample",
    async run({ device }) {
      const data = Float32Array.from({ length: 2000 }, (_, i) => i % 7);
      data[1001] = 0.5;
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size: data.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, data);
      const mixture = new PoissonMixture({ nComponents: 2, device, maxIter: 3 });
      const fitting = mixture.fit({ buffer, nSamples: 1000, nFeatures: 2 });
      const error = (await assertRejects(fitting, 'half a count', 'not-counts')) as EmgpuError;
      assert(/row 500, column 1 /.test(error.message), error.message);
      data[1001] = 4;
      device.queue.writeBuffer(buffer, 0, data);
      const fit = await mixture.fit({ buffer, nSamples: 1000, nFeatures: 2 });
      assert(Number.isFinite(fit.logLikelihood), 'counts are taken');
      fit.destroy();
      buffer.destroy();
    },
  },
];

export const poisson: readonly LaneCase[] = [...steps, ...runs, densities, ...estimators];
