import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  type CovarianceType,
  GaussianMixture,
  type GaussianMixtureOptions,
  KMeans,
  type KMeansOptions,
  MixtureModel,
  type Progress,
  SoftKMeans,
} from '../../src/index.ts';
import { expectNear, refusal, TWO_GROUPS, TYPES } from '../api/data.ts';
import { randomWeights, uniforms } from '../cpu/samples.ts';
import { heaps, rowsAt, type Size, startAt } from '../properties/samples.ts';
import { centersJSON, cpu } from './data.ts';
import { inFormOf, iterate, naiveFrom } from './naive.ts';

/** Below 128 rows, so that the doubled ones are still within one tile: then draws depend on weights alone. */
const sizes: fc.Arbitrary<Size> = fc.record({
  N: fc.integer({ min: 40, max: 120 }),
  D: fc.integer({ min: 1, max: 3 }),
  K: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});
const types = fc.constantFrom(...TYPES);
const runs = { numRuns: 25 } as const;

/** Whole weights from 0 to 3, and the rows repeated as often, one after the other. */
function repeated(size: Size): { weighted: HostPoints; rows: HostPoints; times: number[] } {
  const next = uniforms(size.seed + 5);
  const times = Array.from({ length: size.N }, (_, n) => (n < size.K ? 1 : Math.floor(4 * next() ** 2)));
  const points = heaps(size);
  const rows = rowsAt(
    points,
    times.flatMap((count, n) => Array(count).fill(n)),
  );
  return { weighted: { ...points, sampleWeight: Float64Array.from(times) }, rows, times };
}

const FIXED = { tol: 0, maxIter: 4, regCovar: 1e-3 } as const;

async function fitTo(points: HostPoints, options: GaussianMixtureOptions) {
  const result = await new GaussianMixture({ ...cpu, ...FIXED, ...options }).fit(points);
  const { weights, means, covariances, history, logLikelihood, bic, aic, icl, lowerBound, totalWeight } = result;
  const responsibilities = [...(await result.predictProba())];
  result.destroy();
  return {
    parameters: [weights, means, covariances].flat(4) as number[],
    scores: [logLikelihood, bic, aic, icl, lowerBound, totalWeight, ...history],
    responsibilities,
  };
}

async function cluster(points: HostPoints, options: KMeansOptions) {
  const result = await new KMeans({ ...cpu, tol: 0, maxIter: 4, ...options }).fit(points);
  result.destroy();
  // Rounding decides whether a last step was none or tiny, so histories may differ in length.
  return { centers: result.centers.flat(), scores: [result.inertia, result.totalWeight, result.history[0]!] };
}

describe('a row of weight w counts as w rows, one of weight 0 as none', () => {
  test('Gaussian mixtures, from a given start', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, types, async (size, covarianceType) => {
        const { weighted, rows } = repeated(size);
        const options = { nComponents: size.K, covarianceType, init: startAt(weighted, size.K, covarianceType) };
        const [a, b] = [await fitTo(weighted, options), await fitTo(rows, options)];
        expectNear(a.parameters, b.parameters, 0, 1e-9);
        expectNear(a.scores, b.scores, 1e-10, 1e-9);
      }),
      runs,
    );
  });

  // A short k-means run counts columns as the frame scales them, by powers of two: alike where a type has but one scale.
  const drawn: [GaussianMixtureOptions['init'] & string, readonly CovarianceType[]][] = [
    ['k-means++', TYPES],
    ['k-means', ['spherical', 'tied-spherical']],
  ];
  test.each(drawn)('Gaussian mixtures, from the start that %s draws: the same', async (init, among) => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(...among), async (size, covarianceType) => {
        const { weighted, rows } = repeated(size);
        const options = { nComponents: size.K, covarianceType, init, seed: size.seed % 1000, maxIter: 1 };
        const [a, b] = [await fitTo(weighted, options), await fitTo(rows, options)];
        expectNear(a.scores[0], b.scores[0], 1e-9, 1e-9);
        expectNear(a.parameters, b.parameters, 0, 1e-8);
      }),
      runs,
    );
  });

  test('k-means, with both metrics, from a given start and from one that is drawn', async () => {
    const metrics = fc.constantFrom('euclidean', 'cosine');
    await fc.assert(
      fc.asyncProperty(sizes, metrics, fc.boolean(), async (size, metric, given) => {
        // On a line there are but two directions.
        fc.pre(metric === 'euclidean' || size.D > 1);
        const { weighted, rows } = repeated(size);
        const start = Array.from({ length: size.K }, (_, k) => [
          ...weighted.data.subarray(k * size.D, (k + 1) * size.D),
        ]);
        const options = {
          nClusters: size.K,
          metric,
          seed: size.seed % 1000,
          ...(given && { init: { ...centersJSON(start), metric } }),
        };
        const [a, b] = [await cluster(weighted, options), await cluster(rows, options)];
        expectNear(a.centers, b.centers, 0, 1e-9);
        expectNear(a.scores, b.scores, 1e-10, 1e-9);
      }),
      { numRuns: 50 },
    );
  });

  test('soft k-means', async () => {
    const size = { N: 100, D: 2, K: 3, seed: 4 };
    const { weighted, rows } = repeated(size);
    const soft = new SoftKMeans({ nClusters: 3, stiffness: 0.3, seed: 5, ...cpu });
    const [a, b] = [await soft.fit(weighted), await soft.fit(rows)];
    expectNear(a.means, b.means, 0, 1e-9);
    expectNear([a.logLikelihood, a.icl], [b.logLikelihood, b.icl], 1e-11);
  });

  test('scores of a model', async () => {
    const { weighted, rows } = repeated({ N: 90, D: 2, K: 2, seed: 9 });
    const model = MixtureModel.fromJSON(TWO_GROUPS);
    const [a, b] = [await model.evaluate(weighted, cpu), await model.evaluate(rows, cpu)];
    const { nSamples: _, ...scores } = b;
    expectNear(
      Object.keys(scores).map((key) => a[key as keyof typeof scores]),
      Object.values(scores),
      1e-12,
    );
    expect(await model.score(weighted, cpu)).toBeCloseTo(await model.score(rows, cpu), 12);
    // Labels and densities are those of rows, whatever they weigh.
    const { sampleWeight: __, ...plain } = weighted;
    expect(await model.predict(weighted, cpu)).toEqual(await model.predict(plain, cpu));
    const densities = await model.scoreSamples(weighted, cpu);
    expectNear([...densities], [...(await model.scoreSamples(plain, cpu))], 1e-13);
  });

  test('restarts, warm-up aside: the same are refused', async () => {
    const { weighted, rows } = repeated({ N: 60, D: 2, K: 3, seed: 21 });
    const options = { nComponents: 3, nInit: 8, ...cpu } as const;
    const [a, b] = [await new GaussianMixture(options).fit(weighted), await new GaussianMixture(options).fit(rows)];
    expect(a.restarts.map(({ refused }) => !refused)).toEqual(b.restarts.map(({ refused }) => !refused));
    expectNear(
      a.restarts.map(({ value }) => value),
      b.restarts.map(({ value }) => value),
      1e-6,
    );
  });

  test('the box of noise is that of the rows that count', async () => {
    const points = heaps({ N: 50, D: 2, K: 1, seed: 3 });
    const far = { data: Float64Array.from([...points.data, 1000, -1000]), nFeatures: 2 };
    const sampleWeight = new Float64Array(51).fill(1, 0, 50);
    const noisy = new GaussianMixture({ nComponents: 1, noise: true, ...cpu });
    expect((await noisy.fit({ ...far, sampleWeight })).noise!.logVolume).toBe(
      (await noisy.fit(points)).noise!.logVolume,
    );
  });
});

test.each(TYPES)('%s: with any weights, as the textbook has it', async (covarianceType) => {
  const size = { N: 80, D: 2, K: 3, seed: 17 };
  const points = { ...heaps(size), sampleWeight: randomWeights(80, 3) };
  const init = startAt(points, 3, covarianceType);
  const expected = iterate(points, naiveFrom(init), { type: covarianceType, regCovar: FIXED.regCovar }, FIXED.maxIter);
  const found = await fitTo(points, { nComponents: 3, covarianceType, init });
  const { weights, means, covariances } = expected.mixture;
  expectNear(found.parameters, [weights, means, inFormOf(covarianceType, covariances)].flat(4), 1e-10, 1e-10);
  expectNear(found.scores.slice(6), expected.history, 1e-12);
  expectNear(found.responsibilities, expected.responsibilities.flat(), 0, 1e-10);
});

describe('scaling all weights by c leaves the parameters and multiplies the log-likelihood', () => {
  const factors = fc.double({ min: -12, max: 6, noNaN: true }).map((exponent) => 10 ** exponent);
  const scaled = (size: Size, c: number) => {
    const points = heaps(size);
    const sampleWeight = randomWeights(size.N, size.seed).fill(1, 0, size.K);
    return [
      { ...points, sampleWeight },
      { ...points, sampleWeight: sampleWeight.map((w) => c * w) },
    ] as const;
  };

  test('Gaussian mixtures', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, types, factors, async (size, covarianceType, c) => {
        const [points, times] = scaled(size, c);
        const options = { nComponents: size.K, covarianceType, init: startAt(points, size.K, covarianceType) };
        const [a, b] = [await fitTo(points, options), await fitTo(times, options)];
        expectNear(b.parameters, a.parameters, 0, 1e-9);
        expectNear(
          [b.scores[0]! / c, b.scores[4], b.scores[5]! / c],
          [a.scores[0], a.scores[4], a.scores[5]],
          1e-10,
          1e-10,
        );
      }),
      runs,
    );
  });

  test('restarts: none is refused for weights that are small', async () => {
    const points = heaps({ N: 200, D: 2, K: 2, seed: 1 });
    const options = { nComponents: 2, nInit: 3, ...cpu } as const;
    const plain = await new GaussianMixture(options).fit(points);
    expect(plain.restarts.every(({ refused }) => !refused)).toBe(true);
    for (const w of [1 / 200, 1e-6, 1e6]) {
      const sampleWeight = new Float64Array(200).fill(w);
      const { restarts, means } = await new GaussianMixture(options).fit({ ...points, sampleWeight });
      expect(restarts.every(({ refused }) => !refused)).toBe(true);
      expectNear(means, plain.means, 1e-9);
    }
  });

  test('k-means, in every bit where c is a power of two', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: -40, max: 40 }), async (size, exponent) => {
        const c = 2 ** exponent;
        const [points, times] = scaled(size, c);
        const options = { nClusters: size.K, seed: size.seed % 1000 };
        const [a, b] = [await cluster(points, options), await cluster(times, options)];
        expect(b.centers).toEqual(a.centers);
        expect(b.scores.map((score) => score / c)).toEqual(a.scores);
      }),
      runs,
    );
  });
});

describe('weights that are refused before any work', () => {
  const points = heaps({ N: 10, D: 2, K: 2, seed: 1 });
  const at = (n: number, w: number) => new Float64Array(10).fill(1).fill(w, n, n + 1);
  const bad: [string, unknown, RegExp][] = [
    ['negative', at(3, -1), /row 3 is -1/],
    ['NaN', at(4, Number.NaN), /row 4 is NaN/],
    ['infinite', at(5, Infinity), /row 5 is Infinity/],
    ['all 0', new Float64Array(10), /all weights are 0/],
    ['too few', new Float64Array(9).fill(1), /one number per row \(10\), got 9/],
    ['a plain array', Array(10).fill(1), /Float64Array .* got 10 of them \(Array\)/],
  ];

  const model = MixtureModel.fromJSON(TWO_GROUPS);
  const takers: [string, (points: HostPoints, onProgress?: (progress: Progress) => void) => Promise<unknown>][] = [
    ...TYPES.map((covarianceType: CovarianceType) => {
      const mixture = new GaussianMixture({ nComponents: 2, covarianceType, ...cpu });
      return [
        covarianceType,
        (p: HostPoints, onProgress = () => {}) => mixture.fit(p, { onProgress }),
      ] as (typeof takers)[0];
    }),
    [
      'restarts',
      (p, onProgress = () => {}) => new GaussianMixture({ nComponents: 2, nInit: 2, ...cpu }).fit(p, { onProgress }),
    ],
    ['noise', (p) => new GaussianMixture({ nComponents: 2, noise: true, ...cpu }).fit(p)],
    ["missing 'em'", (p) => new GaussianMixture({ nComponents: 2, missing: 'em', ...cpu }).fit(p)],
    ["missing 'drop'", (p) => new GaussianMixture({ nComponents: 2, missing: 'drop', ...cpu }).fit(p)],
    ['partialFit', (p) => new GaussianMixture({ nComponents: 2, ...cpu }).partialFit(p)],
    ['k-means', (p, onProgress = () => {}) => new KMeans({ nClusters: 2, ...cpu }).fit(p, { onProgress })],
    ['cosine', (p) => new KMeans({ nClusters: 2, metric: 'cosine', ...cpu }).fit(p)],
    ['soft k-means', (p) => new SoftKMeans({ nClusters: 2, stiffness: 1, ...cpu }).fit(p)],
    ['evaluate', (p) => model.evaluate(p, cpu)],
  ];

  test.each(takers)('by %s', async (_, take) => {
    for (const [, weights, words] of bad) {
      const told: Progress[] = [];
      const sampleWeight = weights as Float64Array;
      const { message } = await refusal(
        () => take({ ...points, sampleWeight }, (p) => told.push(p)),
        'invalid-weights',
      );
      expect(message).toMatch(words);
      expect(told).toEqual([]);
    }
  });
});
