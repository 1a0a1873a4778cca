import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { EmRun } from '../../src/em/run.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { kMeansFamily } from '../../src/families/k-means.ts';
import { KMeans, type KMeansJSON } from '../../src/index.ts';
import { expectNear } from '../api/data.ts';
import { identityFrame } from '../cpu/samples.ts';
import { backend, cpu, heaps, rowsAt, runs, shuffled, sizes } from './samples.ts';

function centersAt({ data, nFeatures: D }: HostPoints, K: number): number[][] {
  return Array.from({ length: K }, (_, k) => [...data.subarray(k * D, (k + 1) * D)]);
}

function kMeansJSON(centers: number[][]): KMeansJSON {
  const [nClusters, nFeatures] = [centers.length, centers[0]!.length];
  return { format: 'emgpu-model', version: 1, model: 'k-means', nFeatures, nClusters, centers };
}

/** Squared distances of a point to all centres. */
function distances({ data, nFeatures: D }: HostPoints, n: number, centers: readonly (readonly number[])[]): number[] {
  return centers.map((c) => c.reduce((sum, x, d) => sum + (data[n * D + d]! - x) ** 2, 0));
}

/** Whether the nearest of the centres is told for every point by more than this. */
function isClear(points: HostPoints, centers: readonly (readonly number[])[], gap: number): boolean {
  const N = points.data.length / points.nFeatures;
  return Array.from({ length: N }, (_, n) => distances(points, n, centers).toSorted((a, b) => a - b)).every(
    ([first, second = Infinity]) => second - first! > gap,
  );
}

test('k-means is spherical EM with a vanishing shared variance', async () => {
  const variance = 1e-8;
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const { K } = size;
      const points = heaps(size);
      const start = centersAt(points, K);
      // Half the difference of squared distances over the variance must be more than what exp() can tell from 0.
      fc.pre(isClear(points, start, 2 * 800 * variance));
      const frame = identityFrame(size.D);
      const dataset = await backend.load(points, { scaling: 'isotropic', frame });
      const family = gaussianFamily({ covarianceType: 'spherical', regCovar: 0 });
      const means = Float64Array.from(start.flat());
      const covariances = new Float64Array(K).fill(variance);
      const sphere = { weights: new Float64Array(K).fill(1 / K), means, covariances };
      const hard = { nClusters: K, centers: means };
      const settings = { tol: 0, maxIter: 1, precision: backend.precision };
      const [soft, lloyd] = [
        new EmRun(family, dataset, sphere, settings),
        new EmRun(kMeansFamily, dataset, hard, settings),
      ];
      const [softSums, hardSums] = [await soft.expectation(), await lloyd.expectation()];
      expect(softSums.counts).toEqual(hardSums.counts);
      // Log-likelihood = −inertia / 2σ² + what does not depend on the centres.
      const constant = -size.N * (Math.log(K) + 0.5 * size.D * Math.log(2 * Math.PI * variance));
      expectNear((softSums.objective - constant) * 2 * variance, hardSums.objective, 1e-12, 1e-12);
      const labels = await dataset.read('labels', kMeansFamily.pack(hard, frame));
      expect(await dataset.read('labels', family.pack(sphere, frame))).toEqual(labels);
      const [a, b] = [await soft.maximization(), await lloyd.maximization()];
      expectNear([...a.means], [...b.centers], 0, 1e-13);
      dataset.destroy();
    }),
    runs,
  );
});

test('the inertia never rises', async () => {
  const inits = fc.constantFrom('k-means++', 'random');
  await fc.assert(
    fc.asyncProperty(sizes, inits, async (size, init) => {
      const options = { nClusters: size.K, init, seed: size.seed % 1000, tol: 0, maxIter: 15 };
      const fit = await new KMeans({ ...options, ...cpu }).fit(heaps(size));
      fit.history.forEach((value, i) => {
        expect(value).toBeLessThanOrEqual((fit.history[i - 1] ?? Infinity) * (1 + 1e-13));
      });
      expect(fit.warnings.map(({ code }) => code)).not.toContain('log-likelihood-fell');
    }),
    runs,
  );
});

test('every label is the nearest centre; the inertia is the sum of squared distances to it', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const points = heaps(size);
      const fit = await new KMeans({ nClusters: size.K, seed: size.seed % 1000, maxIter: 3, ...cpu }).fit(points);
      const labels = await fit.predict();
      let inertia = 0;
      for (let n = 0; n < size.N; n++) {
        const all = distances(points, n, fit.centers);
        expect(all[labels[n]!]! - Math.min(...all)).toBeLessThan(1e-12);
        inertia += Math.min(...all);
      }
      expectNear(fit.inertia, inertia, 1e-12, 1e-12);
    }),
    runs,
  );
});

test('converged centres are the means of their points', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const { K, D } = size;
      const points = heaps(size);
      const fit = await new KMeans({ nClusters: K, seed: size.seed % 1000, tol: 1e-14, ...cpu }).fit(points);
      expect(fit.converged).toBe(true);
      const labels = [...(await fit.predict())];
      for (let k = 0; k < K; k++) {
        const mine = labels.flatMap((label, n) => (label === k ? [n] : []));
        if (mine.length === 0) continue;
        const mean = Array.from(
          { length: D },
          (_, d) => mine.reduce((s, n) => s + points.data[n * D + d]!, 0) / mine.length,
        );
        expectNear(fit.centers[k], mean, 0, 1e-12);
      }
    }),
    runs,
  );
});

test('permuting the points permutes the labels; scaling them scales the centres', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: -40, max: 40 }), async (size, exponent) => {
      const points = heaps(size);
      const start = centersAt(points, size.K);
      const options = { nClusters: size.K, tol: 0, maxIter: 2, ...cpu };
      const fit = await new KMeans({ ...options, init: kMeansJSON(start) }).fit(points);
      fc.pre(isClear(points, start, 1e-9) && isClear(points, fit.centers, 1e-9));
      const labels = await fit.predict();

      const order = shuffled(size.N, size.seed);
      const permuted = await new KMeans({ ...options, init: kMeansJSON(start) }).fit(rowsAt(points, order));
      expect([...(await permuted.predict())]).toEqual(order.map((n) => labels[n]));
      expectNear(permuted.centers, fit.centers, 0, 1e-12);

      const s = 2 ** exponent;
      const init = kMeansJSON(start.map((center) => center.map((x) => x * s)));
      const scaled = await new KMeans({ ...options, init }).fit({ ...points, data: points.data.map((x) => x * s) });
      expect(await scaled.predict()).toEqual(labels);
      expect(scaled.centers.map((center) => center.map((x) => x / s))).toEqual(fit.centers);
      expect(scaled.inertia / (s * s)).toBe(fit.inertia);
    }),
    runs,
  );
});

test('the same seed gives the same bits', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async (size) => {
      const bits = async () => {
        const fit = await new KMeans({ nClusters: size.K, seed: size.seed % 1000, ...cpu }).fit(heaps(size));
        return JSON.stringify([fit, fit.history, fit.warnings, [...(await fit.predict())]]);
      };
      expect(await bits()).toBe(await bits());
    }),
    runs,
  );
});
