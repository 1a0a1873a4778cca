import { describe, expect, test, vi } from 'vitest';
import { CpuDataset } from '../../src/backends/cpu/cpu-dataset.ts';
import { GaussianMixture, type GaussianMixtureOptions, KMeans, type Progress, SoftKMeans } from '../../src/index.ts';
import { pointsOf, refusal, TWO_GROUPS, TYPES } from '../api/data.ts';
import { cpu } from './data.ts';

const good = pointsOf(TWO_GROUPS, 60);

describe('options that are refused when the estimator is made, by name', () => {
  const bad: [string, Partial<Record<keyof GaussianMixtureOptions, unknown>>][] = [
    ['nInit', { nInit: 0 }],
    ['nInit', { nInit: 2.5 }],
    ['accelerate', { accelerate: true }],
    ['missing', { missing: 'impute' }],
    ['init', { init: 'kmeans' }],
    ['freeze', { freeze: ['mean'] }],
    ['warmUp', { warmUp: -5 }],
    ['covarianceType', { covarianceType: 'tied-full' }],
  ];
  test.each(bad)('%s: %o', async (name, options) => {
    const make = () => new GaussianMixture({ nComponents: 2, ...options } as GaussianMixtureOptions);
    expect((await refusal(make, 'invalid-option')).message).toContain(name);
  });

  test('of k-means and soft k-means', async () => {
    await refusal(() => new KMeans({ nClusters: 2, metric: 'manhattan' as 'cosine' }), 'invalid-option');
    await refusal(() => new KMeans({ nClusters: 2, nInit: 0 }), 'invalid-option');
    await refusal(() => new SoftKMeans({ nClusters: 0, stiffness: 1 }), 'invalid-option');
    await refusal(() => new SoftKMeans({ nClusters: 1025, stiffness: 1 }), 'too-many-components');
  });

  test('of k-means and soft k-means that are none, or of others', async () => {
    for (const none of [undefined, null, 3]) {
      await refusal(() => new KMeans(none as never), 'invalid-option');
      await refusal(() => new SoftKMeans(none as never), 'invalid-option');
    }
    const soft = (options: object) => refusal(() => new SoftKMeans(options as never), 'invalid-option');
    for (const options of [{}, { stiffness: 1 }, { nComponents: 2, stiffness: 1 }]) {
      expect((await soft(options)).message).toContain('nClusters');
    }
    for (const stiffness of [undefined, 0, -1, Infinity, 1e-320, Number.MAX_VALUE]) {
      expect((await soft({ nClusters: 2, stiffness })).message).toContain('stiffness');
    }
    for (const option of ['covarianceType', 'regCovar', 'freeze', 'prior', 'noise', 'nComponents']) {
      expect((await soft({ nClusters: 2, stiffness: 1, [option]: true })).message).toContain(option);
    }
    for (const init of ['random', TWO_GROUPS]) {
      expect((await soft({ nClusters: 2, stiffness: 1, init })).message).toContain('init');
    }
  });
});

describe('a start that does not fit is refused before any work', () => {
  const told: Progress[] = [];
  const fitting = (options: Partial<GaussianMixtureOptions>) => () =>
    new GaussianMixture({ nComponents: 2, ...cpu, ...options }).fit(good, { onProgress: (p) => told.push(p) });

  test('another type, another K, another D, none at all', async () => {
    for (const covarianceType of TYPES.slice(1))
      await refusal(fitting({ init: TWO_GROUPS, covarianceType }), 'model-mismatch');
    await refusal(fitting({ init: TWO_GROUPS, nComponents: 3 }), 'model-mismatch');
    const onLine = { ...TWO_GROUPS, nFeatures: 1, means: [[0], [1]], covariances: [[[1]], [[1]]] };
    await refusal(fitting({ init: onLine }), 'model-mismatch');
    await refusal(fitting({ init: {} as typeof TWO_GROUPS }), 'invalid-model');
    expect(told).toEqual([]);
  });
});

/** Datasets that were used while something ran, and not destroyed. */
async function leftBehind(work: () => Promise<unknown>): Promise<number> {
  const [used, destroyed] = (['expectation', 'destroy'] as const).map((name) => vi.spyOn(CpuDataset.prototype, name));
  try {
    await work();
    const datasets = new Set(used!.mock.contexts);
    expect(datasets.size).toBeGreaterThan(0);
    return [...datasets].filter((dataset) => !destroyed!.mock.contexts.includes(dataset)).length;
  } finally {
    vi.restoreAllMocks();
  }
}

describe('what fails leaves no points behind, and the estimator is none the worse', () => {
  const constant = { data: good.data.map((x, i) => (i % 2 ? 3 : x)), nFeatures: 2 };
  const few = { data: good.data.slice(0, 24), nFeatures: 2 };
  const failing: [string, GaussianMixtureOptions, typeof good, 'singular-covariance' | 'all-collapsed'][] = [
    ['a singular covariance', { nComponents: 2, regCovar: 0 }, constant, 'singular-covariance'],
    ['one that is frozen', { nComponents: 2, regCovar: 0, freeze: ['covariances'] }, constant, 'singular-covariance'],
    ['restarts that all collapse', { nComponents: 6, nInit: 2 }, few, 'all-collapsed'],
  ];

  test.each(failing)('%s', async (_, options, points, code) => {
    const estimator = new GaussianMixture({ ...options, ...cpu });
    expect(await leftBehind(() => refusal(() => estimator.fit(points), code))).toBe(0);
    const large = pointsOf(TWO_GROUPS, 400, 3);
    const [after, fresh] = [await estimator.fit(large), await new GaussianMixture({ ...options, ...cpu }).fit(large)];
    expect(after.toJSON()).toEqual(fresh.toJSON());
    for (const fit of [after, fresh]) fit.destroy();
  });

  test('a prior or noise that cannot be is refused before any work', async () => {
    for (const more of [{ prior: { mean: [1] } }, { noise: { weight: 2 } }, { noise: { volume: 0 } }]) {
      const stages: string[] = [];
      const fitting = () =>
        new GaussianMixture({ nComponents: 2, ...more, ...cpu }).fit(good, {
          onProgress: ({ stage }) => stages.push(stage),
        });
      await refusal(fitting, 'invalid-option');
      expect(stages).toEqual([]);
    }
  });

  test('a fit that is aborted between its starts', async () => {
    const controller = new AbortController();
    const onProgress = ({ restart, stage }: Progress) => {
      if (restart === 1 && stage === 'fit') controller.abort();
    };
    const call = { signal: controller.signal, onProgress };
    const fitting = () => new GaussianMixture({ nComponents: 2, nInit: 5, ...cpu }).fit(good, call);
    expect(await leftBehind(() => refusal(fitting, 'aborted'))).toBe(0);
  });

  test('one that succeeds holds its points until it is destroyed', async () => {
    const options = { nComponents: 2, nInit: 2, warmUp: 20, ...cpu } as const;
    expect(await leftBehind(() => new GaussianMixture(options).fit(good))).toBe(1);
    expect(await leftBehind(async () => (await new GaussianMixture(options).fit(good)).destroy())).toBe(0);
    expect(await leftBehind(() => new GaussianMixture(options).partialFit(good))).toBe(0);
  });
});
