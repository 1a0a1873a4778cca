import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { GaussianMixture, type GaussianMixtureOptions, PoissonMixture } from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, TWO_GROUPS } from '../api/data.ts';
import { cpu } from './data.ts';

const ONE_GROUP = mixtureJSON({ covarianceType: 'spherical', weights: [1], means: [[0, 0]], covariances: [1] });

/** N − 1 points about 0, and one far away, which a component of its own describes best. */
function withOutlier(N: number, sampleWeight?: readonly number[]): HostPoints {
  const { data } = pointsOf(ONE_GROUP, N - 1);
  return {
    ...{ data: Float64Array.of(...data, 30, 30), nFeatures: 2 },
    ...(sampleWeight && { sampleWeight: Float64Array.from(sampleWeight) }),
  };
}

const ordinary = (N: number, weight: number) => Array<number>(N - 1).fill(weight);

async function outcomes(points: HostPoints, options: Partial<GaussianMixtureOptions> = {}) {
  const settings = { nComponents: 2, covarianceType: 'tied', nInit: 2, ...cpu, ...options } as const;
  return new GaussianMixture(settings).fit(points).then(
    ({ restarts }) => restarts.map(({ refused }) => refused === undefined),
    (error) => [error.code],
  );
}

const SOUND = [true, true];

describe('a component of one point', () => {
  test.each([21, 29, 47, 49, 50, 55, 60])('is sound, whatever 1 / N · N is rounded to: N %i', async (N) => {
    expect(await outcomes(withOutlier(N))).toEqual(SOUND);
  });

  test('of weight 1 is one, whatever the others weigh: twice as much, or as often', async () => {
    expect(await outcomes(withOutlier(41, [...ordinary(41, 2), 1]))).toEqual(SOUND);
    const { data } = withOutlier(41);
    const twice = { data: Float64Array.of(...data.subarray(0, 80), ...data), nFeatures: 2 };
    expect(await outcomes(twice)).toEqual(SOUND);
  });

  test('of less weight is none, with rows of weight 0 or without', async () => {
    const light = withOutlier(41, [...ordinary(41, 1), 0.3]);
    expect(await outcomes(light)).toEqual(['all-collapsed']);
    const data = Float64Array.of(...light.data, ...light.data.subarray(0, 80));
    const sampleWeight = Float64Array.of(...light.sampleWeight!, ...Array<number>(40).fill(0));
    expect(await outcomes({ data, nFeatures: 2, sampleWeight })).toEqual(['all-collapsed']);
  });

  test('where weights sum to 1 is what rows weigh on average', async () => {
    expect(await outcomes(withOutlier(41, Array(41).fill(1 / 41)))).toEqual(SOUND);
    expect(await outcomes(withOutlier(41, [...ordinary(41, 1 / 41), 0.3 / 41]))).toEqual(['all-collapsed']);
  });

  test('of a Poisson mixture is held to the same', async () => {
    const data = Float64Array.of(...Array.from({ length: 40 }, (_, i) => i % 4), 500);
    const sampleWeight = Float64Array.of(...Array<number>(40).fill(1), 0.3);
    const fitTo = (points: HostPoints) => new PoissonMixture({ nComponents: 2, nInit: 2, ...cpu }).fit(points);
    expect((await fitTo({ data, nFeatures: 1 })).restarts.every(({ refused }) => !refused)).toBe(true);
    await expect(fitTo({ data, nFeatures: 1, sampleWeight })).rejects.toMatchObject({ code: 'all-collapsed' });
  });
});

test.each([2 ** -70, 2 ** 70])('the unit of the weights moves nothing: times %f', async (unit) => {
  const points = pointsOf(TWO_GROUPS, 60);
  const weights = Float64Array.from({ length: 60 }, (_, n) => 1 + (n % 3));
  for (const Mixture of [GaussianMixture, PoissonMixture] as const) {
    const data = Mixture === PoissonMixture ? points.data.map((x) => Math.round(Math.abs(x))) : points.data;
    const fitTo = (sampleWeight: Float64Array) =>
      new Mixture({ nComponents: 2, nInit: 2, ...cpu }).fit({ ...points, data, sampleWeight });
    const [one, other] = [await fitTo(weights), await fitTo(weights.map((w) => unit * w))];
    // Weights that add up to less than two points are told of: criteria count them.
    const light = { code: 'light-weights', message: expect.stringContaining('BIC, AIC and ICL') };
    expect(other.warnings).toEqual([...one.warnings, ...(unit < 1 ? [expect.objectContaining(light)] : [])]);
    expect(other.restarts.map(({ refused }) => refused)).toEqual(one.restarts.map(({ refused }) => refused));
    expectNear(other.weights, one.weights, 1e-9);
    expect(other.nIter).toBe(one.nIter);
  }
});
