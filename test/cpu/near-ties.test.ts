import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { KernelParameters } from '../../src/em/types.ts';
import { type Random, seededRandom } from '../../src/math/random.ts';
import { identityFrame } from './samples.ts';

const backend = createCpuBackend();

interface Case {
  readonly points: number[][];
  readonly centers: number[][];
}

function drawRows(count: number, nFeatures: number, random: Random, size = 1): number[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: nFeatures }, () => size * (2 * random.uniform() - 1)),
  );
}

/** Between any two centers, at a share of the way. */
function between(centers: number[][], share: number): number[][] {
  return centers.flatMap((a, k) => centers.slice(0, k).map((b) => a.map((v, i) => v + share * (b[i]! - v))));
}

/** Points that are all alike: no other has them looked at twice. */
function onAxis(nFeatures: number, nClusters: number, centers: number[], x: number): Case {
  const at = (v: number) => [v, ...Array<number>(nFeatures - 1).fill(0)];
  return {
    centers: Array.from({ length: nClusters }, (_, k) => at(centers[k] ?? -1e19)),
    points: Array(32).fill(at(x)),
  };
}

const SHARES = [0.5, 0.5 + 1e-9, 0.5 - 1e-9, 0.5 + 1e-15, 0.5 + 1e-6];

const CASES: Record<string, (nFeatures: number, nClusters: number, random: Random) => Case> = {
  'exactly between centers, and a little off'(nFeatures, nClusters, random) {
    const centers = drawRows(nClusters, nFeatures, random).map((c) => c.map((v) => Math.round(v * 64) / 64));
    return {
      centers,
      points: [...centers, ...SHARES.flatMap((share) => between(centers, share))],
    };
  },
  'centers that coincide, and points on them'(nFeatures, nClusters, random) {
    const some = drawRows(Math.ceil(nClusters / 2), nFeatures, random);
    const centers = Array.from({ length: nClusters }, (_, k) => some[k % some.length]!);
    return { centers, points: [...centers, ...drawRows(40, nFeatures, random)] };
  },
  'a group of centers far away from the origin, less apart than float32 tells there'(nFeatures, nClusters, random) {
    const near = (count: number, size: number) =>
      drawRows(count, nFeatures, random, size).map((x) => x.map((v) => v + 1e6));
    return {
      centers: [...near(nClusters - 1, 1e-4), Array(nFeatures).fill(0)],
      points: [...near(300, 2e-4), ...drawRows(9, nFeatures, random)],
    };
  },
  'few doubtful points among many'(nFeatures, nClusters, random) {
    const centers = drawRows(nClusters, nFeatures, random);
    const points = drawRows(600, nFeatures, random, 2);
    between(centers, 0.5)
      .slice(0, 20)
      .forEach((x, i) => {
        points[29 * i] = x;
      });
    return { centers, points };
  },
  'scores that overflow in float32': (nFeatures, nClusters) => onAxis(nFeatures, nClusters, [2.5e19, 1.85e19], 1.8e19),
  'norms that overflow in float32': (nFeatures, nClusters) => onAxis(nFeatures, nClusters, [-1e19, 2.65e19], 1.2e19),
  'numbers that float32 does not hold'(nFeatures, nClusters, random) {
    const sizes = [1e-200, 1e-44, 1e-30, 1, 1e18, 3e19, 1e30, 1e140];
    const drawAll = (count: number) =>
      Array.from({ length: count }, (_, n) => drawRows(1, nFeatures, random, sizes[n % sizes.length]!)[0]!);
    return { centers: drawAll(nClusters), points: drawAll(400) };
  },
};

/** By distances in float64: of each point, the label and the squared distance. */
function direct({ points, centers }: Case): { label: number; distance: number }[] {
  return points.map((x) => {
    const distances = centers.map((c) => c.reduce((sum, v, i) => sum + (x[i]! - v) * (x[i]! - v), 0));
    const distance = Math.min(...distances);
    return { label: distances.indexOf(distance), distance };
  });
}

describe.each(Object.entries(CASES))(
  'labels and distances of k-means are those of float64, to the bit: %s',
  (_, draw) => {
    test.each([1, 2, 3, 8, 17, 64])('%i features', async (nFeatures) => {
      for (const nClusters of [1, 2, 3, 8, 33]) {
        const drawn = draw(nFeatures, nClusters, seededRandom(nFeatures + nClusters));
        const none = new Float64Array(0);
        const parameters: KernelParameters = {
          ...{ kind: 'k-means', nComponents: nClusters, nFeatures, means: Float64Array.from(drawn.centers.flat()) },
          ...{ precisionsCholesky: none, logNormalizers: none },
        };
        const points = { data: Float64Array.from(drawn.points.flat()), nFeatures };
        const dataset = await backend.load(points, { scaling: 'isotropic', frame: identityFrame(nFeatures) });
        const expected = direct(drawn);
        expect(Array.from(await dataset.read('labels', parameters))).toEqual(expected.map(({ label }) => label));
        expect(Array.from(await dataset.read('logDensities', parameters))).toEqual(
          expected.map(({ distance }) => -distance),
        );
        const { counts, objective } = await dataset.expectation(parameters);
        expect(Array.from(counts)).toEqual(
          drawn.centers.map((__, k) => expected.filter(({ label }) => label === k).length),
        );
        const inertia = expected.reduce((sum, { distance }) => sum + distance, 0);
        expect(Math.abs(objective + inertia)).toBeLessThanOrEqual(1e-13 * inertia);
        dataset.destroy();
      }
    });
  },
);
