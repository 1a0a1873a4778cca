import { beforeAll, describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
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

/** The density of a model at one point, from the textbook's formula for two features. */
function density({ weights, means, covariances }: GaussianMixtureJSON, x: number, y: number): number {
  return weights.reduce((sum, weight, k) => {
    const [[a, b], [, d]] = (covariances as number[][][])[k] as [[number, number], [number, number]];
    const [dx, dy] = [x - means[k]![0]!, y - means[k]![1]!];
    const det = a * d - b * b;
    const distance = (d * dx * dx - 2 * b * dx * dy + a * dy * dy) / det;
    return sum + (weight * Math.exp(-distance / 2)) / (2 * Math.PI * Math.sqrt(det));
  }, 0);
}

describe('scores', () => {
  const covarianceParameters = {
    full: (K: number, D: number) => (K * D * (D + 1)) / 2,
    tied: (_: number, D: number) => (D * (D + 1)) / 2,
    diag: (K: number, D: number) => K * D,
    spherical: (K: number) => K,
    'tied-diag': (_: number, D: number) => D,
    'tied-spherical': () => 1,
  };

  test.each(TYPES)('bic and aic follow from the log-likelihood and the parameters of %s', async (covarianceType) => {
    for (const K of [1, 3]) {
      const { nParameters, nSamples, logLikelihood, bic, aic, ...rest } = await new GaussianMixture({
        ...{ nComponents: K, covarianceType, ...cpu },
      }).fit(points);
      const p = K - 1 + K * 2 + covarianceParameters[covarianceType](K, 2);
      expect(nSamples).toBe(300);
      expect(bic).toBeCloseTo(p * Math.log(300) - 2 * logLikelihood, 9);
      expect(aic).toBeCloseTo(2 * p - 2 * logLikelihood, 9);
      expect(nParameters ?? p).toBe(p);
      expect(rest.covarianceType).toBe(covarianceType);
    }
  });

  test('parameters are counted without a fit', () => {
    const model = MixtureModel.fromJSON(TWO_GROUPS);
    expect(model.nParameters).toBe(1 + 4 + 6);
  });

  test('a true model scores as its own points say', async () => {
    const model = MixtureModel.fromJSON(TWO_GROUPS);
    const scores = await model.evaluate(points, cpu);
    let expected = 0;
    for (let n = 0; n < 300; n++)
      expected += Math.log(density(TWO_GROUPS, points.data[2 * n]!, points.data[2 * n + 1]!));
    expectNear(scores.logLikelihood, expected, 1e-12);
    expect(scores.lowerBound).toBe(scores.logLikelihood / 300);
    expect(await model.score(points, cpu)).toBe(scores.lowerBound);
    expect(scores.bic).toBeCloseTo(11 * Math.log(300) - 2 * expected, 8);
    expect(scores.aic).toBeCloseTo(22 - 2 * expected, 8);
    // The fit to these points is at least as good.
    expect(fit.logLikelihood).toBeGreaterThan(scores.logLikelihood);
  });

  test('a fit scores its own points as it says', async () => {
    const { nSamples, logLikelihood, lowerBound, bic, aic } = fit;
    const again = await fit.evaluate(points, cpu);
    expect(Object.keys(again).sort()).toEqual([
      'aic',
      'bic',
      'icl',
      'logLikelihood',
      'lowerBound',
      'nSamples',
      'totalWeight',
    ]);
    expect(again.nSamples).toBe(nSamples);
    expectNear(again.logLikelihood, logLikelihood, 1e-13);
    expectNear([again.lowerBound, again.bic, again.aic], [lowerBound, bic, aic], 1e-13);
    expectNear((await clusters.evaluate(points, cpu)).inertia, clusters.inertia, 1e-13);
  });
});

describe('what a fit tells of itself', () => {
  test('how it came about', () => {
    for (const result of [fit, clusters]) {
      expect(result.backend).toBe('cpu');
      expect(result.adapter).toMatch(/^CPU/);
      expect(result.backendReason).toBe('the CPU was asked for');
      expect(result.warnings).toEqual([]);
      expect(result.converged).toBe(true);
      expect(result.history.length).toBe(result.nIter + 1);
      for (const seconds of Object.values(result.seconds)) expect(seconds).toBeGreaterThanOrEqual(0);
      expect(result.seconds.perIteration).toBeLessThanOrEqual(result.seconds.fit);
    }
  });

  test('parameters near the truth', () => {
    const order = fit.weights[0]! < fit.weights[1]! ? [0, 1] : [1, 0];
    expectNear(
      order.map((k) => fit.weights[k]),
      TWO_GROUPS.weights,
      0,
      4 * Math.sqrt(0.21 / 300),
    );
    expectNear(
      order.map((k) => fit.means[k]),
      TWO_GROUPS.means,
      0,
      4 * Math.sqrt(2 / 90),
    );
    expectNear(
      order.map((k) => fit.covariances[k]),
      TWO_GROUPS.covariances,
      0,
      4 * 2 * Math.sqrt(2 / 90),
    );
    expect(fit.weights[0]! + fit.weights[1]!).toBeCloseTo(1, 15);
  });

  test.each(TYPES)('the shape of the covariances of %s', async (covarianceType) => {
    const { covariances } = await new GaussianMixture({ nComponents: 3, covarianceType, maxIter: 2, ...cpu }).fit(
      points,
    );
    const shape = (value: unknown): number[] => (Array.isArray(value) ? [value.length, ...shape(value[0])] : []);
    const shapes = {
      full: [3, 2, 2],
      tied: [2, 2],
      diag: [3, 2],
      spherical: [3],
      'tied-diag': [2],
      'tied-spherical': [1],
    };
    expect(shape(covariances)).toEqual(shapes[covarianceType]);
  });

  test('names of columns are kept, and used in messages', async () => {
    const named: HostPoints = { ...points, featureNames: ['width', 'height'] };
    const model = await new GaussianMixture({ nComponents: 2, maxIter: 1, ...cpu }).fit(named);
    expect(model.featureNames).toEqual(['width', 'height']);
    expect(model.toJSON().featureNames).toEqual(['width', 'height']);
    expect('featureNames' in fit.toJSON()).toBe(false);
  });
});

describe('per point', () => {
  const own = () => [fit.predict(), fit.predictProba(), fit.scoreSamples()] as const;
  const given = (model: MixtureModel) =>
    [model.predict(points, cpu), model.predictProba(points, cpu), model.scoreSamples(points, cpu)] as const;

  test('labels, responsibilities and log-densities follow from the parameters', async () => {
    const [labels, responsibilities, logDensities] = await Promise.all(own());
    expect([labels.length, responsibilities.length, logDensities.length]).toEqual([300, 600, 300]);
    const json = fit.toJSON();
    const part = (k: number) => {
      const covariances = [(json.covariances as number[][][])[k]!];
      return mixtureJSON({ covarianceType: 'full', weights: [json.weights[k]!], means: [json.means[k]!], covariances });
    };
    for (let n = 0; n < 300; n++) {
      const [x, y] = [points.data[2 * n]!, points.data[2 * n + 1]!];
      const [p0, p1] = [density(part(0), x, y), density(part(1), x, y)];
      expect(logDensities[n]).toBeCloseTo(Math.log(p0 + p1), 11);
      expect(responsibilities[2 * n]).toBeCloseTo(p0 / (p0 + p1), 11);
      expect(responsibilities[2 * n + 1]).toBeCloseTo(p1 / (p0 + p1), 11);
      expect(labels[n]).toBe(p1 > p0 ? 1 : 0);
    }
  });

  test('the points it was fitted to, given or not, by the fit or by its model alone', async () => {
    const [labels, responsibilities, logDensities] = await Promise.all(own());
    for (const model of [fit, MixtureModel.fromJSON(fit.toJSON())]) {
      const [l, r, d] = await Promise.all(given(model));
      expect(l).toEqual(labels);
      expectNear([...r], [...responsibilities], 0, 1e-13);
      expectNear([...d], [...logDensities], 1e-13);
    }
    expect(await clusters.predict()).toEqual(await clusters.predict(points, cpu));
    expect(await KMeansModel.fromJSON(clusters.toJSON()).predict(points, cpu)).toEqual(await clusters.predict());
  });

  test('new points, one of them enough', async () => {
    const one = { data: Float32Array.of(8, 5), nFeatures: 2 };
    const k = fit.means[0]![0]! > fit.means[1]![0]! ? 0 : 1;
    expect([...(await fit.predict(one, cpu))]).toEqual([k]);
    expect((await fit.predictProba(one, cpu))[k]).toBeGreaterThan(0.99);
    expect((await fit.scoreSamples(one, cpu))[0]).toBeCloseTo(Math.log(density(fit.toJSON(), 8, 5)), 11);
    const nearest = clusters.centers[0]![0]! > clusters.centers[1]![0]! ? 0 : 1;
    expect([...(await clusters.predict(one, cpu))]).toEqual([nearest]);
  });

  test('a point far from everything has a log-density and a label, no NaN', async () => {
    const far = { data: Float64Array.of(1e9, -1e9), nFeatures: 2 };
    const [logDensity] = await fit.scoreSamples(far, cpu);
    expect(logDensity).toBeLessThan(-1e15);
    expect(Number.isFinite(logDensity)).toBe(true);
    const responsibilities = await fit.predictProba(far, cpu);
    expect(responsibilities[0]! + responsibilities[1]!).toBe(1);
    expect(responsibilities[(await fit.predict(far, cpu))[0]!]).toBeGreaterThanOrEqual(0.5);
  });

  test('the CPU has no GPU buffers to give', async () => {
    for (const buffer of ['labelsBuffer', 'responsibilitiesBuffer', 'logDensitiesBuffer'] as const) {
      await refusal(() => fit[buffer](), 'invalid-option');
    }
    await refusal(() => clusters.labelsBuffer(), 'invalid-option');
  });

  test('points with other columns are refused', async () => {
    const other = { data: new Float64Array(30), nFeatures: 3 };
    for (const call of ['predict', 'predictProba', 'scoreSamples', 'score', 'evaluate'] as const) {
      const { message } = await refusal(() => fit[call](other, cpu), 'model-mismatch');
      expect(message).toContain('2 features');
      expect(message).toContain('have 3');
    }
    await refusal(() => clusters.predict(other, cpu), 'model-mismatch');
    await refusal(() => clusters.evaluate(other, cpu), 'model-mismatch');
  });
});

describe('destroy', () => {
  test('frees the points; parameters and scores of other points remain', async () => {
    const mine = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
    const before = [JSON.stringify(mine), mine.logLikelihood, mine.bic];
    mine.destroy();
    mine.destroy();
    for (const call of ['predict', 'predictProba', 'scoreSamples'] as const) {
      await refusal(() => mine[call](), 'destroyed');
    }
    expect([JSON.stringify(mine), mine.logLikelihood, mine.bic]).toEqual(before);
    expect((await mine.predict(points, cpu)).length).toBe(300);
    expect(mine.sample(3).labels.length).toBe(3);
    expectNear(await mine.score(points, cpu), mine.lowerBound, 1e-13);
  });

  test('of k-means', async () => {
    const mine = await new KMeans({ nClusters: 2, ...cpu }).fit(points);
    mine.destroy();
    await refusal(() => mine.predict(), 'destroyed');
    expect((await mine.predict(points, cpu)).length).toBe(300);
  });

  test('Symbol.dispose is destroy', async () => {
    const mine = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
    const theirs = await new KMeans({ nClusters: 2, ...cpu }).fit(points);
    mine[Symbol.dispose]();
    theirs[Symbol.dispose]();
    await refusal(() => mine.predict(), 'destroyed');
    await refusal(() => theirs.predict(), 'destroyed');
  });

  test('of a run', async () => {
    const run = await new GaussianMixture({ nComponents: 2, ...cpu }).start(points);
    run.destroy();
    await refusal(() => run.step(), 'destroyed');
    await refusal(() => run.finish(), 'destroyed');
  });
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

describe('sample', () => {
  test('the same seed gives the same points, another seed others', () => {
    const model = MixtureModel.fromJSON(THREE_OVERLAPPING);
    expect(model.sample(50, 7)).toEqual(model.sample(50, 7));
    expect(model.sample(50, 7).data).not.toEqual(model.sample(50, 8).data);
    expect(model.sample(50)).toEqual(model.sample(50, 0));
    // Fewer points are the first of many.
    expect(model.sample(10, 7).data).toEqual(model.sample(50, 7).data.slice(0, 20));
  });

  test.each(TYPES)('%s: moments within sampling error', (covarianceType) => {
    const full = TWO_GROUPS.covariances as number[][][];
    const covariances = {
      full,
      tied: full[0]!,
      diag: full.map((m) => [m[0]![0]!, m[1]![1]!]),
      spherical: [0.5, 3],
      'tied-diag': [0.5, 3],
      'tied-spherical': [2],
    }[covarianceType];
    const { weights, means } = TWO_GROUPS;
    const model = MixtureModel.fromJSON(mixtureJSON({ covarianceType, weights, means, covariances }));
    const n = 40_000;
    const { data, labels } = model.sample(n, 3);
    expect([data.length, labels.length]).toEqual([2 * n, n]);
    for (let k = 0; k < 2; k++) {
      const rows = Array.from({ length: n }, (_, i) => i).filter((i) => labels[i] === k);
      // Bounds of 5 standard errors.
      const share = weights[k]!;
      expect(Math.abs(rows.length / n - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
      const moment = (f: (x: number, y: number) => number) =>
        rows.reduce((sum, i) => sum + f(data[2 * i]! - means[k]![0]!, data[2 * i + 1]! - means[k]![1]!), 0) /
        rows.length;
      const [xx, xy, yy] = {
        full: [full[k]![0]![0]!, full[k]![0]![1]!, full[k]![1]![1]!],
        tied: [full[0]![0]![0]!, full[0]![0]![1]!, full[0]![1]![1]!],
        diag: [full[k]![0]![0]!, 0, full[k]![1]![1]!],
        spherical: [[0.5, 3][k]!, 0, [0.5, 3][k]!],
        'tied-diag': [0.5, 0, 3],
        'tied-spherical': [2, 0, 2],
      }[covarianceType] as [number, number, number];
      const error = (variance: number) => 5 * Math.sqrt(variance / rows.length);
      expect(Math.abs(moment((x) => x))).toBeLessThan(error(xx));
      expect(Math.abs(moment((_, y) => y))).toBeLessThan(error(yy));
      expect(Math.abs(moment((x) => x * x) - xx)).toBeLessThan(error(2 * xx * xx));
      expect(Math.abs(moment((_, y) => y * y) - yy)).toBeLessThan(error(2 * yy * yy));
      expect(Math.abs(moment((x, y) => x * y) - xy)).toBeLessThan(error(xx * yy + xy * xy));
    }
  });

  test('a component without weight gives no points', () => {
    const model = MixtureModel.fromJSON(
      mixtureJSON({ covarianceType: 'spherical', weights: [0, 1, 0], means: [[0], [1], [2]], covariances: [1, 1, 1] }),
    );
    expect(new Set(model.sample(200).labels)).toEqual(new Set([1]));
  });

  test.each([[0], [-1], [1.5], [Number.NaN], [5, -1], [5, 0.5]])('refused: sample(%s, %s)', async (n, seed = 0) => {
    await refusal(() => fit.sample(n!, seed), 'invalid-option');
  });
});

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
