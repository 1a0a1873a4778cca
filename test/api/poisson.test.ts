import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  GaussianMixture,
  type HostPoints,
  modelFromJSON,
  PoissonMixture,
  type PoissonMixtureJSON,
  PoissonModel,
  selectFrom,
  streamFrom,
} from '../../src/index.ts';
import { expectNear, refusal } from './data.ts';

const cpu = { backend: 'cpu' } as const;

function mixtureJSON(weights: readonly number[], rates: readonly (readonly number[])[]): PoissonMixtureJSON {
  const sizes = { nFeatures: rates[0]!.length, nComponents: rates.length };
  return { format: 'emgpu-model', version: 1, model: 'poisson-mixture', ...sizes, weights, rates };
}

const THREE = mixtureJSON(
  [0.2, 0.5, 0.3],
  [
    [3, 20],
    [15, 4],
    [40, 40],
  ],
);

/** `n` rows of a model. */
function countsOf(json: PoissonMixtureJSON, n: number, seed = 0): HostPoints {
  return { data: new PoissonModel(json).sample(n, seed).data, nFeatures: json.nFeatures };
}

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

describe('model files', () => {
  test('there and back', () => {
    const model = new PoissonModel({ ...THREE, featureNames: ['a', 'b'] });
    const text = JSON.stringify(model);
    expect(modelFromJSON(JSON.parse(text))).toEqual(model);
    expect(modelFromJSON(JSON.parse(text))).toBeInstanceOf(PoissonModel);
  });

  test('what is wrong is named', async () => {
    for (const [spoilt, word] of [
      [{ ...THREE, weights: [0.5, 0.6, 0.1] }, 'sum to 1'],
      [{ ...THREE, rates: [[1, 2], [3], [4, 5]] }, 'rates[1]'],
      [
        {
          ...THREE,
          rates: [
            [1, 2],
            [3, -1],
            [4, 5],
          ],
        },
        'from 0 on',
      ],
      [{ ...THREE, model: 'poisson' }, 'model must be one of'],
    ] as const) {
      expect((await refusal(() => modelFromJSON(spoilt), 'invalid-model')).message).toContain(word);
    }
    const other = await refusal(
      () => new GaussianMixture({ nComponents: 3, init: THREE as never, ...cpu }).fit(counts),
      'invalid-model',
    );
    expect(other.message).toContain('poisson-mixture');
    const fewer = mixtureJSON([1], [[1, 2]]);
    await refusal(() => new PoissonMixture({ nComponents: 2, init: fewer, ...cpu }).fit(counts), 'model-mismatch');
  });

  test('options out of range are refused', async () => {
    for (const wrong of [{ init: 'best' }, { missing: 'em' }, { accelerate: 'maybe' }, { tol: -1 }]) {
      await refusal(() => new PoissonMixture({ nComponents: 2, ...(wrong as object) }), 'invalid-option');
    }
  });
});

test('samples have the moments of the model, and the same seed gives the same', () => {
  const model = new PoissonModel(THREE);
  const { data, labels } = model.sample(20_000, 4);
  expect(model.sample(20_000, 4)).toEqual({ data, labels });
  expect(data.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
  for (let k = 0; k < 3; k++) {
    const own = data.filter((_, i) => labels[i >> 1] === k);
    expect(own.length / 40_000).toBeCloseTo(THREE.weights[k]!, 1);
    for (let d = 0; d < 2; d++) {
      const rate = THREE.rates[k]![d]!;
      const column = own.filter((_, i) => i % 2 === d);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
      // Five standard errors.
      expect(Math.abs(mean - rate)).toBeLessThan(5 * Math.sqrt(rate / column.length));
      expect(Math.abs(variance / rate - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / rate) / column.length));
    }
  }
});

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
