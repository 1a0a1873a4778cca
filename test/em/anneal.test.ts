import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  type AnnealOptions,
  type AnnealStage,
  anneal,
  GaussianMixture,
  KMeans,
  KMeansModel,
  MixtureModel,
} from '../../src/index.ts';
import { expectNear, mixtureJSON, refusal } from '../api/data.ts';
import { randomRows } from '../cpu/samples.ts';
import { centersJSON, cpu, reference } from './data.ts';
import { sum } from './naive.ts';

/** Four blobs of 50 points with spread 1, at the corners of a square of 20. */
const corners = [
  [0, 0],
  [20, 0],
  [0, 20],
  [20, 20],
];
const blobs: HostPoints = {
  data: randomRows(200, 2, 3).map((x, i) => x + corners[Math.floor(i / 100)]![i % 2]!),
  nFeatures: 2,
};

async function stagesOf(points: HostPoints, options: AnnealOptions): Promise<AnnealStage[]> {
  const stages: AnnealStage[] = [];
  for await (const stage of anneal(points, { ...cpu, ...options })) stages.push(stage);
  return stages;
}

const start = [
  [1, 1],
  [15, 3],
  [-2, 17],
  [25, 25],
];

test('separated blobs: responsibilities become 0 and 1, and the last stage is k-means from the same start', async () => {
  // From narrow enough that the centres stay apart: wider ones all go to the middle.
  const variances = Array.from({ length: 12 }, (_, i) => 50 * 2 ** -i);
  const stages = await stagesOf(blobs, { nClusters: 4, centers: start, variances });
  expect(stages.map(({ variance }) => variance)).toEqual([...variances, 0]);
  const entropies = stages.slice(0, -1).map(({ bound }) => bound!.entropy);
  entropies.slice(1).forEach((entropy, i) => {
    // It is a difference of totals near 1000.
    expect(entropy).toBeLessThanOrEqual(entropies[i]! + 1e-10);
  });
  expect(entropies[0]).toBeGreaterThan(1);
  expect(entropies.at(-1)).toBeLessThan(1e-9);
  const soft = stages.at(-2)!.model as MixtureModel;
  const r = [...(await soft.predictProba(blobs, cpu))];
  expect(r.every((x) => x < 1e-12 || x > 1 - 1e-12)).toBe(true);

  const { model, inertia, bound } = stages.at(-1)!;
  expect(bound).toBeUndefined();
  expect(model).toBeInstanceOf(KMeansModel);
  const lloyd = await new KMeans({ nClusters: 4, init: centersJSON(start), tol: 0, ...cpu }).fit(blobs);
  expectNear((model as KMeansModel).centers, lloyd.centers, 1e-13);
  expectNear(inertia, lloyd.inertia, 1e-13);
  expect(await model.predict(blobs, cpu)).toEqual(await lloyd.predict());
  lloyd.destroy();
});

test('at every variance the bound holds, and the likelihood rises from the stage before', async () => {
  const points = reference('faithful');
  const stages = await stagesOf(points, { nClusters: 3, seed: 1, tol: 1e-9 });
  // Halved twenty times it is a millionth.
  expect(stages.length).toBe(21);
  const column = (d: number) => [...points.data].filter((_, i) => i % 2 === d);
  const variance = (x: number[]) => sum(x.map((v) => (v - sum(x) / x.length) ** 2)) / x.length;
  expectNear(stages[0]!.variance, (variance(column(0)) + variance(column(1))) / 2, 1e-10);
  let means = (stages[0]!.model as MixtureModel).means;
  for (const stage of stages.slice(1, -1)) {
    const { logLikelihood, elbo, kl, entropy, expectedLogLikelihood } = stage.bound!;
    expect(elbo).toBeLessThanOrEqual(logLikelihood);
    expect(kl).toBe(0);
    expectNear(expectedLogLikelihood + entropy, logLikelihood, 1e-12);
    const model = stage.model as MixtureModel;
    expect(model.weights).toEqual([1 / 3, 1 / 3, 1 / 3]);
    expectNear(model.covariances, [stage.variance], 1e-14);
    const score = await model.evaluate(points, cpu);
    expectNear(score.logLikelihood, logLikelihood, 1e-12);
    // As a mixture of which only the means move: from the stage before it rises, from where this one ended it stays.
    const mixtureFrom = (from: number[][]) => {
      const parts = { weights: model.weights, means: from, covariances: [stage.variance] };
      const init = mixtureJSON({ covarianceType: 'tied-spherical', ...parts });
      const freeze = ['weights', 'covariances'] as const;
      const options = { nComponents: 3, covarianceType: 'tied-spherical', init, freeze, tol: 1e-9, ...cpu } as const;
      return new GaussianMixture(options).fit(points);
    };
    const [risen, same] = [await mixtureFrom(means), await mixtureFrom(model.means)];
    risen.history.slice(1).forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(risen.history[i]! - 1e-12 * Math.abs(value));
    });
    expect(same.logLikelihood - logLikelihood).toBeLessThan(1e-8 * 272);
    expectNear(same.means, model.means, 1e-3);
    for (const fit of [risen, same]) fit.destroy();
    means = model.means;
  }
});

test('from very wide on, one centre: the annealed start does not depend on the draw', async () => {
  const found = await Promise.all([1, 2, 3].map((seed) => stagesOf(reference('faithful'), { nClusters: 2, seed })));
  const [a, ...others] = found.map((stages) => stages.at(-1)!);
  for (const other of others) expectNear(other.inertia, a!.inertia, 1e-9);
  expectNear(a!.inertia, 8901.768720947211, 1e-9);
});

test('weights of rows count', async () => {
  const sampleWeight = Float64Array.from({ length: 200 }, (_, n) => (n % 5 === 0 ? 0 : 2));
  const options = { nClusters: 4, centers: start, variances: [40, 10, 2] };
  const stages = await stagesOf({ ...blobs, sampleWeight }, options);
  const kept = blobs.data.filter((_, i) => Math.floor(i / 2) % 5 !== 0);
  const halves = await stagesOf({ data: kept, nFeatures: 2 }, options);
  stages.forEach((stage, i) => {
    if (stage.bound) expectNear(stage.bound.logLikelihood, 2 * halves[i]!.bound!.logLikelihood, 1e-11);
    else expectNear(stage.inertia, 2 * halves[i]!.inertia!, 1e-11);
  });
});

test('a loop that is left early, and one that is aborted', async () => {
  for await (const { model } of anneal(blobs, { nClusters: 4, ...cpu })) {
    expect(model).toBeInstanceOf(MixtureModel);
    break;
  }
  const { signal } = { signal: AbortSignal.abort() };
  await refusal(() => anneal(blobs, { nClusters: 4, ...cpu }, { signal }).next(), 'aborted');
});

describe('refused', () => {
  const bad = (options: Partial<AnnealOptions>) => () => stagesOf(blobs, { nClusters: 4, ...options });

  test.each([[[1, 2]], [[2, 2]], [[1, 0]], [[-1]], [[Number.NaN]], [[Infinity]]])('variances %o', async (variances) => {
    expect((await refusal(bad({ variances }), 'invalid-option')).message).toContain('variances');
  });

  test('centres of another shape, or no numbers', async () => {
    for (const centers of [start.slice(1), start.map(([x]) => [x!]), [...start.slice(1), [Number.NaN, 0]]]) {
      await refusal(bad({ centers }), 'model-mismatch');
    }
  });

  test('centres that are a list of lists of other lengths', async () => {
    const ragged = [[1, 2, 3], [4], ...start.slice(2)];
    expect((await refusal(bad({ centers: ragged }), 'model-mismatch')).message).toContain('4 × 2');
    await refusal(bad({ centers: [null, ...start.slice(1)] as never }), 'model-mismatch');
  });

  test('what is no list, no options, no call', async () => {
    for (const value of [3, null, 'wide']) {
      expect((await refusal(bad({ variances: value as never }), 'invalid-option')).message).toContain('variances');
      expect((await refusal(bad({ centers: value as never }), 'invalid-option')).message).toContain('centers');
    }
    for (const options of [null, undefined]) {
      await refusal(() => anneal(blobs, options as never).next(), 'invalid-option');
    }
    await refusal(() => anneal(blobs, { nClusters: 4, ...cpu }, null as never).next(), 'invalid-option');
  });

  test('no clusters, more than points', async () => {
    await refusal(bad({ nClusters: 0 }), 'invalid-option');
    await refusal(bad({ nClusters: 201 }), 'too-few-points');
  });
});
