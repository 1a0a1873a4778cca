import type { GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import type { Random } from '../../../src/math/random.ts';
import { assert, assertEqual } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { gpuBackend, randomFor } from './gpu.ts';
import { drawWeights } from './models.ts';

const N = 701;

/** What a squared distance may be off by in float32 (differences, squares and a sum of D), as a part of it. */
const roundingOf = (D: number) => (D + 2) * 2 ** -24;

/**
 * Centres near the origin, and less apart than products tell far away from it; the last third are those of the first again. Points halfway
 * between two of them, some a rounding or so off, and on them. All of it in float32.
 */
function drawTies(D: number, K: number, random: Random) {
  const third = Math.ceil(K / 3);
  const centers = new Float32Array(K * D);
  for (let k = 0; k < K; k++) {
    for (let d = 0; d < D; d++) {
      const x = 2 * random.uniform() - 1;
      centers[k * D + d] = k >= 2 * third ? centers[(k - 2 * third) * D + d]! : k < third ? x : 40 + x / 512;
    }
  }
  const data = new Float32Array(N * D);
  for (let n = 0; n < N; n++) {
    const [a, b] = [random.below(K), random.below(K)];
    const share = n % 7 === 0 ? 0 : 0.5 + ((n % 5) - 2) * 2 ** -23;
    for (let d = 0; d < D; d++) data[n * D + d] = (1 - share) * centers[a * D + d]! + share * centers[b * D + d]!;
  }
  return { data, centers };
}

/** Of each point the least distance, and the centres that float32 may take for the nearest: of equal ones the first. */
function candidatesOf({ data, centers }: ReturnType<typeof drawTies>, D: number, K: number) {
  return Array.from({ length: N }, (_, n) => {
    const distances = new Float64Array(K);
    for (let k = 0; k < K; k++) {
      for (let d = 0; d < D; d++) distances[k]! += (data[n * D + d]! - centers[k * D + d]!) ** 2;
    }
    const least = Math.min(...distances);
    const most = least * (1 + 3 * roundingOf(D));
    const near = [...distances.keys()].filter((k) => distances[k]! <= most && k < 2 * Math.ceil(K / 3));
    return { least, near };
  });
}

/** Of each centre the weight that no other can have, and all that it may have. */
function boundsOf(points: ReturnType<typeof candidatesOf>, K: number, weights: ArrayLike<number>) {
  const [sure, most] = [new Float64Array(K), new Float64Array(K)];
  let inertia = 0;
  points.forEach(({ least, near }, n) => {
    const weight = weights[n]!;
    inertia += weight * least;
    if (near.length === 1) sure[near[0]!]! += weight;
    for (const k of near) most[k]! += weight;
  });
  return { sure, most, inertia };
}

async function checkTies(
  context: LaneContext,
  [D, K]: readonly [number, number],
  options: Partial<GpuBackendOptions>,
): Promise<void> {
  const random = randomFor(context.seed, `near ties ${D} ${K}`);
  const drawn = drawTies(D, K, random);
  const expected = candidatesOf(drawn, D, K);
  const none = new Float64Array(0);
  const parameters = {
    ...{ kind: 'k-means', nComponents: K, nFeatures: D, means: Float64Array.from(drawn.centers) },
    ...{ precisionsCholesky: none, logNormalizers: none },
  };
  const frame = { shift: new Float64Array(D), scale: new Float64Array(D).fill(1) };
  const sampleWeight = drawWeights(N, random);
  const what = `D ${D}, K ${K}, seed ${context.seed}`;
  const points = { data: drawn.data, nFeatures: D, sampleWeight };
  const dataset = await gpuBackend(context, options).load(points, { scaling: 'isotropic', frame });
  const labels = await dataset.read('labels', parameters);
  const wrong = expected.findIndex(({ near }, n) => !near.includes(labels[n]!));
  assertEqual(wrong, -1, `${what}: a point that is given to a centre farther away`);
  const { counts, objective } = await dataset.expectation(parameters);
  const { sure, most, inertia } = boundsOf(expected, K, sampleWeight);
  const off = counts.findIndex((count, k) => count < sure[k]! * (1 - 1e-5) || count > most[k]! * (1 + 1e-5));
  assert(off < 0, `${what}: centre ${off} has ${counts[off]}, not from ${sure[off]} to ${most[off]}`);
  assert(Math.abs(objective + inertia) <= 1e-5 * inertia, `${what}: inertia ${-objective}, not ${inertia}`);
  dataset.destroy();
}

/** Of k-means: points whose best two centres float32 can hardly tell apart. Shapes that other cases compile, too. */
export const nearTies: readonly LaneCase[] = [
  {
    name: 'near ties: k-means gives points between centres, of several batches, to one that is as near as any',
    run: (context) => checkTies(context, [8, 2_100], {}),
  },
  {
    name: 'near ties: k-means in lean passes, the same',
    run: (context) => checkTies(context, [4, 128], { leanFrom: 0 }),
  },
];
