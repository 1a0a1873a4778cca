import { describe, expect, test } from 'vitest';
import { GaussianMixture, KMeans } from '../../src/index.ts';
import { expectNear, pointsOf, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 300);

describe('one component is the closed form', () => {
  const D = 2;
  const mean = [0, 1].map((d) => [...points.data].reduce((sum, x, i) => (i % D === d ? sum + x : sum), 0) / 300);
  const moment = (a: number, b: number) => {
    let sum = 0;
    for (let n = 0; n < 300; n++) sum += (points.data[2 * n + a]! - mean[a]!) * (points.data[2 * n + b]! - mean[b]!);
    return sum / 300;
  };
  const [xx, xy, yy] = [moment(0, 0), moment(0, 1), moment(1, 1)];
  const regCovar = 0.25;
  const [vx, vy] = [xx + regCovar, yy + regCovar];
  const expected = {
    full: [
      [
        [vx, xy],
        [xy, vy],
      ],
    ],
    tied: [
      [vx, xy],
      [xy, vy],
    ],
    diag: [[vx, vy]],
    spherical: [(vx + vy) / 2],
    'tied-diag': [vx, vy],
    'tied-spherical': [(vx + vy) / 2],
  };

  test.each(TYPES)('%s', async (covarianceType) => {
    const one = await new GaussianMixture({ nComponents: 1, covarianceType, regCovar, ...cpu }).fit(points);
    expect(one.weights).toEqual([1]);
    expectNear(one.means, [mean], 1e-13);
    expectNear(one.covariances, expected[covarianceType], 1e-12);
    expect(one.converged).toBe(true);
    expect(new Set(await one.predict())).toEqual(new Set([0]));
    expect(new Set(await one.predictProba())).toEqual(new Set([1]));
  });

  test('the log-likelihood of the maximum is known in closed form', async () => {
    const one = await new GaussianMixture({ nComponents: 1, regCovar: 0, ...cpu }).fit(points);
    const logDet = Math.log(xx * yy - xy * xy);
    expectNear(one.logLikelihood, -150 * (D * Math.log(2 * Math.PI) + logDet + D), 1e-13);
  });

  test('k-means with one cluster: mean and total variance', async () => {
    const one = await new KMeans({ nClusters: 1, ...cpu }).fit(points);
    expectNear(one.centers, [mean], 1e-13);
    expectNear(one.inertia, 300 * (xx + yy), 1e-13);
  });
});
