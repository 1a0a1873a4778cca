import { describe, expect, test } from 'vitest';
import { GaussianMixture, type GaussianMixtureOptions, type MixtureFit, MixtureModel } from '../../src/index.ts';
import { expectNear, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import { withGaps } from '../missing/samples.ts';
import { cpu, reference } from './data.ts';
import { expectation, logNormal, naiveFrom, rowsOf, sum } from './naive.ts';

const points = pointsOf(THREE_OVERLAPPING, 4000);

async function fitTo(data: typeof points, options: Partial<GaussianMixtureOptions>): Promise<MixtureFit> {
  const fit = await new GaussianMixture({ nComponents: 3, ...cpu, ...options }).fit(data);
  fit.destroy();
  return fit;
}

describe('warmUp: on some of the rows first', () => {
  test('the same optimum, fewer iterations over all rows, and the fit tells of it', async () => {
    const options = { nComponents: 2, tol: 1e-8 } as const;
    // Near enough that EM takes some iterations.
    const data = pointsOf(
      {
        ...TWO_GROUPS,
        means: [
          [0, 0],
          [3, 2],
        ],
      },
      4000,
    );
    const [plain, warm] = [await fitTo(data, options), await fitTo(data, { ...options, warmUp: 500 })];
    expect(warm.warmUp!.nSamples).toBe(500);
    expect(warm.warmUp!.converged).toBe(true);
    expect(warm.warmUp!.nIter).toBeGreaterThan(0);
    expect(plain.warmUp).toBeUndefined();
    expect(warm.nIter).toBeLessThan(plain.nIter);
    expect(warm.nSamples).toBe(4000);
    expectNear(warm.logLikelihood, plain.logLikelihood, 1e-8);
    expectNear(warm.means, plain.means, 1e-2, 1e-2);
  });

  test('there is none where rows are not more than twice as many; true means 65,536', async () => {
    expect((await fitTo(points, { warmUp: 2000, maxIter: 3 })).warmUp).toBeUndefined();
    expect((await fitTo(points, { warmUp: 1999, maxIter: 3 })).warmUp!.nSamples).toBe(1999);
    expect((await fitTo(points, { warmUp: true, maxIter: 3 })).warmUp).toBeUndefined();
    expect((await fitTo(points, { warmUp: false, maxIter: 3 })).warmUp).toBeUndefined();
  });

  test('the same seed gives the same bits; each start of several has its own', async () => {
    const options = { warmUp: 400, seed: 5, nInit: 2, maxIter: 20 };
    const [a, b] = [await fitTo(points, options), await fitTo(points, options)];
    expect(JSON.stringify([a, a.history, a.warmUp])).toBe(JSON.stringify([b, b.history, b.warmUp]));
    expect(a.restarts.length).toBe(2);
  });

  test('with weights, gaps, acceleration and noise', async () => {
    const sampleWeight = randomWeights(4000, 2);
    const gappy = { ...points, data: withGaps(Float64Array.from(points.data), 2, 0.1, 3) };
    const fits = [
      await fitTo({ ...points, sampleWeight }, { warmUp: 400 }),
      await fitTo(gappy, { warmUp: 400, missing: 'em', maxIter: 50 }),
      await fitTo(points, { warmUp: 400, accelerate: 'on' }),
      await fitTo(points, { warmUp: 400, noise: true }),
    ];
    for (const fit of fits) {
      expect(fit.warmUp!.nSamples).toBe(400);
      expect(Number.isFinite(fit.logLikelihood)).toBe(true);
    }
  });

  test.each([0, -1, 1.5, Number.NaN])('%f rows are refused', async (warmUp) => {
    await refusal(() => new GaussianMixture({ nComponents: 2, warmUp }), 'invalid-option');
  });
});

describe('bounds: the log-likelihood is the bound and a divergence', () => {
  test.each(TYPES)('%s: the E-step closes the gap, the M-step raises the bound', async (covarianceType) => {
    const fit = await fitTo(points, { covarianceType, bounds: true, maxIter: 8, tol: 0, regCovar: 0 });
    expect(fit.bounds.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    fit.bounds.forEach(({ iteration, expectation: e, maximization: m }) => {
      expect([e.kl, e.elbo, e.logLikelihood]).toEqual([0, fit.history[iteration - 1], fit.history[iteration - 1]]);
      expect(m.logLikelihood).toBe(fit.history[iteration]);
      expect(m.entropy).toBe(e.entropy);
      const rounding = 1e-12 * Math.abs(e.elbo);
      expect(m.elbo).toBeGreaterThanOrEqual(e.elbo - rounding);
      expect(m.kl).toBeGreaterThanOrEqual(-rounding);
      expectNear(m.elbo + m.kl, m.logLikelihood, 1e-13);
      expectNear(m.expectedLogLikelihood + m.entropy, m.elbo, 1e-13);
    });
  });

  test('off by default', async () => {
    expect((await fitTo(points, { maxIter: 3 })).bounds).toEqual([]);
  });

  test('of a model: entropy and expected log-likelihood row by row, soft and hard, with weights', async () => {
    const data = { ...pointsOf(THREE_OVERLAPPING, 200, 3), sampleWeight: randomWeights(200, 5) };
    const model = MixtureModel.fromJSON(THREE_OVERLAPPING);
    const { weights, means, covariances } = naiveFrom(THREE_OVERLAPPING);
    const { logLikelihood, responsibilities } = expectation(data, naiveFrom(THREE_OVERLAPPING), { type: 'full' });
    const expected = (q: readonly (readonly number[])[]) =>
      sum(
        rowsOf(data).map((x, n) =>
          sum(
            q[n]!.map(
              (r, k) => data.sampleWeight[n]! * r * (Math.log(weights[k]!) + logNormal(x, means[k]!, covariances[k]!)),
            ),
          ),
        ),
      );
    const entropy = -sum(
      responsibilities.map((row, n) => data.sampleWeight[n]! * sum(row.map((r) => (r > 0 ? r * Math.log(r) : 0)))),
    );
    const soft = await model.bound(data, cpu);
    expectNear(
      [soft.logLikelihood, soft.elbo, soft.expectedLogLikelihood],
      [logLikelihood, logLikelihood, expected(responsibilities)],
      1e-12,
    );
    expectNear(soft.entropy, entropy, 1e-9);
    expect(soft.kl).toBe(0);
    const hard = await model.bound(data, { ...cpu, hard: true });
    const labels = responsibilities.map((row) => row.map((r) => Number(r === Math.max(...row))));
    expectNear([hard.elbo, hard.kl, hard.entropy], [expected(labels), logLikelihood - expected(labels), 0], 1e-11);
    const { icl, bic } = await model.evaluate(data, cpu);
    expectNear(icl - bic, 2 * entropy, 1e-9);
  });
});

test('iris: the criteria of the best fit; ICL charges for what overlaps', async () => {
  const { bic, icl } = await fitTo(reference('iris'), { nInit: 5, tol: 1e-10 });
  expect(bic).toBeCloseTo(580.8396, 2);
  expect(icl).toBeGreaterThan(bic);
});
