import type { HostPoints } from '../../../src/data/points.ts';
import { EmRun } from '../../../src/em/run.ts';
import type { Backend } from '../../../src/em/types.ts';
import type { EmgpuError } from '../../../src/errors.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import type { Random } from '../../../src/math/random.ts';
import { assert, assertClose, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, distance, drawSample, gpuBackend, randomFor, type Spec, stepOnce } from './gpu.ts';
import { cutBackend, drawModel, drawWeights, MIXTURES, numbersOf } from './models.ts';
import { compare } from './twins.ts';

const SIZES = [
  { D: 1, K: 2, N: 257 },
  { D: 3, K: 4, N: 1501 },
  { D: 8, K: 7, N: 1001 },
  { D: 17, K: 2, N: 1301 },
];

/** Whole weights from 0 to 3, and the points that many times each. */
function repeat({ data, nFeatures: D }: HostPoints, random: Random): { weighted: HostPoints; repeated: HostPoints } {
  const sampleWeight = new Float32Array(data.length / D).map((_, i) => (i === 0 ? 1 : random.below(4)));
  const rows: number[] = [];
  sampleWeight.forEach((times, n) => {
    for (let i = 0; i < times; i++) rows.push(...data.subarray(n * D, (n + 1) * D));
  });
  return { weighted: { data, nFeatures: D, sampleWeight }, repeated: { data: Float64Array.from(rows), nFeatures: D } };
}

/** One window and one chunk, several, and, of one size, passes as GPUs do them: each of their shapes is compiled anew. */
const backends = (context: LaneContext, i: number): Backend[] => [
  gpuBackend(context),
  cutBackend(context, 2 ** 15),
  ...(i === 1 ? [gpuBackend(context, { leanFrom: 0 })] : []),
];

const mixtures: readonly LaneCase[] = MIXTURES.map((type) => ({
  name: `weights: ${type}, random ones agree with float64, whole ones with repeated points`,
  async run(context) {
    for (const [i, size] of SIZES.entries()) {
      const spec: Spec = { type, ...size };
      const name = `${type} D ${size.D} K ${size.K} N ${size.N}`;
      const random = randomFor(context.seed, `weights ${name}`);
      const { points, start } = drawSample(spec, random);
      const family = gaussianFamily({ covarianceType: type, regCovar: 1e-6 });
      const weighted = { ...points, sampleWeight: drawWeights(size.N, random) };
      const whole = repeat(points, random);
      const cpu = await stepOnce(cpuBackend(), family, weighted, start);
      const repeated = await stepOnce(cpuBackend(), family, whole.repeated, start);
      for (const backend of backends(context, i)) {
        const what = `${name}, seed ${context.seed}`;
        compare(await stepOnce(backend, family, weighted, start), cpu, spec, `${what}, random weights`);
        compare(await stepOnce(backend, family, whole.weighted, start), repeated, spec, `${what}, whole weights`);
      }
    }
  },
}));

const kMeans: LaneCase = {
  name: 'weights: k-means, random ones agree with float64, whole ones with repeated points',
  async run(context) {
    // Two of them: SwiftShader takes seconds to compile `update` for each D.
    for (const [i, { D, K, N }] of SIZES.slice(0, 2).entries()) {
      const random = randomFor(context.seed, `weights k-means ${D}`);
      const { points, start } = drawSample({ type: 'spherical', D, K, N }, random);
      const centers = { nClusters: K, centers: start.means };
      const weighted = { ...points, sampleWeight: drawWeights(N, random) };
      const whole = repeat(points, random);
      for (const [gpuPoints, cpuPoints] of [
        [weighted, weighted],
        [whole.weighted, whole.repeated],
      ] as const) {
        const cpu = await stepOnce(cpuBackend(), kMeansFamily, cpuPoints, centers);
        for (const backend of backends(context, i)) {
          const gpu = await stepOnce(backend, kMeansFamily, gpuPoints, centers);
          const what = `k-means D ${D} K ${K} N ${N}, seed ${context.seed}`;
          assertClose(gpu.history, cpu.history, { relative: 1e-5 }, `${what}: inertia`);
          // A point between two centres may go to either, and takes its weight with it.
          assertClose(gpu.counts, cpu.counts, { absolute: 4, relative: 1e-6 }, `${what}: weights of clusters`);
          if (gpu.counts.some((count, k) => Math.abs(count - cpu.counts[k]!) > 1e-4 * count)) continue;
          assertClose(gpu.parameters.centers, cpu.parameters.centers, { absolute: 1e-5 }, `${what}: centres`);
        }
      }
    }
  },
};

const stretches: readonly LaneCase[] = (['full', 'diag', 'spherical'] as const).map((type) => ({
  name: `weights: ${type}, iterations without the host follow float64`,
  async run(context) {
    const spec: Spec = { type, D: 3, K: 4, N: 4001, separation: 2 };
    const random = randomFor(context.seed, `weighted stretches ${type}`);
    const { points, start } = drawSample(spec, random);
    const weighted = { ...points, sampleWeight: drawWeights(spec.N, random).map((w) => 1e-3 * w) };
    const family = gaussianFamily({ covarianceType: type, regCovar: 1e-6 });
    const runOn = async (backend: Backend, how: 'step' | 'advance') => {
      const dataset = await backend.load(weighted, { scaling: family.scaling });
      const settings = { tol: 0, maxIter: 60, precision: backend.precision };
      const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
      while (!run.done) await run[how]();
      const { counts, totalWeight } = await run.expectation();
      const packed = family.pack(run.parameters, dataset.frame);
      const regularizer = family.regularizer!(dataset.frame);
      const stretch = await dataset.stretch?.(packed, { steps: 8, tolerance: 0, noise: 1e-3, fall: 1e-3, regularizer });
      dataset.destroy();
      return { run, counts, totalWeight, stretch, parameters: family.toData(run.parameters, dataset.frame) };
    };
    const gpu = await runOn(gpuBackend(context), 'advance');
    const cpu = await runOn(cpuBackend(), 'step');
    assertClose(gpu.run.history, cpu.run.history, { relative: 1e-6 }, `log-likelihoods, seed ${context.seed}`);
    assertClose([gpu.totalWeight], [cpu.totalWeight], { relative: 1e-12 }, 'total weight');
    const counts = cpu.counts.map((count) => 1e3 * count);
    const off = distance(gpu.parameters, cpu.parameters, type, counts, 20 * (spec.D + 1));
    // As for points without weights: see the case in `stretches.ts`.
    assert(off.mean < 1e-4, `a mean is off by ${off.mean.toExponential(2)} standard deviations, seed ${context.seed}`);
    assert(off.covariance < 1e-4, `a covariance is off by ${off.covariance.toExponential(2)}, seed ${context.seed}`);
    assert((gpu.stretch?.objectives.length ?? 0) > 1, 'the device does these M-steps');
  },
}));

/** Points around 0, and rows without weight that are far from them. */
function withOutliers(N: number, D: number, random: Random) {
  const data = Float64Array.from({ length: N * D }, () => random.uniform());
  const sampleWeight = drawWeights(N, random);
  for (let n = 0; n < N; n++) if (sampleWeight[n] === 0) data.fill(n % 2 ? 1e30 : -3e37, n * D, (n + 1) * D);
  const kept = Array.from(sampleWeight.keys()).filter((n) => sampleWeight[n] !== 0);
  const rest = kept.flatMap((n) => [...data.subarray(n * D, (n + 1) * D)]);
  return {
    points: { data, nFeatures: D, sampleWeight },
    rest: {
      data: Float64Array.from(rest),
      nFeatures: D,
      sampleWeight: Float64Array.from(kept, (n) => sampleWeight[n]!),
    },
  };
}

const others: readonly LaneCase[] = [
  {
    name: 'weights: rows of weight 0 may lie anywhere, and change nothing',
    async run(context) {
      const backend = gpuBackend(context);
      for (const N of [501, 70_001]) {
        const { points, rest } = withOutliers(N, 3, randomFor(context.seed, 'outliers of weight 0'));
        const model = drawModel('diag', { D: 3, K: 1, N: 10, separation: 0 }, randomFor(context.seed, 'any'));
        const alone = await backend.load(rest, { scaling: 'per-feature' });
        for (const data of [points.data, Float32Array.from(points.data)]) {
          const dataset = await backend.load({ ...points, data }, { scaling: 'per-feature' });
          assertSame(dataset.frame.scale, alone.frame.scale, 'scales of the frame');
          const gpu = await dataset.expectation(model.pack(dataset.frame));
          assertClose([gpu.totalWeight], [alone.totalWeight], { relative: 1e-12 }, 'total weight');
          const expected = await alone.expectation(model.pack(alone.frame));
          assertClose([gpu.objective], [expected.objective], { relative: 1e-6 }, `log-likelihood, N ${N}`);
          assertClose(gpu.counts, expected.counts, { relative: 1e-6 }, `counts, N ${N}`);
          dataset.destroy();
        }
        alone.destroy();
      }
    },
  },
  {
    name: 'weights: rows of weight 0 must be finite, and weights must be weights',
    async run(context) {
      const backend = gpuBackend(context);
      for (const bad of [Number.NaN, Infinity]) {
        const data = Float64Array.from({ length: 300 }, (_, i) => (i === 31 ? bad : i));
        const sampleWeight = new Float64Array(100).map((_, i) => (i === 10 ? 0 : 1));
        const load = backend.load({ data, nFeatures: 3, sampleWeight }, { scaling: 'per-feature' });
        const error = (await assertRejects(load, 'a row of weight 0', 'non-finite')) as EmgpuError;
        assert(/row 10, column 1 /.test(error.message), error.message);
      }
      const data = Float64Array.from({ length: 30 }, (_, i) => i);
      for (const sampleWeight of [new Float64Array(10), new Float64Array(9).fill(1), new Float64Array(10).fill(-1)]) {
        const load = backend.load({ data, nFeatures: 3, sampleWeight }, { scaling: 'per-feature' });
        await assertRejects(load, 'weights', 'invalid-weights');
      }
    },
  },
  {
    name: 'weights: what is read out point by point does not know of them',
    async run(context) {
      const random = randomFor(context.seed, 'weighted readouts');
      const { points, scaling, pack } = drawModel('full', { D: 4, K: 3, N: 3001, separation: 2 }, random);
      const backend = cutBackend(context, 2 ** 15);
      const plain = await backend.load(points, { scaling });
      const { frame } = plain;
      const weighted = await backend.load({ ...points, sampleWeight: drawWeights(3001, random) }, { scaling, frame });
      for (const what of ['labels', 'responsibilities', 'logDensities'] as const) {
        assertSame(await weighted.read(what, pack(frame)), await plain.read(what, pack(frame)), what);
      }
      for (const dataset of [plain, weighted]) dataset.destroy();
    },
  },
  {
    name: "weights: those of a caller's buffer are those of the array",
    async run(context) {
      const { device } = context;
      const random = randomFor(context.seed, 'weighted buffer');
      const { points, scaling, pack } = drawModel('diag', { D: 3, K: 3, N: 7001 }, random);
      const data = Float32Array.from(points.data);
      const sampleWeight = drawWeights(7001, random);
      const buffer = device.createBuffer({
        size: data.byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(buffer, 0, data);
      const backend = gpuBackend(context);
      const fromBuffer = await backend.load({ buffer, nSamples: 7001, nFeatures: 3, sampleWeight }, { scaling });
      const { frame } = fromBuffer;
      const fromArray = await backend.load({ data, nFeatures: 3, sampleWeight }, { scaling, frame });
      const [a, b] = [await fromBuffer.expectation(pack(frame)), await fromArray.expectation(pack(frame))];
      assertSame(numbersOf(a), numbersOf(b), 'statistics');
      for (const each of [fromBuffer, fromArray, buffer]) each.destroy();
    },
  },
];

export const weights: readonly LaneCase[] = [...mixtures, kMeans, ...stretches, ...others];
