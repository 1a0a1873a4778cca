import type { HostPoints } from '../../../src/data/points.ts';
import { streamFrom } from '../../../src/data/stream.ts';
import { EmRun } from '../../../src/em/run.ts';
import { seed } from '../../../src/em/seeding.ts';
import { openStreamed } from '../../../src/em/streaming/open.ts';
import type { Backend, Dataset } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import { seededRandom } from '../../../src/math/random.ts';
import { assertClose, assertEqual, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { deviceWith, drawSample, gpuBackend, randomFor } from './gpu.ts';
import { cutBackend, drawWeights, numbersOf, sliceRows } from './models.ts';

const [D, K] = [2, 3];
/** Two windows and a bit, and more than 65,536: then the frame of points in memory comes from a sample, too. */
const N = 2 * 32768 + 7001;
const ITERATIONS = 2;

/** A stream of pieces that have nothing to do with the chunks. */
function streamOf(points: HostPoints) {
  const n = points.data.length / D;
  return streamFrom(
    function* () {
      for (let from = 0; from < n; from += 9999) yield sliceRows(points, from, Math.min(n, from + 9999));
    },
    { nFeatures: D },
  );
}

/** What seeding and some iterations lead to, every number of it. */
async function fitted(dataset: Dataset, kind: 'full' | 'diag' | 'k-means', backend: Backend): Promise<number[]> {
  const random = seededRandom(1);
  const weights = new Float64Array(D).fill(1);
  const { centers } = await seed(dataset, { method: 'k-means++', count: K, weights, random });
  const settings = { tol: 0, maxIter: ITERATIONS, precision: backend.precision };
  if (kind === 'k-means') return numbersAfter(new EmRun(kMeansFamily, dataset, { nClusters: K, centers }, settings));
  const family = gaussianFamily({ covarianceType: kind, regCovar: 1e-6 });
  const covariance = kind === 'full' ? [1, 0, 0, 1] : [1, 1];
  const start = {
    weights: new Float64Array(K).fill(1 / K),
    means: centers,
    covariances: Float64Array.from(Array.from({ length: K }, () => covariance).flat()),
  };
  return numbersAfter(new EmRun(family, dataset, start, settings));
}

async function numbersAfter<P>(run: EmRun<P>): Promise<number[]> {
  while (!run.done) await run.step();
  const statistics = await run.expectation();
  const labels = await run.dataset.read('labels', run.family.pack(run.parameters, run.dataset.frame));
  return [...run.history, ...statistics.centers, ...numbersOf(statistics), ...labels];
}

interface Kind {
  readonly kind: 'full' | 'diag' | 'k-means';
  readonly weighted: boolean;
  readonly array: 'float32' | 'float64';
}

const KINDS: readonly Kind[] = [
  { kind: 'full', weighted: false, array: 'float32' },
  { kind: 'full', weighted: true, array: 'float64' },
  { kind: 'diag', weighted: true, array: 'float32' },
  { kind: 'k-means', weighted: false, array: 'float64' },
];

/** Points that are never in memory as a whole: start, iterations and labels are those of the same points in memory. */
const likeResident: readonly LaneCase[] = KINDS.map(({ kind, weighted, array }) => ({
  name: `streams: ${kind}${weighted ? ', weighted' : ''}, ${array}, in chunks of a window, is the resident fit, bit by bit; in others, to rounding`,
  async run(context) {
    const backend = cutBackend(context, 2 ** 18);
    const rows = backend.windowRows(D);
    assertEqual(rows, 32768, 'rows per window');
    const random = randomFor(context.seed, `streams ${kind} ${array}`);
    const type = kind === 'k-means' ? 'spherical' : kind;
    const { data } = drawSample({ type, D, K, N, separation: 4, offset: 50 }, random).points;
    const points = {
      data: array === 'float32' ? Float32Array.from(data) : data,
      nFeatures: D,
      ...(weighted && { sampleWeight: drawWeights(N, random) }),
    } as HostPoints;
    const scaling = kind === 'k-means' ? 'isotropic' : 'per-feature';

    const resident = await backend.load(points, { scaling });
    const expected = await fitted(resident, kind, backend);
    const { frame } = resident;
    resident.destroy();

    const exact = await openStreamed(backend, streamOf(points), { scaling, chunkRows: rows });
    assertSame([...exact.frame.shift, ...exact.frame.scale], [...frame.shift, ...frame.scale], 'frame');
    assertSame(await fitted(exact, kind, backend), expected, `seed ${context.seed}`);
    exact.destroy();

    const other = await openStreamed(backend, streamOf(points), { scaling, chunkRows: 24_000 });
    const history = (await fitted(other, kind, backend)).slice(0, ITERATIONS + 1);
    assertClose(history, expected.slice(0, ITERATIONS + 1), { relative: 1e-6 }, `objectives, seed ${context.seed}`);
    other.destroy();
  },
}));

/** Of a tied mixture, as that keeps sums of its points that never change. */
const inTurn: LaneCase = {
  name: 'streams: chunks take the memory of earlier ones, and nothing that was known of those',
  async run(context) {
    const labels: string[] = [];
    const createBuffer = (descriptor: GPUBufferDescriptor) => {
      labels.push(`${descriptor.label}`);
      return context.device.createBuffer(descriptor);
    };
    const device = deviceWith(context.device, { createBuffer });
    const backend = gpuBackend({ ...context, device }, { leanFrom: 0 });
    const N = 9 * 2048 + 100;
    const spec = { type: 'tied', D: 5, K: 4, N, separation: 2 } as const;
    const { points, start } = drawSample(spec, randomFor(context.seed, 'in turn'));
    const family = gaussianFamily({ covarianceType: 'tied', regCovar: 1e-6 });
    const { scaling } = family;

    const resident = await backend.load(points, { scaling });
    const { frame } = resident;
    const parameters = family.pack(family.toFrame(start, frame), frame);
    const expected = await resident.expectation(parameters);
    resident.destroy();

    const streamed = await openStreamed(backend, streamFrom(points), { scaling, frame, chunkRows: 2048 });
    labels.length = 0;
    const { counts, first, second } = await streamed.expectation(parameters);
    streamed.destroy();
    const windows = labels.filter((label) => label.startsWith('points from'));
    assertEqual(windows.length, 3, 'two buffers of points in turn, and one of the rest');
    const [sums, others] = [
      [...counts, ...first, ...second],
      [...expected.counts, ...expected.first, ...expected.second],
    ];
    assertClose(sums, others, { absolute: 1e-5 * N }, `sums, seed ${context.seed}`);
  },
};

export const streams: readonly LaneCase[] = [...likeResident, inTurn];
