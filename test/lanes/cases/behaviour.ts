import { createGpuBackend } from '../../../src/backends/webgpu/backend.ts';
import { EmRun } from '../../../src/em/run.ts';
import { seed } from '../../../src/em/seeding.ts';
import type { Dataset, Statistics } from '../../../src/em/types.ts';
import type { EmgpuError } from '../../../src/errors.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import { seededRandom } from '../../../src/math/random.ts';
import { assert, assertClose, assertEqual, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, deviceWith, drawSample, gpuBackend, randomFor, rowsBuffer, type Sample } from './gpu.ts';

const family = gaussianFamily({ covarianceType: 'full', regCovar: 1e-6 });

const pack = (dataset: Dataset, { start }: Sample) => family.pack(family.toFrame(start, dataset.frame), dataset.frame);

const sums = ({ objective, counts, first, second }: Statistics) => [objective, ...counts, ...first, ...second];

async function expect(context: LaneContext, sample: Sample, rate?: number): Promise<Statistics> {
  const { device, adapter } = context;
  const backend = createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false, ...(rate && { rate }) });
  const dataset = await backend.load(sample.points, { scaling: family.scaling });
  try {
    return await dataset.expectation(pack(dataset, sample));
  } finally {
    dataset.destroy();
  }
}

/** A device whose storage buffers are born full of NaN. */
function poisoned(device: GPUDevice): GPUDevice {
  const createBuffer = (descriptor: GPUBufferDescriptor) => {
    if (!(descriptor.usage & GPUBufferUsage.STORAGE)) return device.createBuffer(descriptor);
    const buffer = device.createBuffer({ ...descriptor, mappedAtCreation: true });
    new Uint32Array(buffer.getMappedRange()).fill(0x7fc00000);
    buffer.unmap();
    return buffer;
  };
  return deviceWith(device, { createBuffer });
}

const determinism: readonly LaneCase[] = [
  {
    name: 'determinism: reruns give the same bits',
    async run(context) {
      const sample = drawSample({ type: 'full', D: 6, K: 5, N: 30_011 }, randomFor(context.seed, 'reruns'));
      const once = await expect(context, sample);
      assertSame(sums(await expect(context, sample)), sums(once), 'statistics');
    },
  },
  {
    name: 'determinism: how the work is cut into chunks and submits changes no bit',
    async run(context) {
      const sample = drawSample({ type: 'full', D: 6, K: 5, N: 30_011 }, randomFor(context.seed, 'chunks'));
      const whole = await expect(context, sample, 1e15);
      assertSame(sums(await expect(context, sample, 1)), sums(whole), 'statistics of chunks of one slab');
    },
  },
  {
    name: 'determinism: windows of the points change no more than the order of sums',
    async run(context) {
      const { device, adapter } = context;
      const sample = drawSample({ type: 'full', D: 6, K: 3, N: 30_011 }, randomFor(context.seed, 'windows'));
      const whole = await expect(context, sample);
      const options = { device, info: adapter.info, reason: 'test', owned: false, windowBytes: 2 ** 18 };
      const dataset = await createGpuBackend(options).load(sample.points, { scaling: family.scaling });
      const parameters = pack(dataset, sample);
      const statistics = await dataset.expectation(parameters);
      assertClose([statistics.objective], [whole.objective], { relative: 1e-6 }, 'log-likelihood over several windows');
      assertClose(sums(statistics), sums(whole), { relative: 1e-5, absolute: 1e-2 }, 'statistics over several windows');
      const labels = await dataset.read('labels', parameters);
      assertEqual(labels.length, 30_011, 'labels');
      const rows = await dataset.rows(Uint32Array.of(30_010, 0, 8192, 8191));
      const expected = [30_010, 0, 8192, 8191].flatMap((n) =>
        Array.from(
          sample.points.data.subarray(n * 6, n * 6 + 6),
          (x, d) => (x - dataset.frame.shift[d]!) / dataset.frame.scale[d]!,
        ),
      );
      assertClose(rows, expected, { absolute: 1e-6 }, 'rows from several windows');
      dataset.destroy();
    },
  },
  {
    name: 'determinism: what scratch memory held before does not matter',
    async run(context) {
      const sample = drawSample({ type: 'full', D: 6, K: 5, N: 1001 }, randomFor(context.seed, 'poison'));
      const clean = await expect(context, sample);
      const { device, adapter } = context;
      const backend = createGpuBackend({ device: poisoned(device), info: adapter.info, reason: 'test', owned: false });
      const dataset = await backend.load(sample.points, { scaling: family.scaling });
      assertSame(sums(await dataset.expectation(pack(dataset, sample))), sums(clean), 'statistics in poisoned memory');
      const centers = { nClusters: 5, centers: family.toFrame(sample.start, dataset.frame).means };
      const kMeans = await dataset.expectation(kMeansFamily.pack(centers, dataset.frame));
      assert(sums(kMeans).every(Number.isFinite), 'k-means statistics in poisoned memory are finite');
      dataset.destroy();
    },
  },
];

const input: readonly LaneCase[] = [
  {
    name: "input: a caller's buffer, bindable or only copyable, gives what the same array gives",
    async run(context) {
      const { device } = context;
      const [N, D] = [7001, 3];
      const sample = drawSample({ type: 'full', D, K: 3, N, offset: 500 }, randomFor(context.seed, 'buffer'));
      const data = Float32Array.from(sample.points.data);
      const backend = gpuBackend(context);
      const fromArray = await backend.load({ data, nFeatures: D }, { scaling: family.scaling });
      const expected = await fromArray.expectation(pack(fromArray, sample));
      fromArray.destroy();
      for (const usage of [GPUBufferUsage.STORAGE, GPUBufferUsage.COPY_SRC]) {
        const buffer = rowsBuffer(device, data, usage);
        const dataset = await backend.load({ buffer, nSamples: N, nFeatures: D }, { scaling: family.scaling });
        const statistics = await dataset.expectation(pack(dataset, sample));
        assertClose([statistics.objective], [expected.objective], { relative: 1e-6 }, 'log-likelihood');
        assertClose(statistics.counts, expected.counts, { absolute: 1e-2 }, 'counts');
        dataset.destroy();
        buffer.destroy();
      }
    },
  },
  {
    name: 'input: NaN and infinities are found by their bits and named',
    async run(context) {
      const backend = gpuBackend(context);
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        const data = new Float32Array(5000 * 3).map((_, i) => i % 97);
        data[4321 * 3 + 2] = bad;
        const buffer = rowsBuffer(context.device, data, GPUBufferUsage.STORAGE);
        const names = { featureNames: ['a', 'b', 'c'] };
        const device = backend.load({ buffer, nSamples: 5000, nFeatures: 3, ...names }, { scaling: 'per-feature' });
        const error = (await assertRejects(device, 'a buffer', 'non-finite')) as EmgpuError;
        assert(/row 4321, column c /.test(error.message), error.message);
        await assertRejects(backend.load({ data, nFeatures: 3 }, { scaling: 'per-feature' }), 'an array', 'non-finite');
        buffer.destroy();
      }
    },
  },
  {
    name: 'input: seeding draws the same kind of centres as float64, all of them points',
    async run(context) {
      const { points } = drawSample(
        { type: 'diag', D: 2, K: 4, N: 3000, separation: 30 },
        randomFor(context.seed, 'seeding'),
      );
      const inertias: number[] = [];
      for (const backend of [gpuBackend(context), cpuBackend()]) {
        const dataset = await backend.load(points, { scaling: 'isotropic' });
        const options = {
          method: 'k-means++',
          count: 4,
          weights: Float64Array.of(1, 1),
          random: seededRandom(1),
        } as const;
        inertias.push((await seed(dataset, options)).meanDistance);
        dataset.destroy();
      }
      assertClose([inertias[0]!], [inertias[1]!], { relative: 1e-4 }, 'mean squared distance to the centres');
    },
  },
];

const lifetime: readonly LaneCase[] = [
  {
    name: 'lifetime: an abort stops between submits, and the dataset lives on',
    async run(context) {
      const sample = drawSample({ type: 'full', D: 8, K: 8, N: 60_000 }, randomFor(context.seed, 'abort'));
      const { device, adapter } = context;
      const backend = createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false, rate: 1 });
      const dataset = await backend.load(sample.points, { scaling: family.scaling });
      const controller = new AbortController();
      const pending = dataset.expectation(pack(dataset, sample), { signal: controller.signal });
      setTimeout(() => controller.abort(), 1);
      await assertRejects(pending, 'an aborted pass', 'aborted');
      const statistics = await dataset.expectation(pack(dataset, sample));
      assertClose([statistics.counts.reduce((a, b) => a + b, 0)], [60_000], { relative: 1e-5 }, 'points counted');
      dataset.destroy();
    },
  },
  {
    name: 'lifetime: a device that is lost mid-run is told as such',
    async run({ adapter, seed: number }) {
      const device = await adapter.requestDevice();
      const sample = drawSample({ type: 'full', D: 4, K: 3, N: 20_000 }, randomFor(number, 'lost'));
      const backend = createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false });
      const dataset = await backend.load(sample.points, { scaling: family.scaling });
      const settings = { tol: 0, maxIter: 1000, precision: backend.precision };
      const run = new EmRun(family, dataset, family.toFrame(sample.start, dataset.frame), settings);
      await run.step();
      device.destroy();
      await device.lost;
      await assertRejects(run.step(), 'a step on a lost device', 'device-lost');
      assert(backend.lost, 'the backend knows');
      await assertRejects(backend.load(sample.points, { scaling: 'per-feature' }), 'loading there', 'device-lost');
    },
  },
  {
    name: 'lifetime: a destroyed dataset says so, and a borrowed device survives its backend',
    async run(context) {
      const sample = drawSample({ type: 'full', D: 2, K: 2, N: 100 }, randomFor(context.seed, 'destroyed'));
      const backend = gpuBackend(context);
      const dataset = await backend.load(sample.points, { scaling: family.scaling });
      const parameters = pack(dataset, sample);
      await dataset.expectation(parameters);
      dataset.destroy();
      await assertRejects(dataset.expectation(parameters), 'a pass over a destroyed dataset', 'destroyed');
      backend.destroy();
      await expect(context, sample);
    },
  },
];

export const behaviour: readonly LaneCase[] = [...determinism, ...input, ...lifetime];
