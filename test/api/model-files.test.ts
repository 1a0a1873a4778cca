import { beforeAll, describe, expect, test } from 'vitest';
import {
  GaussianMixture,
  type GaussianMixtureJSON,
  KMeans,
  type KMeansFit,
  type KMeansJSON,
  KMeansModel,
  type MixtureFit,
  MixtureModel,
  modelFromJSON,
} from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 300);

let fit: MixtureFit;
let clusters: KMeansFit;

beforeAll(async () => {
  fit = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
  clusters = await new KMeans({ nClusters: 2, ...cpu }).fit(points);
});

describe('model files', () => {
  test.each(TYPES)('%s: a round trip changes no bit', async (covarianceType) => {
    const model = await new GaussianMixture({ nComponents: 2, covarianceType, maxIter: 3, ...cpu }).fit(points);
    const text = JSON.stringify(model);
    const back = MixtureModel.fromJSON(JSON.parse(text));
    expect(JSON.stringify(back)).toBe(text);
    expect(back).not.toBeInstanceOf(model.constructor);
    expect(modelFromJSON(JSON.parse(text))).toEqual(back);
    expect(back.toJSON()).toEqual(model.toJSON());
  });

  test('of k-means, too', () => {
    const text = JSON.stringify(clusters);
    expect(JSON.stringify(KMeansModel.fromJSON(JSON.parse(text)))).toBe(text);
    expect(modelFromJSON(JSON.parse(text))).toBeInstanceOf(KMeansModel);
  });

  test('say what they are', () => {
    expect(fit.toJSON()).toMatchObject({
      ...{ format: 'emgpu-model', version: 1, model: 'gaussian-mixture', covarianceType: 'full' },
      ...{ nFeatures: 2, nComponents: 2 },
    });
    expect(clusters.toJSON()).toMatchObject({
      ...{ format: 'emgpu-model', version: 1, model: 'k-means', nFeatures: 2, nClusters: 2 },
    });
  });

  test('a model is a copy of the object it came from', () => {
    const json = structuredClone(TWO_GROUPS);
    const model = MixtureModel.fromJSON(json);
    (json.means as number[][])[0]![0] = 99;
    (json.covariances as number[][][])[0]![0]![0] = 99;
    expect(model.toJSON()).toEqual(TWO_GROUPS);
  });

  test('a fit goes on from a fit, or from its JSON', async () => {
    const options = { nComponents: 2, tol: 0, maxIter: 1, ...cpu };
    const [a, b] = [
      await new GaussianMixture({ ...options, init: fit }).fit(points),
      await new GaussianMixture({ ...options, init: fit.toJSON() }).fit(points),
    ];
    expect(a.toJSON()).toEqual(b.toJSON());
    expectNear(a.history[0], fit.logLikelihood, 1e-13);
    const c = await new KMeans({ nClusters: 2, init: clusters, ...cpu }).fit(points);
    expectNear(c.history[0], clusters.inertia, 1e-13);
    expect(c.nIter).toBe(1);
  });

  test('a start that does not match is refused', async () => {
    const init = TWO_GROUPS;
    for (const options of [
      { nComponents: 3, init },
      { nComponents: 2, covarianceType: 'diag', init },
    ] as const) {
      await refusal(() => new GaussianMixture({ ...options, ...cpu }).fit(points), 'model-mismatch');
    }
    const other = { data: new Float64Array(30), nFeatures: 3 };
    await refusal(() => new GaussianMixture({ nComponents: 2, init, ...cpu }).fit(other), 'model-mismatch');
    await refusal(() => new KMeans({ nClusters: 3, init: clusters, ...cpu }).fit(points), 'model-mismatch');
    await refusal(() => new KMeans({ nClusters: 2, init: clusters, ...cpu }).fit(other), 'model-mismatch');
  });

  const kMeansJSON: KMeansJSON = {
    ...{ format: 'emgpu-model', version: 1, model: 'k-means', nFeatures: 2, nClusters: 2 },
    centers: [
      [0, 1],
      [2, 3],
    ],
  };
  const diag = mixtureJSON({ covarianceType: 'diag', weights: [0.5, 0.5], means: [[0], [1]], covariances: [[1], [2]] });
  const spherical = mixtureJSON({ covarianceType: 'spherical', weights: [1], means: [[0, 0]], covariances: [1] });
  const tied = mixtureJSON({
    covarianceType: 'tied',
    weights: [1],
    means: [[0, 0]],
    covariances: [
      [1, 0],
      [0, 1],
    ],
  });

  test('those that the following ones spoil are read', () => {
    for (const json of [TWO_GROUPS, THREE_OVERLAPPING, diag, spherical, tied, kMeansJSON]) {
      expect(modelFromJSON(json).toJSON()).toEqual(json);
    }
    expect(modelFromJSON({ ...diag, featureNames: ['a'] }).featureNames).toEqual(['a']);
  });

  const without = (json: object, key: string) => Object.fromEntries(Object.entries(json).filter(([k]) => k !== key));
  const keys = (json: object) => Object.keys(json).map((key) => [`without ${key}`, without(json, key)] as const);

  test.each<readonly [string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a string', JSON.stringify(diag)],
    ['a number', 1],
    ['an array', [diag]],
    ['an empty object', {}],
    ...keys(TWO_GROUPS),
    ...keys(kMeansJSON),
    ['another format', { ...diag, format: 'sklearn' }],
    ['a later version', { ...diag, version: 2 }],
    ['another model', { ...diag, model: 'student-t' }],
    ['another covarianceType', { ...diag, covarianceType: 'banded' }],
    ['a covarianceType that every object has', { ...diag, covarianceType: 'constructor' }],
    ['nComponents 0', { ...diag, nComponents: 0 }],
    ['nComponents 1.5', { ...diag, nComponents: 1.5 }],
    ['nComponents as text', { ...diag, nComponents: '2' }],
    ['nComponents 1025', { ...diag, nComponents: 1025 }],
    ['nFeatures 129', { ...diag, nFeatures: 129 }],
    ['nFeatures that the means do not have', { ...diag, nFeatures: 2 }],
    ['one weight too few', { ...diag, weights: [1] }],
    ['one weight too many', { ...diag, weights: [0.5, 0.25, 0.25] }],
    ['weights that do not sum to 1', { ...diag, weights: [0.5, 0.6] }],
    ['a negative weight', { ...diag, weights: [1.5, -0.5] }],
    ['weights that are no numbers', { ...diag, weights: ['0.5', '0.5'] }],
    ['weights as an object', { ...diag, weights: { 0: 0.5, 1: 0.5 } }],
    ['a mean too few', { ...diag, means: [[0]] }],
    ['a mean that is a number', { ...diag, means: [0, 1] }],
    ['a mean of null, as JSON writes NaN', { ...diag, means: [[null], [1]] }],
    ['a mean of NaN', { ...diag, means: [[Number.NaN], [1]] }],
    ['an infinite mean', { ...diag, means: [[Infinity], [1]] }],
    ['means with a hole', { ...diag, means: [[0], undefined] }],
    ['the covariances of another type', { ...diag, covariances: [[[1]], [[1]]] }],
    ['covariances too few', { ...diag, covariances: [[1]] }],
    ['a ragged covariance', { ...tied, covariances: [[1, 0], [1]] }],
    ['an infinite variance', { ...diag, covariances: [[1], [Infinity]] }],
    [
      'a covariance that is not positive definite',
      {
        ...tied,
        covariances: [
          [1, 2],
          [2, 1],
        ],
      },
    ],
    [
      'a covariance that is not symmetric',
      {
        ...tied,
        covariances: [
          [1, 0.5],
          [-0.5, 1],
        ],
      },
    ],
    ['a variance of 0', { ...diag, covariances: [[1], [0]] }],
    ['a negative variance', { ...diag, covariances: [[1], [-1]] }],
    ['a negative variance of a sphere', { ...spherical, covariances: [-1] }],
    ['too few feature names', { ...TWO_GROUPS, featureNames: ['a'] }],
    ['feature names that are none', { ...diag, featureNames: [1] }],
    ['feature names that are a word', { ...diag, featureNames: 'a' }],
    ['a centre too few', { ...kMeansJSON, centers: [[0, 1]] }],
    ['a centre with one number', { ...kMeansJSON, centers: [[0, 1], [2]] }],
    ['nClusters 0', { ...kMeansJSON, nClusters: 0, centers: [] }],
  ])('refused: %s', async (_, json) => {
    await refusal(() => modelFromJSON(json), 'invalid-model');
    await refusal(() => MixtureModel.fromJSON(json), 'invalid-model');
    await refusal(() => KMeansModel.fromJSON(json), 'invalid-model');
    const init = json as GaussianMixtureJSON & KMeansJSON;
    if (typeof init !== 'object' || init === null) return;
    await refusal(() => new GaussianMixture({ nComponents: 2, init, ...cpu }).fit(points), 'invalid-model');
    await refusal(() => new KMeans({ nClusters: 2, init, ...cpu }).fit(points), 'invalid-model');
  });

  test('the message names what is wrong', async () => {
    const spoilt = {
      ...TWO_GROUPS,
      means: [
        [0, 0],
        [1, null],
      ],
    };
    expect((await refusal(() => modelFromJSON(spoilt), 'invalid-model')).message).toContain('means[1][1]');
  });

  test('the other kind of model is refused, and named', async () => {
    const mixture = await refusal(() => MixtureModel.fromJSON(kMeansJSON), 'invalid-model');
    expect(mixture.message).toContain('k-means');
    const kMeans = await refusal(() => KMeansModel.fromJSON(diag), 'invalid-model');
    expect(kMeans.message).toContain('gaussian-mixture');
  });
});
