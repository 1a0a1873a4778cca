import { expect, test } from 'vitest';
import { GaussianMixture, type MixtureModel } from '../../src/index.ts';
import { pointsOf, THREE_OVERLAPPING } from '../api/data.ts';
import { cpu } from './data.ts';

test('with a prior the best restart is that of the largest posterior, which the runs maximise', async () => {
  const points = pointsOf(THREE_OVERLAPPING, 60, 3);
  const scale = [
    [0.5, 0],
    [0, 0.5],
  ];
  const prior = { mean: [0, 0], shrinkage: 5, degreesOfFreedom: 20, scale } as const;
  const options = { nComponents: 3, prior, init: 'random-from-data', tol: 1e-8, maxIter: 3000, ...cpu } as const;
  const best = await new GaussianMixture({ ...options, nInit: 25 }).fit(points);
  /** The logarithm of the prior, but for a constant (Fraley & Raftery 2007, § 2). */
  const penalty = ({ means, covariances }: Pick<MixtureModel, 'means' | 'covariances'>) =>
    (covariances as number[][][]).reduce((sum, covariance, k) => {
      const [a, b, , d] = covariance.flat();
      const det = a! * d! - b! * b!;
      const [x, y] = means[k] as [number, number];
      const square = (d! * x * x - 2 * b! * x * y + a! * y * y) / det;
      return sum - 0.5 * ((20 + 2 + 2) * Math.log(det) + 5 * square + (0.5 * (a! + d!)) / det);
    }, 0);
  const values: number[] = [];
  for (const { seed, value, refused } of best.restarts) {
    if (refused) continue;
    const fit = await new GaussianMixture({ ...options, seed }).fit(points);
    expect(fit.logLikelihood).toBeCloseTo(value!, 6);
    values.push(fit.logLikelihood + penalty(fit));
  }
  expect(best.logLikelihood + penalty(best)).toBeCloseTo(Math.max(...values), 4);
  // Not every likelihood is lower: they would have chosen another.
  expect(new Set(values.map((value) => value.toFixed(2))).size).toBeGreaterThan(1);
});
