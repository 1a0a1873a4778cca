import { beforeAll, describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  GaussianMixture,
  type GaussianMixtureJSON,
  KMeans,
  type KMeansFit,
  KMeansModel,
  type MixtureFit,
  MixtureModel,
} from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, TWO_GROUPS, TYPES } from './data.ts';

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
