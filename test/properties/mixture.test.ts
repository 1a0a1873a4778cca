import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { type CovarianceType, EmgpuError, GaussianMixture, type MixtureFit } from '../../src/index.ts';
import { expectNear } from '../api/data.ts';
import {
  ampleSizes,
  covarianceTypes,
  cpu,
  heaps,
  rowsAt,
  runs,
  type Size,
  shuffled,
  sizes,
  startAt,
} from './samples.ts';

interface Options {
  readonly covarianceType: CovarianceType;
  readonly regCovar?: number;
  readonly maxIter?: number;
}

/** A fixed number of iterations from the given start. */
function iterate(points: HostPoints, init: ReturnType<typeof startAt>, options: Options): Promise<MixtureFit> {
  return new GaussianMixture({ nComponents: init.nComponents, init, tol: 0, maxIter: 6, ...cpu, ...options }).fit(
    points,
  );
}

/** A component may shrink onto too few points, which without a regulariser ends the fit: another case, then. */
async function unlessSingular<T>(fitting: Promise<T>): Promise<T> {
  try {
    return await fitting;
  } catch (error) {
    fc.pre(!(error instanceof EmgpuError && error.code === 'singular-covariance'));
    throw error;
  }
}

/** `value[order[0]], value[order[1]], …` */
function reorder<T>(values: readonly T[], order: readonly number[]): T[] {
  return order.map((i) => values[i]!);
}

test('the log-likelihood never falls', async () => {
  const inits = fc.constantFrom('k-means++', 'random');
  await fc.assert(
    fc.asyncProperty(ampleSizes, covarianceTypes, inits, async (size, covarianceType, init) => {
      // With regCovar the M-step is no longer the maximum of the likelihood, and the theorem does not hold.
      const options = { nComponents: size.K, covarianceType, init, seed: size.seed % 1000, regCovar: 0, tol: 0 };
      const fit = await unlessSingular(new GaussianMixture({ ...options, maxIter: 30, ...cpu }).fit(heaps(size)));
      fit.history.forEach((value, i) => {
        const before = fit.history[i - 1] ?? -Infinity;
        // Rounding of a sum of N terms, 1e-16 each, for components up to 1e4 times as long as wide.
        expect(value).toBeGreaterThanOrEqual(before - 1e-11 * (size.N + Math.abs(value)));
      });
      fit.destroy();
    }),
    runs,
  );
});

test('responsibilities are from 0 to 1 and sum to 1; the label is the largest', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, async (size, covarianceType) => {
      const points = heaps(size);
      const { K } = size;
      const fit = await iterate(points, startAt(points, K, covarianceType), { covarianceType, maxIter: 2 });
      const responsibilities = await fit.predictProba();
      const labels = await fit.predict();
      for (let n = 0; n < size.N; n++) {
        const row = [...responsibilities.subarray(n * K, (n + 1) * K)];
        expect(row.every((r) => r >= 0 && r <= 1)).toBe(true);
        expect(Math.abs(row.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-14 * K);
        // Nearly equal ones may be told apart before they are rounded.
        expect(row[labels[n]!]).toBeGreaterThanOrEqual(Math.max(...row) - 1e-14);
      }
      fit.destroy();
    }),
    runs,
  );
});

test('permuting the points permutes what is told per point, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, async (size, covarianceType) => {
      const points = heaps(size);
      const init = startAt(points, size.K, covarianceType);
      const order = shuffled(size.N, size.seed);
      const options = { covarianceType, maxIter: 3, regCovar: 1e-3 };
      const [a, b] = await Promise.all([iterate(points, init, options), iterate(rowsAt(points, order), init, options)]);
      expectNear(b.history, a.history, 1e-10, 1e-10);
      expectNear(b.weights, a.weights, 0, 1e-8);
      expectNear(b.means, a.means, 0, 1e-8);
      expectNear(b.covariances, a.covariances, 0, 1e-8);
      expectNear([...(await b.scoreSamples())], reorder([...(await a.scoreSamples())], order), 1e-7, 1e-7);
      const [before, after] = [await a.predictProba(), await b.predictProba()];
      const rows = (r: typeof before) =>
        Array.from({ length: size.N }, (_, n) => [...r.subarray(n * size.K, (n + 1) * size.K)]);
      expectNear(rows(after), reorder(rows(before), order), 0, 1e-7);
    }),
    runs,
  );
});

/** Covariances with their features in another order. */
function reorderFeatures(covariances: MixtureFit['covariances'], type: CovarianceType, order: readonly number[]) {
  const matrix = (m: number[][]) => reorder(m, order).map((row) => reorder(row, order));
  if (type === 'full') return (covariances as number[][][]).map(matrix);
  if (type === 'tied') return matrix(covariances as number[][]);
  if (type === 'diag') return (covariances as number[][]).map((row) => reorder(row, order));
  if (type === 'tied-diag') return reorder(covariances as number[], order);
  return covariances;
}

test('permuting the features permutes those of the answer', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, async (size, covarianceType) => {
      const { K, D } = size;
      const points = heaps(size);
      const order = shuffled(D, size.seed);
      const data = points.data.map((_, i) => points.data[i - (i % D) + order[i % D]!]!);
      const permuted = { data, nFeatures: D };
      const options = { covarianceType, maxIter: 3, regCovar: 1e-3 };
      const [a, b] = await Promise.all([
        iterate(points, startAt(points, K, covarianceType), options),
        iterate(permuted, startAt(permuted, K, covarianceType), options),
      ]);
      expectNear(b.history, a.history, 1e-10, 1e-10);
      expectNear(
        b.means,
        a.means.map((mean) => reorder(mean, order)),
        0,
        1e-8,
      );
      expectNear(b.covariances, reorderFeatures(a.covariances, covarianceType, order), 0, 1e-8);
    }),
    runs,
  );
});

test('permuting the components of the start permutes those of the answer', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, async (size, covarianceType) => {
      const points = heaps(size);
      const init = startAt(points, size.K, covarianceType);
      const order = shuffled(size.K, size.seed);
      const options = { covarianceType, maxIter: 3, regCovar: 1e-3 };
      const [a, b] = await Promise.all([
        iterate(points, init, options),
        iterate(points, { ...init, means: reorder(init.means, order) }, options),
      ]);
      expectNear(b.history, a.history, 1e-10, 1e-10);
      expectNear(b.means, reorder(a.means, order), 0, 1e-8);
    }),
    runs,
  );
});

describe('scaling the data scales the answer', () => {
  const multiply = (nested: unknown, factor: number): unknown =>
    Array.isArray(nested) ? nested.map((entry) => multiply(entry, factor)) : (nested as number) * factor;

  function scaled({ data, nFeatures }: HostPoints, s: number): HostPoints {
    return { data: data.map((x) => x * s), nFeatures };
  }

  test('by any factor, from a scaled start', async () => {
    const factors = fc.double({ min: -9, max: 9, noNaN: true }).map((exponent) => 10 ** exponent);
    await fc.assert(
      fc.asyncProperty(sizes, covarianceTypes, factors, async (size, covarianceType, s) => {
        const points = heaps(size);
        const init = startAt(points, size.K, covarianceType);
        const { means, covariances } = init;
        const scaledInit = {
          ...init,
          means: multiply(means, s) as typeof means,
          covariances: multiply(covariances, s * s) as typeof covariances,
        };
        const options = { covarianceType, maxIter: 3 };
        const a = await iterate(points, init, { ...options, regCovar: 1e-3 });
        const b = await iterate(scaled(points, s), scaledInit, { ...options, regCovar: 1e-3 * s * s });
        const shift = -size.N * size.D * Math.log(s);
        expectNear(
          b.history,
          a.history.map((value) => value + shift),
          1e-10,
          1e-10 * (size.N + Math.abs(shift)),
        );
        expectNear(multiply(b.means, 1 / s), a.means, 0, 1e-8);
        expectNear(multiply(b.covariances, 1 / s ** 2), a.covariances, 0, 1e-8);
        expectNear(b.weights, a.weights, 0, 1e-8);
      }),
      runs,
    );
  });

  test('by a power of two, from a start that was drawn: the seeding sees no difference', async () => {
    await fc.assert(
      fc.asyncProperty(ampleSizes, covarianceTypes, fc.integer({ min: -60, max: 60 }), async (size, type, exponent) => {
        const s = 2 ** exponent;
        const points = heaps(size);
        const options = { nComponents: size.K, covarianceType: type, seed: size.seed % 1000, maxIter: 4, tol: 0 };
        const regCovar = 1e-3;
        const a = await new GaussianMixture({ ...options, regCovar, ...cpu }).fit(points);
        const b = await new GaussianMixture({ ...options, regCovar: regCovar * s * s, ...cpu }).fit(scaled(points, s));
        // In the frame all is the same but one: log-densities contain the logarithm of the scale, and round with it.
        expectNear(b.weights, a.weights, 0, 1e-11);
        expectNear(multiply(b.means, 1 / s), a.means, 0, 1e-11);
        expectNear(multiply(b.covariances, 1 / s ** 2), a.covariances, 0, 1e-11);
        expectNear([...(await b.predictProba())], [...(await a.predictProba())], 0, 1e-10);
      }),
      runs,
    );
  });
});

test('shifting the data shifts the means, and nothing else', async () => {
  const shifts = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, shifts, async (size, covarianceType, shift) => {
      const near = heaps(size);
      // What the shift rounds away is not there to be found: 1e6 leaves steps of 1.2e-10.
      const far = { ...near, data: near.data.map((x) => x + shift) };
      const init = startAt(near, size.K, covarianceType);
      const moved = { ...init, means: init.means.map((mean) => mean.map((m) => m + shift)) };
      const options = { covarianceType, maxIter: 3, regCovar: 1e-3 };
      const [a, b] = [await iterate(near, init, options), await iterate(far, moved, options)];
      expectNear(
        b.means.flat().map((m) => m - shift),
        a.means.flat(),
        0,
        1e-5,
      );
      expectNear(b.covariances, a.covariances, 0, 1e-5);
      expectNear(b.logLikelihood, a.logLikelihood, 1e-6, 1e-5);
    }),
    runs,
  );
});

test('one component is the closed form: mean and covariance of the points', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, async (size, covarianceType) => {
      const points = heaps(size);
      const { N, D } = size;
      const regCovar = 0.01;
      const fit = await new GaussianMixture({ nComponents: 1, covarianceType, regCovar, ...cpu }).fit(points);
      const at = (n: number, d: number) => points.data[n * D + d]!;
      const average = (f: (n: number) => number) =>
        Array.from({ length: N }, (_, n) => f(n)).reduce((a, b) => a + b) / N;
      const axes = Array.from({ length: D }, (_, d) => d);
      const mean = axes.map((d) => average((n) => at(n, d)));
      const matrix = axes.map((i) =>
        axes.map((j) => average((n) => (at(n, i) - mean[i]!) * (at(n, j) - mean[j]!)) + (i === j ? regCovar : 0)),
      );
      const variances = axes.map((d) => matrix[d]![d]!);
      const expected = {
        full: [matrix],
        tied: matrix,
        diag: [variances],
        spherical: [variances.reduce((a, b) => a + b) / D],
        'tied-diag': variances,
        'tied-spherical': [variances.reduce((a, b) => a + b) / D],
      }[covarianceType];
      expect(fit.weights).toEqual([1]);
      expectNear(fit.means, [mean], 0, 1e-12);
      expectNear(fit.covariances, expected, 0, 1e-11);
      expect(fit.converged).toBe(true);
      expect(fit.nIter).toBeLessThanOrEqual(3);
    }),
    runs,
  );
});

test('the same seed gives the same bits; another one may not', async () => {
  const different = new Set<string>();
  const bits = async (size: Size, covarianceType: CovarianceType, init: 'k-means++' | 'random', seed: number) => {
    const options = { nComponents: size.K, covarianceType, init, seed, maxIter: 5 };
    const fit = await new GaussianMixture({ ...options, ...cpu }).fit(heaps(size));
    const read = [await fit.predict(), await fit.predictProba(), await fit.scoreSamples()];
    return JSON.stringify([fit, fit.history, fit.nIter, fit.warnings, read.map((values) => [...values])]);
  };
  await fc.assert(
    fc.asyncProperty(sizes, covarianceTypes, fc.constantFrom('k-means++', 'random'), async (size, type, init) => {
      const seed = size.seed % 1000;
      const once = await bits(size, type, init, seed);
      expect(await bits(size, type, init, seed)).toBe(once);
      const other = await bits(size, type, init, seed + 1);
      if (other !== once) different.add(other);
    }),
    runs,
  );
  expect(different.size).toBeGreaterThan(0);
});
