import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { GaussianMixture, KMeans, MixtureModel, streamFrom } from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 300);

describe('points far from the origin', () => {
  /** Steps of 1/1024, so that offsets of up to 2^42 can be added without rounding. */
  const near: HostPoints = { data: points.data.map((x) => Math.round(x * 1024) / 1024), nFeatures: 2 };

  const offsets = {
    'Unix timestamps in seconds': [1.7e9, 1.7e9],
    'Unix timestamps in milliseconds, and a small column': [1.7e12, 0],
    'map coordinates in metres (UTM)': [500_000, 5_800_000],
    'Web Mercator': [1_492_232, 6_894_701],
  };

  test.each(Object.entries(offsets))('%s', async (_, offset) => {
    const far = { ...near, data: near.data.map((x, i) => x + offset[i % 2]!) };
    for (const covarianceType of TYPES) {
      const options = { nComponents: 2, covarianceType, seed: 1, maxIter: 20, tol: 0, ...cpu };
      const [here, there] = [await new GaussianMixture(options).fit(near), await new GaussianMixture(options).fit(far)];
      // A mean is rounded to float64 once, where it is; nothing else is lost.
      const ulp = 2 ** -52 * Math.max(...offset);
      expectNear(
        there.means,
        here.means.map((mean) => mean.map((m, d) => m + offset[d]!)),
        0,
        ulp + 1e-9,
      );
      expectNear(there.covariances, here.covariances, 1e-9, 1e-9);
      expectNear(there.weights, here.weights, 1e-9);
      expectNear(there.logLikelihood, here.logLikelihood, 1e-10);
      expect(await there.predict()).toEqual(await here.predict());
    }
    const options = { nClusters: 2, seed: 1, ...cpu };
    const [here, there] = [await new KMeans(options).fit(near), await new KMeans(options).fit(far)];
    expectNear(there.inertia, here.inertia, 1e-9);
  });

  test('a model fitted there predicts there', async () => {
    const far = { ...near, data: near.data.map((x) => x + 1.7e9) };
    const there = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(far);
    const model = MixtureModel.fromJSON(JSON.parse(JSON.stringify(there)));
    expect(await model.predict(far, cpu)).toEqual(await there.predict());
    // Means near 1.7e9 are whole multiples of 2.4e-7, so this is all that can be asked of a model file.
    expectNear((await model.evaluate(far, cpu)).logLikelihood, there.logLikelihood, 1e-6);
  });
});

describe('one number far from all others, such as stands for a missing one, costs them no digits', () => {
  const bulk = Float64Array.from(points.data).filter((_, i) => i % 2 === 0);
  const mean = bulk.reduce((a, b) => a + b, 0) / bulk.length;
  const variance = bulk.reduce((a, b) => a + (b - mean) ** 2, 0) / bulk.length;

  test.each([-99_999, 1e9, 1e16, 1e20, 9.969e36])('%s', async (far) => {
    const data = Float64Array.of(...bulk, far);
    const column = { data, nFeatures: 1 };
    for (const given of [column, streamFrom(column)]) {
      const clusters = await new KMeans({ nClusters: 2, seed: 1, chunkRows: 64, ...cpu }).fit(given);
      const near = clusters.centers.map(([c]) => c!).find((c) => c !== far)!;
      expectNear(near, mean, 1e-12);
      clusters.destroy();
    }
    const options = { nComponents: 2, covarianceType: 'spherical', regCovar: 1e-3, ...cpu } as const;
    const init = {
      weights: [0.9, 0.1],
      means: [[0], [far]],
      covariances: [1, 1],
    };
    const run = await new GaussianMixture({
      ...options,
      init: mixtureJSON({ covarianceType: 'spherical', ...init }),
    }).start(column);
    await run.step();
    expectNear(run.model.means[0]![0]!, mean, 1e-12);
    expectNear(Number(run.model.covariances[0]), variance + 1e-3, 1e-12);
    // Points that a model is asked about come into its own frame.
    const densities = await run.model.scoreSamples({ data: bulk, nFeatures: 1 }, cpu);
    const alone = await new GaussianMixture({ ...options, nComponents: 1 }).fit({ data: bulk, nFeatures: 1 });
    expectNear(
      [...densities],
      [...(await alone.scoreSamples())].map((l) => l + Math.log(300 / 301)),
      1e-11,
    );
    alone.destroy();
  });
});
