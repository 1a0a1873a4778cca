import type { Backend, KernelParameters } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import { assert, assertClose, assertEqual, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { copyToHost, cpuBackend, deviceWith, drawSample, gpuBackend, randomFor, type Sample } from './gpu.ts';
import { numbersOf } from './models.ts';

const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

async function readAll(backend: Backend, type: (typeof TYPES)[number], { points, start }: Sample) {
  const family = gaussianFamily({ covarianceType: type, regCovar: 0 });
  const dataset = await backend.load(points, { scaling: family.scaling });
  try {
    const parameters: KernelParameters = family.pack(family.toFrame(start, dataset.frame), dataset.frame);
    return {
      labels: await dataset.read('labels', parameters),
      responsibilities: await dataset.read('responsibilities', parameters),
      logDensities: await dataset.read('logDensities', parameters),
    };
  } finally {
    dataset.destroy();
  }
}

const mixtures: readonly LaneCase[] = TYPES.flatMap((type) =>
  [
    [1, 2],
    [4, 5],
    [9, 33],
  ].map(([D, K]) => ({
    name: `readouts: ${type}, D ${D}, K ${K}: labels, responsibilities and log-densities agree with float64`,
    async run(context) {
      const N = 5003;
      const random = randomFor(context.seed, `readouts ${type} ${D}`);
      const sample = drawSample({ type, D: D!, K: K!, N, separation: 2, offset: 1000 }, random);
      const gpu = await readAll(gpuBackend(context), type, sample);
      const cpu = await readAll(cpuBackend(), type, sample);
      assertClose(gpu.logDensities, cpu.logDensities, { absolute: 1e-5, relative: 2e-6 }, 'log-densities');
      assertClose(gpu.responsibilities, cpu.responsibilities, { absolute: 1e-5 }, 'responsibilities');
      for (let n = 0; n < N; n++) {
        let sum = 0;
        for (let k = 0; k < K!; k++) sum += gpu.responsibilities[n * K! + k]!;
        assert(
          Math.abs(sum - 1) < 1e-6 * Math.sqrt(K!),
          `responsibilities of point ${n} sum to ${sum}, seed ${context.seed}`,
        );
        // Where two components are equally responsible, rounding may choose.
        const [a, b] = [gpu.labels[n]!, cpu.labels[n]!].map((k) => cpu.responsibilities[n * K! + k]!);
        assert(
          Math.abs(a! - b!) < 2e-5,
          `label of point ${n}: ${gpu.labels[n]} for ${cpu.labels[n]}, seed ${context.seed}`,
        );
      }
    },
  })),
);

const batches: LaneCase = {
  name: 'readouts: K 300, D 20 full, more than one batch of parameters, log-densities agree with float64',
  async run(context) {
    const sample = drawSample({ type: 'full', D: 20, K: 300, N: 300 }, randomFor(context.seed, 'batches'));
    const gpu = await readAll(gpuBackend(context), 'full', sample);
    const cpu = await readAll(cpuBackend(), 'full', sample);
    assertClose(gpu.logDensities, cpu.logDensities, { absolute: 1e-5, relative: 2e-6 }, 'log-densities');
  },
};

const pieces: LaneCase = {
  name: 'readouts: responsibilities come to the host in pieces, and are those of a buffer, bit by bit',
  async run(context) {
    const sample = drawSample({ type: 'diag', D: 2, K: 130, N: 40_000 }, randomFor(context.seed, 'pieces'));
    const family = gaussianFamily({ covarianceType: 'diag', regCovar: 0 });
    const dataset = await gpuBackend(context, { windowBytes: 2 ** 17 }).load(sample.points, {
      scaling: family.scaling,
    });
    const parameters = family.pack(family.toFrame(sample.start, dataset.frame), dataset.frame);
    const array = await dataset.read('responsibilities', parameters); // 21 MB: some pieces
    const buffer = await dataset.readToBuffer!('responsibilities', parameters);
    assertEqual(buffer.size, 4 * 40_000 * 130, 'bytes');
    assertSame(array, new Float32Array(await copyToHost(context.device, buffer)), 'responsibilities');
    for (const each of [buffer, dataset]) each.destroy();
  },
};

const loan: LaneCase = {
  name: 'readouts: labels after a pass for GPUs are had in its scratch memory, whatever passes come in between',
  async run(context) {
    const family = gaussianFamily({ covarianceType: 'diag', regCovar: 0 });
    const made: string[] = [];
    const createBuffer = (descriptor: GPUBufferDescriptor) => {
      made.push(descriptor.label ?? '');
      return context.device.createBuffer(descriptor);
    };
    const device = deviceWith(context.device, { createBuffer });
    const backend = gpuBackend({ ...context, device }, { leanFrom: 0 });
    const [few, more] = [4, 7].map((K) =>
      drawSample({ type: 'diag', D: 3, K, N: 66_001 }, randomFor(context.seed, 'loan')),
    );
    const dataset = await backend.load(few!.points, { scaling: family.scaling });
    const models = [few!, more!].map(({ start }) => {
      const parameters = family.pack(family.toFrame(start, dataset.frame), dataset.frame);
      return {
        labels: async () => [...(await dataset.read('labels', parameters))],
        sums: async () => numbersOf(await dataset.expectation(parameters)),
      };
    });
    const [first, second] = models as [(typeof models)[number], (typeof models)[number]];
    // In memory of their own: no pass has been there.
    const expected = [await first.labels(), await second.labels()];
    const sums = [await first.sums()];
    made.length = 0;
    assertSame(await first.labels(), expected[0]!, 'labels');
    assert(made.includes('scales'), `a workspace was made: ${made}`);
    assert(!made.includes('densities'), `log-densities have their place: ${made}`);
    assertSame(await second.labels(), expected[1]!, 'labels of more components, in the memory of fewer');
    sums.push(await second.sums());
    assertSame(await second.labels(), expected[1]!, 'labels of more components');
    assertSame(await first.labels(), expected[0]!, 'labels of fewer components, in the memory of more');
    for (const [i, model] of models.entries()) assertSame(await model.sums(), sums[i]!, 'statistics');
    dataset.destroy();
  },
};

const kMeansLabels: LaneCase = {
  name: 'readouts: k-means labels over several batches of centres; other readouts are refused',
  async run(context) {
    const [K, D] = [700, 40];
    const { points } = drawSample({ type: 'spherical', D, K: 3, N: 2000 }, randomFor(context.seed, 'k-means labels'));
    // Centres are points: each must find itself.
    const centers = Float64Array.from(points.data.subarray(0, K * D));
    const dataset = await gpuBackend(context).load(points, { scaling: 'isotropic' });
    const parameters = kMeansFamily.pack(kMeansFamily.toFrame({ nClusters: K, centers }, dataset.frame), dataset.frame);
    const labels = await dataset.read('labels', parameters);
    for (let n = 0; n < K; n++) assertEqual(labels[n], n, `label of point ${n}`);
    await assertRejects(dataset.read('logDensities', parameters), 'log-densities of k-means', 'invalid-option');
    dataset.destroy();
  },
};

export const readouts: readonly LaneCase[] = [...mixtures, batches, pieces, loan, kMeansLabels];
