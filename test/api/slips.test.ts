import { describe, expect, test } from 'vitest';
import {
  anneal,
  densityGridBuffer,
  GaussianMixture,
  KMeans,
  MixtureModel,
  openStream,
  PoissonMixture,
  readTable,
  SoftKMeans,
  select,
  selectFrom,
  streamFrom,
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

describe('slips that would go unnoticed', () => {
  test('weights of another name', async () => {
    for (const name of ['sampleWeights', 'sample_weight', 'weights']) {
      const points = { ...good, [name]: new Float64Array(50).fill(1) };
      const { message } = await refusal(() => new KMeans({ nClusters: 2, ...cpu }).fit(points), 'invalid-weights');
      expect(message).toContain(`The points have "${name}"`);
      await refusal(() => model.score(points, cpu), 'invalid-weights');
      await refusal(() => model.score(streamFrom([points], { nFeatures: 2 }), cpu), 'invalid-weights');
    }
  });

  test('options of readers', async () => {
    const file = new Blob(['x,y,w\n1,2,3\n']);
    const wrong = { name: 'a.csv', weightColumn: 'w' } as never;
    for (const read of [() => readTable(file, wrong), () => openStream(file, wrong)]) {
      const { message, remedy } = await refusal(read, 'invalid-option');
      expect(message).toContain('There is no option weightColumn.');
      expect(remedy).toContain('weightsColumn');
    }
  });

  test('options of calls on points', async () => {
    const wrong = { Backend: 'cpu' } as never;
    for (const call of [() => model.predict(good, wrong), () => model.evaluate(good, wrong)]) {
      expect((await refusal(call, 'invalid-option')).message).toContain('There is no option Backend.');
    }
  });

  test('a device that is none', async () => {
    const device = {} as GPUDevice;
    const grid = { x: [0, 1, 2], y: [0, 1, 2] } as const;
    for (const call of [
      () => model.predict(good, { device }),
      () => new GaussianMixture({ nComponents: 2, device }).fit(good),
      () => densityGridBuffer(model, grid as never, { device }),
    ]) {
      expect((await refusal(call, 'invalid-option')).message).toContain('device must be a GPUDevice');
    }
  });

  test('columns in another order than those of the model', async () => {
    const named = (featureNames: string[]) => ({ ...good, featureNames });
    const fit = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(named(['a', 'b']));
    const centers = await new KMeans({ nClusters: 2, ...cpu }).fit(named(['a', 'b']));
    for (const call of [
      () => fit.predict(named(['b', 'a']), cpu),
      () => fit.evaluate(named(['b', 'a']), cpu),
      () => centers.transform(named(['b', 'a'])),
    ]) {
      expect((await refusal(call, 'model-mismatch')).message).toContain('fitted to a, b; the points have b, a');
    }
    for (const names of [
      ['a', 'b'],
      ['c', 'd'],
    ]) {
      expect(await fit.predict(named(names), cpu)).toEqual(await fit.predict(good, cpu));
    }
    fit.destroy();
    centers.destroy();
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
