import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  type CovarianceType,
  GaussianMixture,
  type GaussianMixtureOptions,
  type PriorOptions,
} from '../../src/index.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS, TYPES } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import { ampleSizes, heaps, startAt } from '../properties/samples.ts';
import { cpu, goldenNamed, reference } from './data.ts';
import {
  expectation,
  inFormOf,
  iterate,
  maximization,
  type NaiveMixture,
  type NaivePrior,
  naiveFrom,
  rowsOf,
  solve,
  square,
  sum,
} from './naive.ts';

/** mclust's defaults (Fraley & Raftery 2007, §3): mean and covariance of the points, κ 0.01, ν D + 2, Λ = covariance / K^(2/D). */
function defaultPrior(points: HostPoints, type: CovarianceType, K: number): NaivePrior {
  const rows = rowsOf(points);
  const D = points.nFeatures;
  const w = (n: number) => points.sampleWeight?.[n] ?? 1;
  const total = sum(rows.map((_, n) => w(n)));
  const mean = Array.from({ length: D }, (_, d) => sum(rows.map((x, n) => w(n) * x[d]!)) / total);
  const covariance = square(
    D,
    (i, j) => sum(rows.map((x, n) => w(n) * (x[i]! - mean[i]!) * (x[j]! - mean[j]!))) / total,
  );
  const share = K ** (-2 / D);
  const average = sum(covariance.map((row, i) => row[i]!)) / D;
  const isMatrix = type === 'full' || type === 'tied';
  const scale = square(D, (i, j) => share * (isMatrix ? covariance[i]![j]! : i === j ? average : 0));
  return { mean, shrinkage: 0.01, degreesOfFreedom: D + 2, scale };
}

/**
 * Logarithm of the prior's density but for constants: means normal with covariance Σ / κ, matrices inverse Wishart, variances inverse
 * gamma with shape ν / 2 and scale ς² / 2.
 */
function logPrior(type: CovarianceType, { means, covariances }: NaiveMixture, prior: NaivePrior): number {
  const D = prior.mean.length;
  const { shrinkage, degreesOfFreedom: nu, scale } = prior;
  const ofMeans = means.map((mean, k) => {
    const z = mean.map((m, d) => m - prior.mean[d]!);
    const { logDet, solution } = solve(covariances[k]!, z);
    return -0.5 * logDet - 0.5 * shrinkage * sum(z.map((v, d) => v * solution[d]!));
  });
  const blocks = type.startsWith('tied') ? covariances.slice(0, 1) : covariances;
  const inverseGamma = (variance: number, s: number) => -(nu / 2 + 1) * Math.log(variance) - s / (2 * variance);
  const ofCovariances = blocks.map((block) => {
    if (type === 'full' || type === 'tied') {
      const column = (j: number) =>
        solve(
          block,
          scale.map((row) => row[j]!),
        );
      const trace = sum(scale.map((_, j) => column(j).solution[j]!));
      return -0.5 * (nu + D + 1) * column(0).logDet - 0.5 * trace;
    }
    if (type === 'diag' || type === 'tied-diag')
      return sum(block.map((row, d) => inverseGamma(row[d]!, scale[d]![d]!)));
    return inverseGamma(block[0]![0]!, sum(scale.map((row, d) => row[d]!)) / D);
  });
  return sum(ofMeans) + sum(ofCovariances);
}

async function steps(
  points: HostPoints,
  maxIter: number,
  options: Partial<GaussianMixtureOptions> & { init: ReturnType<typeof startAt> },
) {
  const { covarianceType, nComponents } = options.init;
  const mixture = new GaussianMixture({
    nComponents,
    covarianceType,
    tol: 0,
    maxIter,
    regCovar: 0,
    ...cpu,
    ...options,
  });
  const fit = await mixture.fit(points);
  fit.destroy();
  return fit;
}

const given = (D: number): PriorOptions => ({
  mean: Array(D).fill(0.5),
  shrinkage: 3,
  degreesOfFreedom: D + 7,
  scale: square(D, (i, j) => (i === j ? 2 + i : 0.4)),
});

describe('one M-step is that of Fraley & Raftery', () => {
  test.each(TYPES)('%s', async (type) => {
    await fc.assert(
      fc.asyncProperty(ampleSizes, fc.boolean(), fc.boolean(), async (size, byDefault, weighted) => {
        const points = { ...heaps(size), ...(weighted && { sampleWeight: randomWeights(size.N, size.seed) }) };
        const init = startAt(points, size.K, type);
        const prior = byDefault ? defaultPrior(points, type, size.K) : (given(size.D) as NaivePrior);
        const found = await steps(points, 1, { init, prior: byDefault ? true : given(size.D) });
        const start = naiveFrom(init);
        const { responsibilities } = expectation(points, start, { type });
        const { weights, means, covariances } = maximization(points, responsibilities, start, { type, prior });
        expectNear(found.weights, weights, 0, 1e-10);
        expectNear(found.means, means, 1e-9, 1e-9);
        expectNear(found.covariances, inFormOf(type, covariances), 1e-9, 1e-9);
      }),
      { numRuns: 15 },
    );
  });
});

describe('the logarithm of the posterior never falls', () => {
  test.each(TYPES)('%s', async (type) => {
    await fc.assert(
      fc.asyncProperty(ampleSizes, fc.boolean(), async (size, meansFrozen) => {
        const points = heaps(size);
        const prior = given(size.D);
        const init = startAt(points, size.K, type);
        const freeze = meansFrozen ? (['means'] as const) : [];
        const values: number[] = [];
        for (let i = 1; i <= 6; i++) {
          const fit = await steps(points, i, { init, prior, freeze });
          values.push(fit.logLikelihood + logPrior(type, naiveFrom(fit.toJSON()), prior as NaivePrior));
        }
        values.slice(1).forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(values[i]! - 1e-9);
        });
      }),
      { numRuns: 8 },
    );
  });
});

test('means at rest: a frozen mean is held against the prior as it stands', async () => {
  for (const type of TYPES) {
    const points = heaps({ N: 60, D: 2, K: 2, seed: 5 });
    const init = startAt(points, 2, type);
    const prior = { ...given(2), shrinkage: 40 } as NaivePrior;
    const freeze = ['means'] as const;
    const found = await steps(points, 4, { init, prior, freeze });
    const { mixture } = iterate(points, naiveFrom(init), { type, prior, freeze }, 4);
    expectNear(found.covariances, inFormOf(type, mixture.covariances), 1e-9);
  }
});

test('a component that would collapse is kept wide', async () => {
  const iris = reference('iris');
  const options = { nComponents: 3, init: 'random-from-data', ...cpu } as const;
  // Among these starts is one that collapses: see restarts.test.ts.
  const all = await new GaussianMixture({ ...options, nInit: 20, seed: 17 }).fit(iris);
  const { seed } = all.restarts.find(({ refused }) => refused?.includes('regulariser'))!;
  const held = await new GaussianMixture({ ...options, seed, prior: true }).fit(iris);
  expect(held.converged).toBe(true);
  const smallest = naiveFrom(held.toJSON()).covariances.map(
    (covariance) => new EigenvalueDecomposition(new Matrix(covariance.map((row) => [...row]))).realEigenvalues,
  );
  // A thousand times the regulariser, where it would have sat.
  expect(Math.min(...smallest.flat())).toBeGreaterThan(1e-3);
  for (const result of [all, held]) result.destroy();
});

test('where all starts collapse a prior makes a fit of it', async () => {
  const few = pointsOf(TWO_GROUPS, 12);
  const options = { nComponents: 3, nInit: 3, ...cpu } as const;
  await refusal(() => new GaussianMixture({ ...options, nComponents: 6 }).fit(few), 'all-collapsed');
  const fit = await new GaussianMixture({ ...options, prior: true }).fit(few);
  expect(fit.restarts.some(({ refused }) => !refused)).toBe(true);
});

test('a strong prior wins, a weak one does not matter', async () => {
  const { points, init } = goldenNamed('faithful', 2, 'full');
  const none = await steps(points, 100, { init });
  const weak = await steps(points, 100, {
    init,
    prior: { shrinkage: 0, degreesOfFreedom: 1e-9, scale: square(2, (i, j) => (i === j ? 1e-9 : 0)) },
  });
  // What is left of it: ν + D + 2 more points, of no scatter.
  expectNear(weak.means, none.means, 1e-2);
  const strong = await steps(points, 100, { init, prior: { mean: [3, 70], shrinkage: 1e9 } });
  expectNear(
    strong.means,
    [
      [3, 70],
      [3, 70],
    ],
    1e-5,
  );
});

test.each<[string, PriorOptions]>([
  ['shrinkage', { shrinkage: -1 }],
  ['degreesOfFreedom', { degreesOfFreedom: 0 }],
  ['mean', { mean: [1] }],
  ['mean', { mean: [1, Number.NaN] }],
  ['scale', { scale: [[1, 0]] }],
  [
    'scale',
    {
      scale: [
        [-1, 0],
        [0, 1],
      ],
    },
  ],
  [
    'scale',
    {
      scale: [
        [1, 0.5],
        [0, 1],
      ],
    },
  ],
])('a bad %s is refused: %o', async (name, prior) => {
  const fitting = () => new GaussianMixture({ nComponents: 2, prior, ...cpu }).fit(pointsOf(TWO_GROUPS, 50));
  expect((await refusal(fitting, 'invalid-option')).message).toContain(`prior.${name}`);
});
