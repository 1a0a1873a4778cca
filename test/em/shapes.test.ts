import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import type { Defined } from '../../src/estimators/options.ts';
import {
  type CovarianceType,
  type Freezable,
  GaussianMixture,
  type GaussianMixtureOptions,
  type Progress,
  SoftKMeans,
} from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, TWO_GROUPS, TYPES } from '../api/data.ts';
import { ampleSizes, heaps, startAt } from '../properties/samples.ts';
import { cpu, goldenNamed, reference } from './data.ts';
import { inFormOf, iterate, logNormal, naiveFrom, rowsOf, square, sum } from './naive.ts';

const runs = { numRuns: 15 } as const;

/** So many M-steps from a start, against those of the textbook. */
async function expectAsNaive(
  points: HostPoints,
  init: ReturnType<typeof startAt>,
  steps: number,
  more: Defined<Pick<GaussianMixtureOptions, 'regCovar' | 'freeze'>>,
) {
  const { covarianceType, nComponents } = init;
  const options = { nComponents, covarianceType, init, tol: 0, maxIter: steps, ...cpu, ...more };
  const found = await new GaussianMixture(options).fit(points);
  const { mixture, history } = iterate(points, naiveFrom(init), { type: covarianceType, ...more }, steps);
  expectNear(found.history, history, 1e-11, 1e-9);
  expectNear(found.weights, mixture.weights, 0, 1e-8);
  expectNear(found.means, mixture.means, 0, 1e-8);
  expectNear(found.covariances, inFormOf(covarianceType, mixture.covariances), 0, 1e-8);
  found.destroy();
  return found;
}

describe('every type is what the textbook says', () => {
  test.each(TYPES)('%s', async (covarianceType) => {
    await fc.assert(
      fc.asyncProperty(ampleSizes, async (size) => {
        const points = heaps(size);
        await expectAsNaive(points, startAt(points, size.K, covarianceType), 3, { regCovar: 1e-3 });
      }),
      runs,
    );
  });

  // BIC of mclust's table for iris (Fraley & Raftery 2002, with the sign turned): models EEI and EII.
  const table: [CovarianceType, number, number][] = [
    ['tied-diag', 1, 1522.1202],
    ['tied-diag', 2, 1042.9679],
    ['tied-diag', 3, 813.0504],
    ['tied-spherical', 1, 1804.0854],
    ['tied-spherical', 2, 1123.4117],
    ['tied-spherical', 3, 878.765],
  ];
  test.each(table)('%s, iris, K %i: mclust has BIC %f', async (covarianceType, nComponents, bic) => {
    const options = { nComponents, covarianceType, nInit: 5, tol: 1e-9, regCovar: 0, ...cpu } as const;
    const fit = await new GaussianMixture(options).fit(reference('iris'));
    // mclust stops a little earlier.
    expect(fit.bic).toBeLessThan(bic + 1e-3);
    expect(fit.bic).toBeGreaterThan(bic - 0.05);
    fit.destroy();
  });
});

describe('freeze', () => {
  const sets: Freezable[][] = [
    ['weights'],
    ['means'],
    ['covariances'],
    ['weights', 'means'],
    ['weights', 'covariances'],
    ['means', 'covariances'],
  ];

  test.each(sets.map((freeze) => [freeze.join(' and '), freeze] as const))(
    '%s: to the bit as they were; the others as the textbook has them',
    async (_, freeze) => {
      for (const covarianceType of TYPES) {
        const points = heaps({ N: 150, D: 2, K: 3, seed: 8 });
        const start = { ...startAt(points, 3, covarianceType), weights: [0.5, 0.2, 0.3] };
        const found = await expectAsNaive(points, start, 5, { freeze, regCovar: 1e-4 });
        // Into the frame and back a number is rounded twice; further steps must not round it again.
        const once = await new GaussianMixture({
          ...{ nComponents: 3, covarianceType, init: start, freeze, tol: 0, maxIter: 1, ...cpu },
        }).fit(points);
        for (const name of ['weights', 'means', 'covariances'] as const) {
          if (!freeze.includes(name)) continue;
          expect(found[name]).toEqual(once[name]);
          expectNear(found[name], start[name], 1e-14);
        }
        once.destroy();
      }
    },
  );

  test('all three: nothing moves, and the log-likelihood is that of the model', async () => {
    const points = pointsOf(TWO_GROUPS, 100);
    const freeze = ['weights', 'means', 'covariances'] as const;
    const fit = await new GaussianMixture({ nComponents: 2, init: TWO_GROUPS, freeze, ...cpu }).fit(points);
    expect(fit.converged).toBe(true);
    expect(new Set(fit.history).size).toBe(1);
    expect(fit.nParameters).toBe(0);
    fit.destroy();
  });

  test('what is frozen is not counted: BIC and AIC know', async () => {
    const points = pointsOf(TWO_GROUPS, 100);
    const counts = { weights: 1, means: 4, covariances: 6 };
    for (const freeze of sets) {
      const fit = await new GaussianMixture({ nComponents: 2, init: TWO_GROUPS, freeze, ...cpu }).fit(points);
      const p = 11 - sum(freeze.map((name) => counts[name]));
      expectNear([fit.bic, fit.aic], [p * Math.log(100) - 2 * fit.logLikelihood, 2 * p - 2 * fit.logLikelihood], 1e-13);
      fit.destroy();
    }
  });

  test('covariances that are frozen at something singular are refused before any work', async () => {
    const told: Progress[] = [];
    const singular = { ...TWO_GROUPS, covariances: [square(2, () => 1), square(2, () => 1)] };
    const frozen = new GaussianMixture({ nComponents: 2, init: singular, freeze: ['covariances'], ...cpu });
    const fitting = () => frozen.fit(pointsOf(TWO_GROUPS, 50), { onProgress: (progress) => told.push(progress) });
    expect((await refusal(fitting, 'invalid-model')).message).toContain('positive definite');
    expect(told).toEqual([]);
  });

  test('a part that there is not', async () => {
    const freeze = ['variances' as Freezable];
    expect((await refusal(() => new GaussianMixture({ nComponents: 2, freeze }), 'invalid-option')).message).toContain(
      "'variances'",
    );
  });
});

describe('soft k-means', () => {
  test('is a mixture of equal spheres of which only the centres move', async () => {
    const points = reference('faithful');
    const stiffness = 0.02;
    const soft = await new SoftKMeans({ nClusters: 3, stiffness, tol: 0, maxIter: 12, seed: 2, ...cpu }).start(points);
    const start = soft.model.toJSON();
    expect(start.covariances).toEqual([1 / (2 * stiffness)]);
    expectNear(start.weights, [1 / 3, 1 / 3, 1 / 3], 1e-15);
    while (!soft.done) await soft.step();
    const { mixture, history, responsibilities } = iterate(
      points,
      naiveFrom(start),
      { type: 'tied-spherical', freeze: ['weights', 'covariances'] },
      12,
    );
    const fit = await soft.finish();
    expectNear(fit.history, history, 1e-12);
    expectNear(fit.means, mixture.means, 1e-10);
    expect(fit.covariances).toEqual(start.covariances);
    expectNear([...(await fit.predictProba())], responsibilities.flat(), 0, 1e-9);
    // MacKay's formula: in proportion to exp(−β d²).
    const x = rowsOf(points)[17]!;
    const powers = fit.means.map((c) => Math.exp(-stiffness * sum(c.map((m, d) => (x[d]! - m) ** 2))));
    expectNear(
      [...(await fit.predictProba())].slice(51, 54),
      powers.map((p) => p / sum(powers)),
      0,
      1e-12,
    );
    fit.destroy();
  });

  test.each([0, -1, Number.NaN, Infinity])('stiffness %f is refused', async (stiffness) => {
    await refusal(() => new SoftKMeans({ nClusters: 2, stiffness }), 'invalid-option');
  });

  test.each(['k-means', 'random-from-data'] as const)('starts at %s, too', async (init) => {
    const fit = await new SoftKMeans({ nClusters: 2, stiffness: 0.05, init, nInit: 3, ...cpu }).fit(
      reference('faithful'),
    );
    expect(fit.converged).toBe(true);
    fit.destroy();
  });
});

test('a model with shared variances: densities, labels and JSON', async () => {
  const { points } = goldenNamed('faithful', 2, 'diag');
  for (const [covarianceType, covariances] of [
    ['tied-diag', [0.2, 40]],
    ['tied-spherical', [9]],
  ] as const) {
    const json = mixtureJSON({
      covarianceType,
      weights: [0.4, 0.6],
      means: [
        [2, 54],
        [4.3, 80],
      ],
      covariances: [...covariances],
    });
    const fit = await new GaussianMixture({
      nComponents: 2,
      covarianceType,
      init: json,
      freeze: ['weights', 'means', 'covariances'],
      ...cpu,
    }).fit(points);
    const { weights, means, covariances: matrices } = naiveFrom(json);
    const densities = rowsOf(points).map((x) =>
      weights.map((w, k) => Math.log(w) + logNormal(x, means[k]!, matrices[k]!)),
    );
    expectNear(
      [...(await fit.scoreSamples())],
      densities.map(([a, b]) => Math.log(Math.exp(a!) + Math.exp(b!))),
      1e-11,
    );
    expect([...(await fit.predict())]).toEqual(densities.map(([a, b]) => Number(b! > a!)));
    expectNear(fit.toJSON().covariances, json.covariances, 1e-14);
    fit.destroy();
  }
});
