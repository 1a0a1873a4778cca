import type { GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import type { HostPoints } from '../../../src/data/points.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { type KMeansParameters, kMeansFamily } from '../../../src/families/k-means.ts';
import { assert, assertClose, assertEqual, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, randomFor, type Spec } from './gpu.ts';
import { drawWeights } from './models.ts';
import { checkProgress, compareEnd, compareStretch, countReadbacks, follow, runBy, TYPES } from './stretches.ts';

/** Passes as GPUs do them, whatever the device and however few the points. */
const LEAN = { leanFrom: 0 };
/** However slow the device seems, as it does beside other work, a readback tells of as many iterations as it may. */
const UNHURRIED = { submitSeconds: 60 };

const mixtures: readonly LaneCase[] = TYPES.map((type) => ({
  name: `lean stretches: ${type}, iterations without the host follow those with it`,
  run: (context) => compareStretch(context, { type, D: 3, K: 4, N: 20_011, separation: 2 }, LEAN),
}));

interface Sample {
  readonly D: number;
  readonly K: number;
  readonly N: number;
  readonly weighted?: boolean;
}

/** One cloud, cut by K centres from among its points: k-means has much to do. */
function drawCloud({ seed }: LaneContext, { D, K, N, weighted = false }: Sample) {
  const random = randomFor(seed, `lean stretches ${D} ${K} ${N}`);
  const { points } = drawSample({ type: 'spherical', D, K: 1, N }, random);
  const sampleWeight = weighted ? drawWeights(N, random) : undefined;
  const start: KMeansParameters = { nClusters: K, centers: Float64Array.from(points.data.slice(0, K * D)) };
  return { points: { ...points, ...(sampleWeight && { sampleWeight }) }, start };
}

/**
 * On a line: points of a cluster at ±10 on both sides of its centre, and on either side a row of points with five centres at its far end, which
 * spread until, after 21 iterations, both take a point from the middle at once.
 */
function drawSqueeze() {
  const row = Array.from({ length: 500 }, (_, i) => 11 + (69 * (i + 0.5)) / 500);
  const ends = Array.from({ length: 5 }, (_, i) => 80 - i / 2);
  const mirrored = (side: number[], middle: number[]) => [...side.map((x) => -x), ...middle, ...side];
  const start = { nClusters: 11, centers: Float64Array.from(mirrored(ends, [0])) };
  return { points: { data: Float64Array.from(mirrored(row, [-10, 10])), nFeatures: 1 }, start };
}

/** What a run is without stretches it is with them, bit by bit. */
async function compareClusters(
  context: LaneContext,
  { points, start }: { points: HostPoints; start: KMeansParameters },
  tol: number,
  options: Partial<GpuBackendOptions> = {},
) {
  const backend = gpuBackend(context, { ...LEAN, ...UNHURRIED, ...options });
  const of = (how: 'step' | 'advance') => follow(backend, how, kMeansFamily, points, start, { tol, maxIter: 500 });
  const stepped = await of('step');
  let advanced = stepped;
  const readbacks = await countReadbacks(async () => {
    advanced = await of('advance');
  });
  const { run, parameters, counts } = advanced;
  const what = `seed ${context.seed}`;
  assertSame(run.history, stepped.run.history, `inertias, ${what}`);
  assertSame([...counts], [...stepped.counts], `points per cluster, ${what}`);
  assertSame([...parameters.centers], [...stepped.parameters.centers], `centres, ${what}`);
  assertEqual(JSON.stringify(run.warnings), JSON.stringify(stepped.run.warnings), `warnings, ${what}`);
  assert(run.converged, 'it converges');
  return { run, readbacks };
}

const kMeans: readonly LaneCase[] = [
  ...[false, true].map(
    (weighted): LaneCase => ({
      name: `lean stretches: k-means${weighted ? ', weighted' : ''}, to where steps lead`,
      async run(context) {
        const cloud = drawCloud(context, { D: 3, K: 7, N: 5003, weighted });
        const { run, readbacks } = await compareClusters(context, cloud, 1e-5);
        // The first eight are the host's; a draw that is done soon after leaves the device little.
        const isLong = run.iteration > 20;
        assert(!isLong || readbacks < run.iteration, `${run.iteration} iterations took ${readbacks} readbacks`);
        const settings = { tol: 0, maxIter: 20 };
        const twin = await follow(cpuBackend(), 'step', kMeansFamily, cloud.points, cloud.start, settings);
        const both = Math.min(run.history.length, twin.run.history.length);
        // A point between two centres may go the other way in float32.
        assertClose(run.history.slice(0, both), twin.run.history.slice(0, both), { relative: 1e-4 }, 'inertias');
      },
    }),
  ),
  ...[false, true].map(
    (weighted): LaneCase => ({
      name: `lean stretches: k-means over three windows${weighted ? ', weighted' : ''}, to where steps lead`,
      async run(context) {
        const cloud = drawCloud(context, { D: 3, K: 7, N: 2 * 2048 + 907, weighted });
        const { run, readbacks } = await compareClusters(context, cloud, 0, { windowBytes: 2 ** 15 });
        const isLong = run.iteration > 20;
        assert(!isLong || readbacks < run.iteration, `${run.iteration} iterations took ${readbacks} readbacks`);
      },
    }),
  ),
  {
    name: 'lean stretches: k-means of few points goes on without the host on a GPU',
    async run(context) {
      // One that no driver says it computes on the processor for.
      const info = { vendor: 'some', architecture: '', device: '', description: '' } as GPUAdapterInfo;
      const { points, start } = drawSqueeze();
      const settings = { tol: 0, maxIter: 20 };
      const readbacks = await countReadbacks(async () => {
        const { run } = await follow(
          gpuBackend(context, { info, ...UNHURRIED }),
          'advance',
          kMeansFamily,
          points,
          start,
          settings,
        );
        assertEqual(run.iteration, 20, 'iterations');
      });
      // The first eight and the last few are the host's.
      assert(readbacks < 16, `20 iterations took ${readbacks} readbacks`);
    },
  },
  {
    name: 'lean stretches: k-means ends by itself where no tolerance does it',
    async run(context) {
      await compareClusters(context, drawCloud(context, { D: 3, K: 7, N: 1501 }), 0);
      await compareClusters(context, drawCloud(context, { D: 5, K: 128, N: 3001 }), 0);
    },
  },
  {
    name: 'lean stretches: k-means, a cluster that loses all its points gets one from the host',
    async run(context) {
      const { run } = await compareClusters(context, drawSqueeze(), 0);
      assertEqual(run.warnings.map(({ code }) => code).join(), 'reseeded-cluster', 'warnings');
      assert(run.warnings[0]!.iteration > 12, 'not before there is a stretch');
    },
  },
];

const others: readonly LaneCase[] = [
  {
    name: 'lean stretches: progress is told while the device goes on, as it will be in the history',
    async run(context) {
      // A device so slow that a readback tells of a few iterations.
      const backend = gpuBackend(context, { ...LEAN, rate: 1e7 });
      const spec: Spec = { type: 'diag', D: 3, K: 4, N: 5003, separation: 2 };
      const { points, start } = drawSample(spec, randomFor(context.seed, 'lean stretches, progress'));
      const family = gaussianFamily({ covarianceType: 'diag', regCovar: 1e-6 });
      await checkProgress(context, backend, family, points, start);
      const cloud = drawCloud(context, { D: 3, K: 7, N: 20_003 });
      await checkProgress(context, backend, kMeansFamily, cloud.points, cloud.start);
    },
  },
  {
    name: 'lean stretches: a run that converges is judged and ended in float64',
    run: (context) => compareEnd(context, { type: 'diag', D: 3, K: 4, N: 9001, separation: 2.5 }, LEAN),
  },
  {
    name: 'lean stretches: how fast the device seems to be changes no bit',
    async run(context) {
      const spec: Spec = { type: 'full', D: 3, K: 4, N: 20_003, separation: 2 };
      const { points, start } = drawCloud(context, { D: 3, K: 7, N: 20_003 });
      const settings = { tol: 0, maxIter: 24 };
      const results = async (rate: number) => {
        const backend = gpuBackend(context, { ...LEAN, rate });
        const mixture = await runBy(context, 'advance', spec, settings, backend);
        const clusters = await follow(backend, 'advance', kMeansFamily, points, start, settings);
        const numbers = [...mixture.parameters.means, ...mixture.run.history, ...clusters.run.history];
        return [...numbers, ...clusters.parameters.centers];
      };
      assertSame(await results(1e7), await results(1e12), `means, centres and objectives, seed ${context.seed}`);
    },
  },
  {
    name: 'lean stretches: at least 6 iterations per readback where the device is fast',
    async run(context) {
      const spec: Spec = { type: 'diag', D: 3, K: 4, N: 5003, separation: 2 };
      const backend = gpuBackend(context, { ...LEAN, rate: 1e15 });
      const readbacks = await countReadbacks(() =>
        runBy(context, 'advance', spec, { tol: 0, maxIter: 8 + 120 }, backend),
      );
      // The first eight and the last few are the host's.
      assert(readbacks <= 8 + 20, `128 iterations took ${readbacks} readbacks`);
    },
  },
];

export const leanStretches: readonly LaneCase[] = [...mixtures, ...kMeans, ...others];
