import { describe, expect, test } from 'vitest';
import {
  anneal,
  GaussianMixture,
  KMeans,
  MixtureModel,
  PoissonMixture,
  SoftKMeans,
  select,
  selectFrom,
} from '../../src/index.ts';
import { pointsOf, refusal, TWO_GROUPS } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const good = pointsOf(TWO_GROUPS, 50);
const model = MixtureModel.fromJSON(TWO_GROUPS);

describe('what callers in plain JavaScript get wrong', () => {
  test.each([[[1], [2]], {}, 5, 'x', null])('points of models: %j', async (odd) => {
    const calls = [
      () => model.predict(odd as never, cpu),
      () => model.scoreSamples(odd as never, cpu),
      () => model.score(odd as never, cpu),
      () => model.evaluate(odd as never, cpu),
      () => model.bound(odd as never, cpu),
    ];
    for (const call of calls) await refusal(call, 'invalid-points');
    await refusal(() => model.score(good, null as never), 'invalid-option');
  });

  test('a misspelt option is told, and which there are', async () => {
    const made = [
      () => new GaussianMixture({ nComponents: 2, covariance_type: 'diag' } as never),
      () => new PoissonMixture({ nComponents: 2, covarianceType: 'diag' } as never),
      () => new KMeans({ nClusters: 2, n_init: 5 } as never),
      () => new SoftKMeans({ nClusters: 2, stiffness: 1, softness: 1 } as never),
      () => anneal(good, { nClusters: 2, variance: [1] } as never).next(),
      () => select(good, { covarianceType: 'diag' } as never),
    ];
    const names = ['covariance_type', 'covarianceType', 'n_init', 'softness', 'variance', 'covarianceType'];
    for (const [i, make] of made.entries()) {
      const { message, remedy } = await refusal(make, 'invalid-option');
      expect(message).toContain(`There is no option ${names[i]}.`);
      expect(remedy).toContain('backend');
    }
    const nested = (option: object) => () => new GaussianMixture({ nComponents: 2, ...option } as never);
    const prior = await refusal(nested({ prior: { shrinkag: 5 } }), 'invalid-option');
    expect([prior.message, prior.remedy]).toEqual([
      expect.stringContaining('There is no option prior.shrinkag.'),
      expect.stringContaining('degreesOfFreedom'),
    ]);
    const noise = await refusal(nested({ noise: { volumne: 5 } }), 'invalid-option');
    expect(noise.message).toContain('There is no option noise.volumne.');
    const one = new GaussianMixture({ nComponents: 1 });
    await refusal(() => selectFrom(good, [one], { criteria: 'aic' } as never), 'invalid-option');
  });
});

describe('what excludes each other', () => {
  test("missing: 'em' with a start by k-means, which takes no gaps; a million starts and more", async () => {
    const gaps = { nComponents: 2, missing: 'em', init: 'k-means' } as const;
    expect((await refusal(() => new GaussianMixture(gaps), 'invalid-option')).remedy).toContain('k-means++');
    await refusal(() => new GaussianMixture({ nComponents: 2, nInit: 1e9 }), 'invalid-option');
  });

  test('rows of weight 0 do not count as points for components', async () => {
    const data = Float64Array.from({ length: 10 }, (_, i) => i);
    const sampleWeight = Float64Array.from({ length: 10 }, (_, i) => (i < 2 ? 1 : 0));
    const few = { data, nFeatures: 1, sampleWeight };
    await refusal(() => new GaussianMixture({ nComponents: 3, ...cpu }).fit(few), 'too-few-points');
    await refusal(() => new KMeans({ nClusters: 3, ...cpu }).fit(few), 'too-few-points');
  });
});
