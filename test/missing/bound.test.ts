import { describe, expect, test } from 'vitest';
import { GaussianMixture } from '../../src/index.ts';
import { expectNear, pointsOf, THREE_OVERLAPPING } from '../api/data.ts';
import { MIXTURES, randomWeights } from '../cpu/samples.ts';
import { withGaps } from './samples.ts';

const N = 400;
const complete = pointsOf(THREE_OVERLAPPING, N);
const D = complete.nFeatures;
const data = withGaps(Float64Array.from(complete.data), D, 0.3, 1);
const options = { nComponents: 3, missing: 'em', backend: 'cpu' } as const;

/** Σ w f(responsibilities of the row). */
function overRows(shares: ArrayLike<number>, weights: Float64Array, f: (row: number[]) => number): number {
  return weights.reduce((sum, w, i) => sum + w * f(Array.from({ length: 3 }, (_, k) => shares[3 * i + k]!)), 0);
}

describe.each(MIXTURES)('%s, rows with gaps', (covarianceType) => {
  describe.each([
    ['unweighted', undefined],
    ['weighted', randomWeights(N, 2)],
  ] as const)('%s', (_, sampleWeight) => {
    const points = { data, nFeatures: D, ...(sampleWeight && { sampleWeight }) };
    const weights = sampleWeight ?? new Float64Array(N).fill(1);

    test('the entropy in ICL is that of the responsibilities alone', async () => {
      const fit = await new GaussianMixture({ ...options, covarianceType }).fit(points);
      const shares = await fit.predictProba();
      const entropy = overRows(
        shares,
        weights,
        (row) => -row.reduce((sum, r) => sum + (r > 0 ? r * Math.log(r) : 0), 0),
      );
      for (const { icl, bic } of [fit, await fit.evaluate()]) expectNear([icl - bic], [2 * entropy], 1e-8, 1e-8);
      fit.destroy();
    });

    test('labels cost minus the logarithm of their responsibilities', async () => {
      const fit = await new GaussianMixture({ ...options, covarianceType }).fit(points);
      const shares = await fit.predictProba();
      const { kl, elbo, logLikelihood } = await fit.bound(undefined, { hard: true });
      expectNear([kl], [overRows(shares, weights, (row) => -Math.log(Math.max(...row)))], 1e-7, 1e-7);
      expectNear([elbo + kl], [logLikelihood], 1e-12);
      fit.destroy();
    });

    test('bounds touch, rise and part', async () => {
      const fit = await new GaussianMixture({
        ...options,
        covarianceType,
        regCovar: 0,
        bounds: true,
        tol: 0,
        maxIter: 8,
      }).fit(points);
      expect(fit.bounds.length).toBe(8);
      fit.bounds.forEach(({ expectation, maximization }, i) => {
        expect(expectation.elbo).toBe(fit.history[i]);
        expect(maximization.elbo).toBeGreaterThanOrEqual(expectation.elbo);
        expect(maximization.kl).toBeGreaterThanOrEqual(-1e-9);
        expect(maximization.logLikelihood).toBe(fit.history[i + 1]);
      });
      fit.destroy();
    });
  });
});
