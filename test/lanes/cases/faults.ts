import { Memory, Usage } from '../../../src/backends/webgpu/memory.ts';
import { EmRun } from '../../../src/em/run.ts';
import type { EmgpuError } from '../../../src/errors.ts';
import { GaussianMixture } from '../../../src/estimators/gaussian-mixture.ts';
import { KMeansModel } from '../../../src/estimators/k-means-model.ts';
import { MixtureModel } from '../../../src/estimators/mixture-model.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import { assert, assertClose, assertEqual, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, randomFor, rowsBuffer } from './gpu.ts';

const family = gaussianFamily({ covarianceType: 'spherical', regCovar: 1e-6 });

/** What goes wrong must be told, never turned into numbers. */
export const faults: readonly LaneCase[] = [
  {
    name: 'faults: a buffer that the device cannot read is refused, not fitted as zeros',
    async run(context) {
      const { device } = context;
      const backend = gpuBackend(context);
      const load = (buffer: GPUBuffer) =>
        backend.load({ buffer, nSamples: 100, nFeatures: 2 }, { scaling: 'per-feature' });
      const vertices = device.createBuffer({ size: 800, usage: GPUBufferUsage.VERTEX | GPUBufferUsage.COPY_DST });
      await assertRejects(load(vertices), 'a vertex buffer', 'invalid-points');
      vertices.destroy();
      const gone = device.createBuffer({ size: 800, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
      gone.destroy();
      await assertRejects(load(gone), 'a destroyed buffer', 'invalid-points');
    },
  },
  {
    name: 'faults: destroying a dataset while it works stops the work and frees everything',
    async run(context) {
      const sample = drawSample({ type: 'spherical', D: 4, K: 8, N: 100_000 }, randomFor(context.seed, 'destroy'));
      const dataset = await gpuBackend(context).load(sample.points, { scaling: family.scaling });
      const start = family.toFrame(sample.start, dataset.frame);
      const run = new EmRun(family, dataset, start, { tol: 0, maxIter: 100, precision: 1e-7 });
      const pending = run.step();
      const reading = dataset.read('labels', family.pack(start, dataset.frame));
      setTimeout(() => dataset.destroy(), 0);
      await assertRejects(pending, 'a step over destroyed points', 'destroyed');
      await assertRejects(reading, 'a read of destroyed points', 'destroyed');
    },
  },
  {
    name: 'faults: a component without weight gets no point, however far the others are',
    async run(context) {
      const points = { data: Float64Array.of(0, 1, 2, 3000), nFeatures: 1 };
      const dataset = await gpuBackend(context).load(points, { scaling: 'isotropic' });
      const parameters = {
        weights: Float64Array.of(1, 0),
        means: Float64Array.of(0, 3000),
        covariances: Float64Array.of(1, 1),
      };
      const packed = family.pack(family.toFrame(parameters, dataset.frame), dataset.frame);
      assertEqual([...(await dataset.read('labels', packed))].join(), '0,0,0,0', 'labels');
      assertEqual((await dataset.expectation(packed)).counts[1], 0, 'points of the component without weight');
      dataset.destroy();
    },
  },
  {
    name: 'faults: one row that is far away changes nothing for the others that are scored with it',
    async run({ device, seed }) {
      const { points, start } = drawSample({ type: 'diag', D: 2, K: 2, N: 40 }, randomFor(seed, 'far row'));
      const model = MixtureModel.fromJSON({
        ...{ format: 'emgpu-model', version: 1, model: 'gaussian-mixture', covarianceType: 'diag' },
        ...{ nFeatures: 2, nComponents: 2, weights: [...start.weights] },
        means: [0, 2].map((k) => [...start.means.subarray(k, k + 2)]),
        covariances: [0, 2].map((k) => [...start.covariances.subarray(k, k + 2)]),
      });
      const alone = await model.scoreSamples(points, { device });
      for (const far of [1e5, 1e9]) {
        const data = Float64Array.of(...points.data, far, far);
        const scores = await model.scoreSamples({ data, nFeatures: 2 }, { device });
        assertSame([...scores.slice(0, 40)], [...alone], `scores beside a row at ${far}, seed ${seed}`);
      }
      // So far away that float32 in the model's frame has no numbers for it, as values that stand for missing ones are.
      for (const far of [1e20, -9.97e36, 1e300]) {
        const data = Float64Array.of(...points.data, far, far);
        const scores = await model.scoreSamples({ data, nFeatures: 2 }, { device });
        assertSame([...scores.slice(0, 40)], [...alone], `scores beside a row at ${far}, seed ${seed}`);
        assert(Number.isFinite(scores[40]) && scores[40]! < -1e20, `the score of a row at ${far}`);
      }
      const data = Float32Array.of(...points.data, 9.97e36, -9.97e36);
      const buffer = rowsBuffer(device, data);
      const resident = await model.scoreSamples({ buffer, nSamples: 41, nFeatures: 2 }, { device });
      assertClose([...resident.slice(0, 40)], [...alone], { absolute: 1e-4 }, `scores in a buffer, seed ${seed}`);
      assert(Number.isFinite(resident[40]) && resident[40]! < -1e20, 'the score of a far row in a buffer');
      buffer.destroy();
    },
  },
  {
    name: 'faults: points in a buffer, far from 0, score as those of the fit and of the host do',
    async run({ device, seed }) {
      const { points } = drawSample({ type: 'diag', D: 2, K: 2, N: 600, offset: 3e5 }, randomFor(seed, 'far buffer'));
      const data = Float32Array.from(points.data);
      const buffer = rowsBuffer(device, data);
      const resident = { buffer, nSamples: 600, nFeatures: 2 };
      const options = { nComponents: 2, covarianceType: 'diag', device, tol: 0, maxIter: 5 } as const;
      const fit = await new GaussianMixture(options).fit(resident);
      const model = MixtureModel.fromJSON(fit.toJSON());
      const [own, given, host] = [
        await fit.scoreSamples(),
        await model.scoreSamples(resident, { device }),
        await model.scoreSamples({ data, nFeatures: 2 }, { device }),
      ];
      for (const [scores, what] of [
        [given, 'of the buffer'],
        [host, 'of the host'],
      ] as const) {
        assertClose([...scores], [...own], { absolute: 1e-4 }, `scores ${what}, seed ${seed}`);
      }
      fit.destroy();
      buffer.destroy();
    },
  },
  {
    name: 'faults: chunks from the host and from a buffer, far from 0, make one model',
    async run({ device, seed }) {
      const { points } = drawSample({ type: 'diag', D: 2, K: 2, N: 1200, offset: 3e5 }, randomFor(seed, 'far chunks'));
      const half = (from: number) => Float64Array.from(Float32Array.from(points.data.subarray(from, from + 1200)));
      const learn = async (resident: boolean) => {
        const mixture = new GaussianMixture({ nComponents: 2, covarianceType: 'diag', device });
        await mixture.partialFit({ data: half(0), nFeatures: 2 });
        if (!resident) return mixture.partialFit({ data: half(1200), nFeatures: 2 });
        const data = Float32Array.from(half(1200));
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
        const buffer = device.createBuffer({ size: data.byteLength, usage });
        device.queue.writeBuffer(buffer, 0, data);
        const model = await mixture.partialFit({ buffer, nSamples: 600, nFeatures: 2 });
        buffer.destroy();
        return model;
      };
      const [host, buffer] = [await learn(false), await learn(true)];
      // A float32 shift near 3e5 is off by up to 1/64 of a standard deviation, which must not show.
      assertClose(buffer.means.flat(), host.means.flat(), { absolute: 1e-3 }, `means, seed ${seed}`);
    },
  },
  {
    name: 'faults: centres of a cosine model, of whatever length, give the labels that the CPU gives',
    async run({ device, seed }) {
      const { points } = drawSample({ type: 'spherical', D: 2, K: 3, N: 300 }, randomFor(seed, 'cosine centres'));
      const centers = [1e8, 3e-7].flatMap((length) => [
        [length, length / 3],
        [-length, length],
      ]);
      const json = {
        format: 'emgpu-model',
        version: 1,
        model: 'k-means',
        metric: 'cosine',
        nClusters: 4,
        nFeatures: 2,
        centers,
      };
      const model = KMeansModel.fromJSON(json);
      const [gpu, cpu] = [await model.predict(points, { device }), await model.predict(points, { backend: 'cpu' })];
      // Two and two of these point the same way: of equals float32 may take the other.
      assertSame(
        [...gpu].map((label) => label % 2),
        [...cpu].map((label) => label % 2),
        `labels, seed ${seed}`,
      );
    },
  },
  {
    name: 'faults: weights beyond what float32 can sum are refused',
    async run(context) {
      const { points } = drawSample({ type: 'diag', D: 2, K: 1, N: 40 }, randomFor(context.seed, 'weights'));
      for (const weight of [1e37, 1e-37]) {
        const weighted = { ...points, sampleWeight: new Float64Array(40).fill(weight) };
        const load = gpuBackend(context).load(weighted, { scaling: 'per-feature' });
        await assertRejects(load, `weights of ${weight}`, 'invalid-weights');
      }
    },
  },
  {
    name: 'faults: a component without precision has the same density everywhere',
    async run(context) {
      const [N, D] = [3001, 3];
      const random = randomFor(context.seed, 'noise');
      const data = Float64Array.from({ length: N * D }, () => random.uniform());
      for (const kind of ['full', 'diag', 'spherical']) {
        const size = { full: D * D, diag: D, spherical: 1 }[kind]!;
        const precisionsCholesky = new Float64Array(2 * size);
        for (let i = 0; i < size; i += kind === 'full' ? D + 1 : 1) precisionsCholesky[i] = 1;
        const parameters = {
          ...{ kind, nComponents: 2, nFeatures: D, means: new Float64Array(2 * D), precisionsCholesky },
          logNormalizers: Float64Array.of(-1, -2),
        };
        const [gpu, cpu] = [gpuBackend(context), cpuBackend()].map(async (backend) => {
          const dataset = await backend.load({ data, nFeatures: D }, { scaling: 'isotropic' });
          const densities = await dataset.read('logDensities', parameters);
          const { objective } = await dataset.expectation(parameters);
          dataset.destroy();
          return [...densities, objective / N];
        });
        assertClose(await gpu!, await cpu!, { absolute: 1e-5 }, `log-densities, ${kind}`);
      }
    },
  },
  {
    name: 'faults: a kind of which nobody wrote the stage is told as such',
    async run(context) {
      const points = { data: Float64Array.of(0, 1, 2, 3), nFeatures: 1 };
      const dataset = await gpuBackend(context).load(points, { scaling: 'isotropic' });
      const parameters = {
        ...{ kind: 'nobody', nComponents: 1, nFeatures: 1, means: Float64Array.of(0) },
        ...{ precisionsCholesky: new Float64Array(0), vectors: [Float64Array.of(1)] },
        logNormalizers: Float64Array.of(0),
      };
      await assertRejects(dataset.expectation(parameters), 'an unknown kind', 'shader-error');
      await assertRejects(dataset.read('labels', parameters), 'its labels', 'shader-error');
      dataset.destroy();
    },
  },
  {
    name: 'faults: k-means centres out of all proportion to the points still give the nearest one',
    async run(context) {
      const points = { data: Float64Array.of(1.7e18), nFeatures: 1 };
      const dataset = await gpuBackend(context).load(points, { scaling: 'isotropic' });
      const centers = { nClusters: 2, centers: Float64Array.of(0, 3e18) };
      const labels = await dataset.read(
        'labels',
        kMeansFamily.pack(kMeansFamily.toFrame(centers, dataset.frame), dataset.frame),
      );
      assertEqual(labels[0], 1, 'label');
      dataset.destroy();
    },
  },
  {
    name: 'faults: a device without room for more says so and computes on',
    // A driver's own refusal: SwiftShader allocates less than the gibibyte that its buffers may have. (The others here promise any amount.)
    lanes: ['node-swiftshader', 'chromium'],
    async run({ adapter, seed }) {
      const { maxBufferSize } = adapter.limits;
      const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize } });
      const memory = new Memory(device);
      const more = memory.buffer('points', maxBufferSize, Usage.STORAGE);
      const { message } = (await assertRejects(more, 'a gibibyte', 'out-of-memory')) as EmgpuError;
      assert(message.includes(`no room for "points" (${maxBufferSize} bytes)`), message);
      const { points, start } = drawSample({ type: 'spherical', D: 2, K: 2, N: 1000 }, randomFor(seed, 'room'));
      const dataset = await gpuBackend({ device, adapter }).load(points, { scaling: family.scaling });
      const { objective } = await dataset.expectation(family.pack(family.toFrame(start, dataset.frame), dataset.frame));
      assert(Number.isFinite(objective), 'an E-step after it');
      dataset.destroy();
      memory.destroy();
      device.destroy();
    },
  },
  {
    name: 'faults: a load that is aborted before it starts loads nothing',
    async run(context) {
      const points = { data: new Float32Array(300), nFeatures: 3 };
      const signal = AbortSignal.abort();
      const load = gpuBackend(context).load(points, { scaling: 'per-feature', signal });
      const error = (await assertRejects(load, 'an aborted load', 'aborted')) as EmgpuError;
      assert(error.remedy.length > 0, 'it says what to do');
    },
  },
];
