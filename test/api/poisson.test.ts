import { describe, expect, test } from 'vitest';
import { PoissonMixture, PoissonModel, selectFrom, streamFrom } from '../../src/index.ts';
import { expectNear, refusal } from './data.ts';
import { countsOf, mixtureJSON, THREE } from './poisson-data.ts';

const cpu = { backend: 'cpu' } as const;
const counts = countsOf(THREE, 1500);

/** Numbers of death notices of women over 80 per day in the Times, 1910–1912 (Hasselblad 1969): days with 0, 1, 2 … of them. */
const DEATHS = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];

describe('the deaths of Hasselblad', () => {
  const init = mixtureJSON([0.287, 0.713], [[1.101], [2.582]]);
  const weighted = {
    data: Float64Array.from(DEATHS, (_, i) => i),
    nFeatures: 1,
    sampleWeight: Float64Array.from(DEATHS),
  };
  const rows = { data: Float64Array.from(DEATHS.flatMap((times, i) => Array<number>(times).fill(i))), nFeatures: 1 };

  function expectOptimum({
    weights,
    rates,
    logLikelihood,
  }: Pick<PoissonModel, 'weights' | 'rates'> & Record<'logLikelihood', number>) {
    expect(logLikelihood).toBeCloseTo(-1989.94586, 5);
    expectNear(rates, [[1.2561], [2.6634]], 0, 1e-4);
    expectNear(weights, [0.3599, 0.6401], 0, 1e-4);
  }

  test('EM itself takes some 2,500 E-steps until nothing moves by 1e-8', async () => {
    const run = await new PoissonMixture({ nComponents: 2, init, tol: 0, maxIter: 4000, ...cpu }).start(weighted);
    const numbers = () => [...run.model.weights, ...run.model.rates.flat()];
    let before = numbers();
    for await (const { iteration } of run) {
      const now = numbers();
      const moved = now.reduce((most, x, i) => Math.max(most, Math.abs(x - before[i]!)), 0);
      if (moved < 1e-8 || iteration === 4000) break;
      before = now;
    }
    expect(run.iteration).toBeGreaterThan(2400);
    expect(run.iteration).toBeLessThan(2600);
    expectOptimum({ ...run.model, logLikelihood: run.history.at(-1)! });
    run.destroy();
  });

  test.each([
    ['weights', weighted],
    ['rows', rows],
  ])('SQUAREM takes at most 150, as %s', async (_, points) => {
    const options = { nComponents: 2, init, tol: 1e-13, maxIter: 500, accelerate: 'on', ...cpu } as const;
    const fit = await new PoissonMixture(options).fit(points);
    expect(fit.converged).toBe(true);
    expect(fit.warnings).toEqual([]);
    expect(fit.nExpectations).toBeLessThanOrEqual(150);
    expect([fit.totalWeight, fit.nSamples]).toEqual([1096, points.data.length]);
    expectOptimum(fit);
    fit.destroy();
  });
});

describe('shared with other mixtures', () => {
  test.each(['k-means++', 'k-means', 'random-from-data', 'random'] as const)('starts from %s', async (init) => {
    const fit = await new PoissonMixture({ nComponents: 3, init, seed: 1, nInit: 3, ...cpu }).fit(counts);
    expect(fit.restarts.length).toBe(3);
    expect(fit.converged).toBe(true);
    const order = [...fit.weights.keys()].sort((a, b) => fit.weights[a]! - fit.weights[b]!);
    expectNear(
      order.map((k) => fit.weights[k]),
      [0.2, 0.3, 0.5],
      0,
      0.05,
    );
    expectNear(
      order.map((k) => fit.rates[k]),
      [
        [3, 20],
        [40, 40],
        [15, 4],
      ],
      0.1,
    );
    fit.destroy();
  });

  test('rows of weight 2 are two rows', async () => {
    const twice = Float64Array.from([...counts.data, ...counts.data]);
    const init = THREE;
    const options = { nComponents: 3, init, tol: 0, maxIter: 5, ...cpu };
    const one = await new PoissonMixture(options).fit({ ...counts, sampleWeight: new Float64Array(1500).fill(2) });
    const two = await new PoissonMixture(options).fit({ data: twice, nFeatures: 2 });
    expectNear([one.logLikelihood, one.icl, ...one.weights], [two.logLikelihood, two.icl, ...two.weights], 1e-11);
    expectNear(one.rates, two.rates, 1e-11);
    for (const fit of [one, two]) fit.destroy();
  });

  test('a stream in chunks is the array', async () => {
    const options = { nComponents: 3, seed: 3, chunkRows: 700, ...cpu };
    const [streamed, whole] = await Promise.all(
      [streamFrom(counts), counts].map((points) => new PoissonMixture(options).fit(points)),
    );
    expectNear([streamed!.logLikelihood, streamed!.icl], [whole!.logLikelihood, whole!.icl], 1e-11);
    expectNear(streamed!.rates, whole!.rates, 1e-9);
    for (const fit of [streamed!, whole!]) fit.destroy();
  });

  test('bounds touch, rise and part', async () => {
    const fit = await new PoissonMixture({ nComponents: 3, bounds: true, tol: 0, maxIter: 8, ...cpu }).fit(counts);
    expect(fit.bounds.length).toBe(8);
    fit.bounds.forEach(({ expectation, maximization }, i) => {
      expect(expectation.elbo).toBe(fit.history[i]);
      expect(expectation.entropy).toBeGreaterThan(0);
      expect(maximization.elbo).toBeGreaterThanOrEqual(expectation.elbo);
      expect(maximization.kl).toBeGreaterThanOrEqual(-1e-9);
      expect(maximization.logLikelihood).toBe(fit.history[i + 1]);
    });
    fit.destroy();
  });

  test('the entropy in ICL is that of the responsibilities, of the fit and of other points', async () => {
    const fit = await new PoissonMixture({ nComponents: 3, ...cpu }).fit(counts);
    const others = countsOf(THREE, 300, 9);
    for (const [points, score] of [
      [counts, fit],
      [counts, await fit.evaluate()],
      [others, await fit.evaluate(others, cpu)],
    ] as const) {
      const shares = Float64Array.from(await fit.predictProba(points, cpu));
      const entropy = shares.reduce((sum, r) => sum - (r > 0 ? r * Math.log(r) : 0), 0);
      expectNear([score.icl - score.bic], [2 * entropy], 1e-7, 1e-7);
    }
    const { kl, elbo, logLikelihood } = await fit.bound(others, { hard: true, ...cpu });
    expect(kl).toBeGreaterThan(0);
    expect(elbo + kl).toBeCloseTo(logLikelihood, 8);
    fit.destroy();
  });

  test('the number of components is chosen', async () => {
    const candidates = [1, 2, 3, 4, 5].map((nComponents) => new PoissonMixture({ nComponents, nInit: 3, ...cpu }));
    const { best, rows, fit } = await selectFrom(counts, candidates);
    expect(best.nComponents).toBe(3);
    expect(rows.map(({ nParameters }) => nParameters)).toEqual([2, 5, 8, 11, 14]);
    fit.destroy();
  });

  test('warm-up, chunks one by one, dropped rows', async () => {
    const options = { nComponents: 3, seed: 2, ...cpu };
    const warm = await new PoissonMixture({ ...options, warmUp: 300 }).fit(counts);
    expect(warm.warmUp?.nSamples).toBe(300);
    const stepwise = new PoissonMixture(options);
    for (let from = 0; from < 3000; from += 1000) {
      await stepwise.partialFit({ data: counts.data.subarray(from, from + 1000), nFeatures: 2 });
    }
    const holes = Float64Array.from(counts.data);
    holes[7] = Number.NaN;
    const dropped = await new PoissonMixture({ ...options, missing: 'drop' }).fit({ data: holes, nFeatures: 2 });
    expect(dropped.nSamples).toBe(1499);
    await refusal(() => new PoissonMixture(options).fit({ data: holes, nFeatures: 2 }), 'non-finite');
    for (const fit of [warm, dropped]) fit.destroy();
  });
});

describe('what is no count', () => {
  const bad = (x: number) => Float64Array.from(counts.data, (count, i) => (i === 2 * 800 + 1 ? x : count));

  test.each([-1, 2.5, 2 ** 24 + 2])('%f is refused, and named', async (x) => {
    const points = { data: bad(x), nFeatures: 2, featureNames: ['a', 'b'] };
    const mixture = new PoissonMixture({ nComponents: 2, ...cpu });
    for (const given of [points, streamFrom(points)]) {
      const { message } = await refusal(() => mixture.fit(given), 'not-counts');
      expect(message).toContain(`row 800, column b (both counted from 0) is ${x}.`);
    }
    await refusal(() => new PoissonModel(THREE).predict(points, cpu), 'not-counts');
  });

  test('in a stream rows count from its start', async () => {
    const stream = streamFrom({ data: bad(0.5), nFeatures: 2 });
    const mixture = new PoissonMixture({ nComponents: 2, chunkRows: 300, ...cpu });
    expect((await refusal(() => mixture.fit(stream), 'not-counts')).message).toContain('row 800, column 1 ');
  });

  test('the largest count is taken', async () => {
    const data = Float64Array.from({ length: 20 }, (_, i) => (i % 2 ? 2 ** 24 : i));
    const fit = await new PoissonMixture({ nComponents: 2, ...cpu }).fit({ data, nFeatures: 1 });
    expectNear(
      [...fit.rates.flat()].sort((a, b) => a - b),
      [9, 2 ** 24],
      1e-12,
    );
    fit.destroy();
  });
});

test('a feature without counts, and coinciding rows, leave numbers', async () => {
  const data = Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 2 ? 0 : 5));
  const fit = await new PoissonMixture({ nComponents: 3, ...cpu }).fit({ data, nFeatures: 3 });
  // Of two features at their rate, log p(5 | 5) each.
  expect(fit.lowerBound).toBeCloseTo(2 * (5 * Math.log(5) - 5 - Math.log(120)), 8);
  for (const rates of fit.rates) expectNear(rates, [5, 5, 0], 1e-9, 1e-9);
  fit.destroy();
});

test('a component without points keeps its rates, and is told', async () => {
  const init = mixtureJSON([0.5, 0.5], [[3], [1e6]]);
  const points = { data: Float64Array.from({ length: 50 }, (_, i) => i % 7), nFeatures: 1 };
  const fit = await new PoissonMixture({ nComponents: 2, init, ...cpu }).fit(points);
  expect(fit.warnings[0]?.code).toBe('empty-component');
  expect(fit.rates[1]).toEqual([1e6]);
  expectNear(fit.weights, [1, 0], 1e-15);
  fit.destroy();
});
