import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HostPoints, PoissonMixture } from '../../src/index.ts';
import { expectNear } from './data.ts';
import { countsOf, mixtureJSON } from './poisson-data.ts';

const cpu = { backend: 'cpu' } as const;

describe('properties', () => {
  const sizes = fc.record({
    N: fc.integer({ min: 30, max: 400 }),
    D: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 1, max: 4 }),
    level: fc.constantFrom(0.2, 3, 50, 1e4, 1e6),
    seed: fc.nat({ max: 1000 }),
  });

  /** Counts about a level, of components within a factor of 4 or so. */
  function draw({
    N,
    D,
    K,
    level,
    seed,
  }: {
    N: number;
    D: number;
    K: number;
    level: number;
    seed: number;
  }): HostPoints {
    const rates = Array.from({ length: K }, (_, k) =>
      Array.from({ length: D }, (_, d) => level * (0.5 + ((7 * k + 3 * d + seed) % 5) / 3)),
    );
    return countsOf(mixtureJSON(Array<number>(K).fill(1 / K), rates), N, seed);
  }

  test('the log-likelihood never falls, whoever jumps, and bounds hold', async () => {
    const choices = fc.constantFrom('on', 'off');
    await fc.assert(
      fc.asyncProperty(sizes, choices, async (size, accelerate) => {
        const options = {
          nComponents: size.K,
          seed: size.seed,
          tol: 0,
          maxIter: 25,
          accelerate,
          bounds: true,
          ...cpu,
        } as const;
        const fit = await new PoissonMixture(options).fit(draw(size));
        fit.history.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual((fit.history[i - 1] ?? -Infinity) - 1e-11 * (size.N + Math.abs(value)));
        });
        // The factorials, x log x each, cancel in what is left.
        const rounding = 1e-14 * size.N * size.D * size.level * Math.log(size.level + 2) + 1e-9;
        for (const { maximization } of fit.bounds) expect(maximization.kl).toBeGreaterThan(-rounding);
        expect(fit.icl - fit.bic).toBeGreaterThan(-2 * rounding);
        fit.destroy();
      }),
      { numRuns: 30 },
    );
  });

  test('after an M-step the mixture expects the mean of the points', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const points = draw(size);
        const fit = await new PoissonMixture({ nComponents: size.K, seed: size.seed, tol: 0, maxIter: 3, ...cpu }).fit(
          points,
        );
        for (let d = 0; d < size.D; d++) {
          const mean =
            Float64Array.from(points.data).reduce((sum, x, i) => sum + (i % size.D === d ? x : 0), 0) / size.N;
          const expected = fit.weights.reduce((sum, w, k) => sum + w * fit.rates[k]![d]!, 0);
          expect(Math.abs(expected - mean)).toBeLessThanOrEqual(1e-12 * mean + 1e-9);
        }
        fit.destroy();
      }),
      { numRuns: 30 },
    );
  });

  test('repeated E-steps do not care for the order of rows or features', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (size) => {
        const { N, D, K } = size;
        const points = draw(size);
        const turned = new Float64Array(N * D);
        for (let n = 0; n < N; n++)
          for (let d = 0; d < D; d++) turned[(N - 1 - n) * D + (D - 1 - d)] = points.data[n * D + d]!;
        const rates = Array.from({ length: K }, (_, k) =>
          Array.from(points.data.slice(k * D, (k + 1) * D), (x) => x + 0.5 * (k + 1)),
        );
        const weights = Array<number>(K).fill(1 / K);
        const options = { nComponents: K, tol: 0, maxIter: 4, ...cpu };
        const one = await new PoissonMixture({ ...options, init: mixtureJSON(weights, rates) }).fit(points);
        const other = await new PoissonMixture({
          ...options,
          init: mixtureJSON(
            weights,
            rates.map((row) => [...row].reverse()),
          ),
        }).fit({ data: turned, nFeatures: D });
        expectNear([other.logLikelihood, ...other.weights], [one.logLikelihood, ...one.weights], 1e-8, 1e-8);
        expectNear(
          other.rates.map((row) => [...row].reverse()),
          one.rates,
          1e-8,
          1e-8,
        );
        for (const fit of [one, other]) fit.destroy();
      }),
      { numRuns: 20 },
    );
  });
});
