import { describe, expect, test } from 'vitest';
import type { HostPoints, Points } from '../../src/data/points.ts';
import {
  GaussianMixture,
  type GaussianMixtureOptions,
  KMeans,
  type KMeansOptions,
  MixtureModel,
} from '../../src/index.ts';
import { pointsOf, refusal, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const good = pointsOf(TWO_GROUPS, 50);

const mixture = (options: Partial<GaussianMixtureOptions> = {}) =>
  new GaussianMixture({ nComponents: 2, ...cpu, ...options });
const kMeans = (options: Partial<KMeansOptions> = {}) => new KMeans({ nClusters: 2, ...cpu, ...options });
const model = MixtureModel.fromJSON(TWO_GROUPS);

/** All that takes points. */
const takers: [string, (points: Points) => Promise<unknown>][] = [
  ['GaussianMixture.fit', (points) => mixture().fit(points)],
  ['GaussianMixture.start', (points) => mixture().start(points)],
  ['KMeans.fit', (points) => kMeans().fit(points)],
  ['predict', (points) => model.predict(points, cpu)],
  ['predictProba', (points) => model.predictProba(points, cpu)],
  ['scoreSamples', (points) => model.scoreSamples(points, cpu)],
  ['evaluate', (points) => model.evaluate(points, cpu)],
];

describe.each(takers)('points that %s refuses', (_, take) => {
  test('none', async () => {
    for (const data of [new Float64Array(0), new Float32Array(0)]) {
      await refusal(() => take({ data, nFeatures: 2 }), 'invalid-points');
    }
  });

  test('a length that is no multiple of nFeatures', async () => {
    const { message } = await refusal(() => take({ data: new Float64Array(7), nFeatures: 2 }), 'invalid-points');
    expect(message).toContain('7 numbers');
    expect(message).toContain('row of 2');
  });

  test.each([
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
  ])('%f, with row and column', async (value, name) => {
    for (const Numbers of [Float64Array, Float32Array]) {
      const data = Numbers.from(good.data);
      data[2 * 31 + 1] = value;
      const { message } = await refusal(() => take({ data, nFeatures: 2 }), 'non-finite');
      expect(message).toMatch(/row 31, column 1 \(both counted from 0\)/);
      expect(message).toContain(`is ${name}`);
      const featureNames = ['width', 'height'];
      const named = await refusal(() => take({ data, nFeatures: 2, featureNames }), 'non-finite');
      expect(named.message).toContain('column height');
    }
  });

  test('the first of several bad numbers is named', async () => {
    const data = Float64Array.from(good.data);
    data[50] = Number.NaN;
    data[13] = Infinity;
    expect((await refusal(() => take({ data, nFeatures: 2 }), 'non-finite')).message).toContain('row 6, column 1');
  });

  test('names that are not one per column', async () => {
    const { message } = await refusal(() => take({ ...good, featureNames: ['width'] }), 'invalid-points');
    expect(message).toContain('2 names, got 1');
  });

  test('a GPUBuffer without its device', async () => {
    const buffer = { size: 400 } as GPUBuffer;
    const { remedy } = await refusal(() => take({ buffer, nSamples: 50, nFeatures: 2 }), 'invalid-points');
    expect(remedy).toContain('device');
  });
});

describe('points that both estimators refuse', () => {
  const calls = (points: Points) => [() => mixture().fit(points), () => kMeans().fit(points)];

  test.each([0, -1, 1.5, Number.NaN, undefined, '2'])('nFeatures %s', async (nFeatures) => {
    for (const call of calls({ ...good, nFeatures: nFeatures as number })) await refusal(call, 'invalid-points');
  });

  test('129 features; 128 are fine', async () => {
    for (const call of calls({ data: new Float64Array(129 * 5), nFeatures: 129 })) {
      expect((await refusal(call, 'too-many-features')).message).toContain('128');
    }
    const data = Float64Array.from({ length: 128 * 300 }, (_, i) => Math.sin(i * i));
    const { means } = await mixture({ covarianceType: 'diag', maxIter: 2 }).fit({ data, nFeatures: 128 });
    expect(means.flat().every(Number.isFinite)).toBe(true);
  });

  test('fewer points than components; as many are enough', async () => {
    const data = good.data.slice(0, 4);
    const three = [
      () => mixture({ nComponents: 3 }).fit({ data, nFeatures: 2 }),
      () => kMeans({ nClusters: 3 }).fit({ data, nFeatures: 2 }),
    ];
    for (const call of three) {
      const { message, remedy } = await refusal(call, 'too-few-points');
      expect(message).toContain('got 2 points');
      expect(remedy).toContain('at most 2');
    }
    for (const call of calls({ data, nFeatures: 2 })) await call();
  });

  test('numbers whose squares overflow float64', async () => {
    const data = Float64Array.from({ length: 10 }, (_, i) => i * 1e200);
    for (const call of calls({ data, nFeatures: 1 })) await refusal(call, 'invalid-points');
  });
});

describe('options that are refused when the estimator is made', () => {
  const both = (options: object) => [
    () => new GaussianMixture({ nComponents: 2, ...options }),
    () => new KMeans({ nClusters: 2, ...options }),
  ];

  test.each([0, -1, 1.5, Number.NaN, Infinity, undefined, null, '3'])('K %s', async (K) => {
    await refusal(() => new GaussianMixture({ nComponents: K as number }), 'invalid-option');
    await refusal(() => new KMeans({ nClusters: K as number }), 'invalid-option');
  });

  test('K 1025; 1024 is fine', async () => {
    await refusal(() => new GaussianMixture({ nComponents: 1025 }), 'too-many-components');
    await refusal(() => new KMeans({ nClusters: 1025 }), 'too-many-components');
    expect(new GaussianMixture({ nComponents: 1024 }).options.nComponents).toBe(1024);
    expect(new KMeans({ nClusters: 1024 }).options.nClusters).toBe(1024);
  });

  test.each([
    { tol: -1e-6 },
    { tol: Number.NaN },
    { tol: Infinity },
    { maxIter: 0 },
    { maxIter: 1.5 },
    { maxIter: Infinity },
    { seed: -1 },
    { seed: 0.5 },
    { seed: 2 ** 53 },
    { backend: 'gpu' },
    { backend: '' },
    { init: 'kmeans' },
  ])('%o', async (options) => {
    for (const make of both(options)) {
      const { message } = await refusal(make, 'invalid-option');
      expect(message).toContain(Object.keys(options)[0]);
      expect(message).toContain(`${Object.values(options)[0]}`);
    }
  });

  test.each([{ regCovar: -1 }, { regCovar: Number.NaN }, { covarianceType: 'banded' }, { covarianceType: 'toString' }])(
    '%o',
    async (options) => {
      const made = () => new GaussianMixture({ nComponents: 2, ...options } as GaussianMixtureOptions);
      expect((await refusal(made, 'invalid-option')).message).toContain(Object.keys(options)[0]);
    },
  );

  test('a backend that there is not, when scoring', async () => {
    const backend = 'gpu' as 'cpu';
    await refusal(() => model.predict(good, { backend }), 'invalid-option');
    await refusal(() => model.evaluate(good, { backend }), 'invalid-option');
  });
});

/** Fits, and checks that every number that comes out is one. */
async function fitsSoundly(points: HostPoints, options: Partial<GaussianMixtureOptions>): Promise<void> {
  const fit = await mixture(options).fit(points);
  const { weights, means, covariances, logLikelihood, bic, aic, history } = fit;
  const numbers = [...weights, ...means.flat(), ...(covariances as number[][][]).flat(2), ...history];
  expect([...numbers, logLikelihood, bic, aic].filter((x) => !Number.isFinite(x))).toEqual([]);
  expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect([...(await fit.predictProba())].some(Number.isNaN)).toBe(false);
  fit.destroy();
}

describe.each(TYPES)('data without variance, %s', (covarianceType) => {
  test.each([0, 1, 0.1, -273.15, 1e9, 1 / 3e7])('a constant column of %f', async (constant) => {
    const data = good.data.map((x, i) => (i % 2 ? constant : x));
    await fitsSoundly({ data, nFeatures: 2 }, { covarianceType });
  });

  test('only constant columns', async () => {
    await fitsSoundly({ data: new Float64Array(60).fill(0.1), nFeatures: 3 }, { covarianceType, nComponents: 3 });
  });

  test('a single point', async () => {
    await fitsSoundly({ data: Float64Array.of(3, 0.1), nFeatures: 2 }, { covarianceType, nComponents: 1 });
  });

  test('as many components as points', async () => {
    await fitsSoundly(good, { covarianceType, nComponents: 50 });
  });

  test('duplicated points, fewer different ones than components', async () => {
    const data = Float64Array.from({ length: 60 }, (_, i) => [0, 0, 1, 0.3, 5, 0.1][i % 6]!);
    for (const init of ['k-means++', 'random'] as const) {
      await fitsSoundly({ data, nFeatures: 2 }, { covarianceType, nComponents: 5, init });
    }
  });

  test('a column twice', async () => {
    const data = good.data.map((_, i) => good.data[i - (i % 2)]!);
    await fitsSoundly({ data, nFeatures: 2 }, { covarianceType });
  });

  test('without a regulariser it is singular, and said so', async () => {
    const constant = { data: new Float64Array(60).fill(0.1), nFeatures: 3 };
    const few = { data: good.data.slice(0, 8), nFeatures: 2 };
    await refusal(() => mixture({ covarianceType, regCovar: 0 }).fit(constant), 'singular-covariance');
    await refusal(() => mixture({ covarianceType, regCovar: 0, nComponents: 4 }).fit(few), 'singular-covariance');
  });
});

test('columns that depend on each other are singular without a regulariser where covariances are matrices', async () => {
  const data = good.data.map((_, i) => good.data[i - (i % 2)]! * (i % 2 ? -2 : 1));
  for (const covarianceType of ['full', 'tied'] as const) {
    const error = await refusal(
      () => mixture({ covarianceType, regCovar: 0 }).fit({ data, nFeatures: 2 }),
      'singular-covariance',
    );
    expect(error.remedy).toContain('regCovar');
  }
  for (const covarianceType of ['diag', 'spherical', 'tied-diag', 'tied-spherical'] as const) {
    await fitsSoundly({ data, nFeatures: 2 }, { covarianceType, regCovar: 0 });
  }
});

describe('k-means of data without variance', () => {
  test.each([
    ['identical points', Array(20).fill([0.1, 7])],
    ['fewer different points than clusters', Array.from({ length: 20 }, (_, i) => [i % 2, 0.1])],
    ['a single point', [[1, 2]]],
  ])('%s', async (_, rows) => {
    const data = Float64Array.from(rows.flat());
    for (const init of ['k-means++', 'random'] as const) {
      const fit = await kMeans({ nClusters: Math.min(5, rows.length), init }).fit({ data, nFeatures: 2 });
      expect(fit.inertia).toBe(0);
      expect(fit.converged).toBe(true);
      expect(fit.centers.flat().every(Number.isFinite)).toBe(true);
      // Which clusters are empty is told once each.
      const told = fit.warnings.map(({ message }) => message);
      expect(new Set(told).size).toBe(told.length);
      fit.destroy();
    }
  });
});

test('components that no point wants are told, and keep their place', async () => {
  const init = { ...TWO_GROUPS, means: [...TWO_GROUPS.means.slice(0, 1), [1e6, 1e6]] };
  const fit = await mixture({ init }).fit(good);
  expect(fit.warnings.map(({ code }) => code)).toContain('empty-component');
  const k = fit.weights.indexOf(0);
  expect(fit.means[k]).toEqual([1e6, 1e6]);
  expect(fit.warnings[0]!.message).toContain(`Component ${k}`);
  expect(Number.isFinite(fit.logLikelihood)).toBe(true);
});
