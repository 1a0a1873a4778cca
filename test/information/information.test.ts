import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FisherInformation, fisherInformation } from '../../src/estimators/information.ts';
import type { MixtureAt } from '../../src/estimators/natural-gradient.ts';
import { covarianceShapes } from '../../src/families/covariance.ts';
import { GaussianMixture, type GaussianMixtureJSON, type HostPoints } from '../../src/public.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import {
  allMoves,
  flatValues,
  type Move,
  mixtureOf,
  moved,
  naiveLogLikelihood,
  over,
  pointsNear,
  randomMixture,
  TYPES,
} from './samples.ts';

const cpu = { backend: 'cpu' } as const;

const informationOf = (points: HostPoints, mixture: MixtureAt): Promise<FisherInformation> =>
  over(points, mixture, (dataset) => fisherInformation(dataset, mixture));

/** Maximum likelihood, as far as EM gets, from a start near it. */
async function fitted(points: HostPoints, init: GaussianMixtureJSON, tol = 1e-13): Promise<GaussianMixtureJSON> {
  const { nComponents, covarianceType } = init;
  const options = { nComponents, covarianceType, init, regCovar: 0, tol, maxIter: 5000, ...cpu };
  const fit = await new GaussianMixture(options).fit(points);
  fit.destroy();
  return fit.toJSON();
}

/** The free parameters in the order of `names`: all weights but the largest, which the others move. */
function freeMoves(mixture: MixtureAt, D: number): Move[] {
  const { weights } = mixture.parameters;
  const reference = weights.indexOf(Math.max(...weights));
  return allMoves(mixture, D).flatMap((move) => {
    if (move.part !== 'weights') return [move];
    const k = move.entries[0]![0];
    if (k === reference) return [];
    return [{ ...move, entries: [[k, 1] as const, [reference, -1] as const] }];
  });
}

describe('the observed information', () => {
  const cases = fc.record({
    type: fc.constantFrom(...TYPES),
    K: fc.integer({ min: 1, max: 2 }),
    noise: fc.boolean(),
    seed: fc.nat(),
  });

  test('is minus the Hessian of the log-likelihood, by second differences, at a maximum or not', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ type, K, noise, seed }) => {
        const [D, N] = [2, 80];
        const mixture = randomMixture(type, K, D, seed, noise);
        const points = pointsNear(mixture, N, D, seed + 1);
        const sampleWeight = seed % 2 === 0 ? randomWeights(N, seed + 2) : undefined;
        const { observed, names } = await informationOf(sampleWeight ? { ...points, sampleWeight } : points, mixture);
        const moves = freeMoves(mixture, D);
        expect(names.length).toBe(moves.length);
        const at = (steps: readonly (readonly [Move, number])[]) =>
          naiveLogLikelihood(points, moved(mixture, steps), sampleWeight);
        const sizes = moves.map((_, i) => Math.sqrt(Math.abs(observed[i]![i]!)));
        moves.forEach((a, i) => {
          moves.slice(0, i + 1).forEach((b, j) => {
            const [h, g] = [2e-4 * a.size, 2e-4 * b.size];
            const value = (s: number, t: number) =>
              at([
                [a, s * h],
                [b, t * g],
              ]);
            const second = (value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * h * g);
            // Both are differences, and neither is exact.
            const scale = Math.max(sizes[i]! * sizes[j]!, N / (a.size * b.size));
            expect(Math.abs(observed[i]![j]! + second) / scale).toBeLessThan(1e-4);
            expect(observed[j]![i]).toBe(observed[i]![j]);
          });
        });
      }),
      { numRuns: 20 },
    );
  });

  test('names tell the order', async () => {
    const noisy = randomMixture('tied', 2, 2, 5, true);
    noisy.parameters.weights.set([0.5, 0.3, 0.2]);
    const { names } = await informationOf(pointsNear(noisy, 60, 2, 6), noisy);
    const means = ['means[0][0]', 'means[0][1]', 'means[1][0]', 'means[1][1]'];
    const triangle = ['covariances[0][0]', 'covariances[1][0]', 'covariances[1][1]'];
    expect(names).toEqual(['weights[1]', 'noise.weight', ...means, ...triangle]);
    const one = randomMixture('tied-spherical', 1, 1, 7);
    expect((await informationOf(pointsNear(one, 30, 1, 8), one)).names).toEqual(['means[0][0]', 'covariances[0]']);
  });
});

describe('standard errors', () => {
  test('of one normal distribution are those of the textbook, exactly', async () => {
    for (const type of TYPES) {
      const [N, D] = [500, 3];
      const points = pointsNear(randomMixture(type, 1, D, 1), N, D, 2);
      const fit = await new GaussianMixture({ nComponents: 1, covarianceType: type, regCovar: 0, ...cpu }).fit(points);
      const mixture = mixtureOf(fit.toJSON());
      const { standardErrors, missingShare } = await informationOf(points, mixture);
      const sigma = fit.fullCovariances[0]!;
      expect(standardErrors!.weights).toEqual([0]);
      expectNear(standardErrors!.means, [sigma.map((row, d) => Math.sqrt(row[d]! / N))], 1e-9);
      const { form } = covarianceShapes[type];
      const matrix = sigma.map((row, i) => row.map((c, j) => Math.sqrt((sigma[i]![i]! * sigma[j]![j]! + c * c) / N)));
      const variances = sigma.map((row, d) => row[d]! * Math.sqrt(2 / N));
      const expected = { matrix, diagonal: variances, scalar: variances[0]! / Math.sqrt(D) }[form];
      expectNear([standardErrors!.covariances].flat(3), [expected].flat(2), 1e-9);
      expect(Math.abs(missingShare!)).toBeLessThan(1e-8);
      fit.destroy();
    }
  });

  test('of components far apart are those of complete data', async () => {
    const N = 400;
    const mixture = mixtureOf(await fitted(pointsOf(TWO_GROUPS, N), TWO_GROUPS));
    const { standardErrors, complete, missingShare } = await informationOf(pointsOf(TWO_GROUPS, N), mixture);
    const { weights, covariances } = mixture.parameters;
    // Two of 400 points lie between the groups.
    const near = 0.02;
    const p = Math.sqrt((weights[0]! * weights[1]!) / N);
    expectNear(standardErrors!.weights, [p, p], near);
    const means = [0, 1].map((k) => [0, 3].map((at) => Math.sqrt(covariances[4 * k + at]! / (N * weights[k]!))));
    expectNear(standardErrors!.means, means, near);
    expect(complete.means.map((block) => block.length)).toEqual([2, 2]);
    expect(missingShare!).toBeLessThan(0.05);
  });

  test('are smaller with complete data, and the missing share is how slowly EM converges', async () => {
    const points = pointsOf(THREE_OVERLAPPING, 600);
    const best = await fitted(points, THREE_OVERLAPPING);
    const { missingShare, standardErrors, complete } = await informationOf(points, mixtureOf(best));
    complete.means.forEach((block, k) => {
      block.forEach((row, d) => {
        expect(standardErrors!.means[k]![d]!).toBeGreaterThan(1 / Math.sqrt(row[d]!));
      });
    });
    // From a little beside it, after the fast directions have died out.
    const init = { ...best, means: best.means.map((mean) => mean.map((m) => m + 0.01)) };
    const run = await new GaussianMixture({ nComponents: 3, init, regCovar: 0, tol: 0, maxIter: 999, ...cpu }).start(
      points,
    );
    const away: number[] = [];
    for (let i = 0; i < 120; i++) {
      await run.step();
      away.push(Math.hypot(...run.model.means.flat().map((m, at) => m - best.means.flat()[at]!)));
    }
    run.destroy();
    expect(missingShare!).toBeGreaterThan(0.9);
    expect((away.at(-1)! / away.at(-41)!) ** (1 / 40)).toBeCloseTo(missingShare!, 3);
  });

  test('of the largest weight follow from the others, and rows of weight 2 are two rows', async () => {
    const points = pointsOf(THREE_OVERLAPPING, 500, 3);
    const best = mixtureOf(await fitted(points, THREE_OVERLAPPING));
    const once = await informationOf(points, best);
    const reference = best.parameters.weights.indexOf(Math.max(...best.parameters.weights));
    const [a, b] = [once.covariance![0]!, once.covariance![1]!];
    expect(once.names.slice(0, 2)).not.toContain(`weights[${reference}]`);
    expectNear(once.standardErrors!.weights[reference], Math.sqrt(a[0]! + 2 * a[1]! + b[1]!), 1e-12);
    const twice = { ...points, data: Float64Array.from([...points.data, ...points.data]) };
    const sampleWeight = new Float64Array(500).fill(2);
    const [repeated, weighted] = [
      await informationOf(twice, best),
      await informationOf({ ...points, sampleWeight }, best),
    ];
    const flat = (information: FisherInformation) =>
      Object.values(flatValues(information.standardErrors!)).flatMap((v) => [...v]);
    expectNear(flat(weighted), flat(repeated), 1e-7);
    expectNear(
      flat(weighted).map((s) => s * Math.SQRT2),
      flat(once),
      1e-6,
    );
  });

  test('are how much estimates differ from sample to sample', { timeout: 120_000 }, async () => {
    const truth = mixtureJSON({
      covarianceType: 'spherical',
      weights: [0.4, 0.6],
      means: [[0], [3]],
      covariances: [1, 0.5],
    });
    const [N, fits] = [800, 200];
    const estimates: number[][] = [];
    for (let seed = 0; seed < fits; seed++) {
      const { weights, means, covariances } = await fitted(pointsOf(truth, N, seed), truth, 1e-8);
      estimates.push([weights[0]!, means[0]![0]!, means[1]![0]!, ...(covariances as number[])]);
    }
    const { standardErrors } = await informationOf(pointsOf(truth, 100 * N, 1000), mixtureOf(truth));
    const { weights, means, covariances } = flatValues(standardErrors!);
    // Of a hundred times as many points: a tenth.
    const expected = [weights[0]!, ...means, ...covariances].map((s) => 10 * s);
    expected.forEach((error, i) => {
      const values = estimates.map((row) => row[i]!);
      const mean = values.reduce((a, b) => a + b) / fits;
      const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (fits - 1));
      // 200 fits tell a spread to about 5 %; estimates from 800 points are not quite normal.
      expect(Math.abs(spread / error - 1)).toBeLessThan(0.16);
    });
  });
});

describe('units', () => {
  const points = pointsOf(TWO_GROUPS, 200);
  const inUnits = (unit: number) => ({ ...points, data: points.data.map((x) => x * unit) });
  const scaled = (model: GaussianMixtureJSON, unit: number): GaussianMixtureJSON => ({
    ...model,
    means: model.means.map((mean) => mean.map((m) => m * unit)),
    covariances: (model.covariances as number[][][]).map((rows) => rows.map((row) => row.map((c) => c * unit * unit))),
  });

  test('are those of the errors, as far as float64 has room for their fourth power', async () => {
    const best = await fitted(points, TWO_GROUPS);
    const plain = await informationOf(points, mixtureOf(best));
    const errors = flatValues(plain.standardErrors!);
    for (const unit of [2 ** 240, 2 ** -240]) {
      const found = await informationOf(inUnits(unit), mixtureOf(scaled(best, unit)));
      const { weights, means, covariances } = flatValues(found.standardErrors!);
      expectNear([...weights], [...errors.weights], 1e-9);
      expectNear([...means], [...errors.means.map((s) => s * unit)], 1e-9);
      expectNear([...covariances], [...errors.covariances.map((s) => s * unit * unit)], 1e-9);
      expect([found.observed, found.covariance].flat(3).every(Number.isFinite)).toBe(true);
      expect(found.observed.every((row, i) => row[i] !== 0)).toBe(true);
    }
  });

  test.each([2 ** 266, 2 ** 283, 2 ** -266, 2 ** -283])('beyond that are refused: times %s', async (unit) => {
    const { message } = await refusal(
      () => informationOf(inUnits(unit), mixtureOf(scaled(TWO_GROUPS, unit))),
      'invalid-points',
    );
    expect(message).toContain('covariances[0][0][0]');
  });
});

describe('no standard errors', () => {
  test('where two components are one: the log-likelihood is flat', async () => {
    const points = pointsOf(TWO_GROUPS, 200);
    const single = await new GaussianMixture({ nComponents: 1, regCovar: 0, ...cpu }).fit(points);
    const double = mixtureJSON({
      covarianceType: 'full',
      weights: [0.5, 0.5],
      means: [single.means[0]!, single.means[0]!],
      covariances: [single.fullCovariances[0]!, single.fullCovariances[0]!],
    });
    single.destroy();
    const result = await informationOf(points, mixtureOf(double));
    expect(result.standardErrors).toBeUndefined();
    expect(result.covariance).toBeUndefined();
    expect(result.indefinite).toMatch(/^The log-likelihood is (flat|not at a maximum) in a direction that is mostly /);
  });

  test('far from a maximum', async () => {
    const wrong = {
      ...TWO_GROUPS,
      means: [
        [3, 3],
        [5, 2],
      ],
    };
    const result = await informationOf(pointsOf(TWO_GROUPS, 200), mixtureOf(wrong));
    expect(result.indefinite).toContain('not at a maximum');
    expect(result.observed.length).toBe(result.names.length);
  });

  test('of a weight under the share of one point, which is at its edge', async () => {
    const points = pointsOf(TWO_GROUPS, 200);
    const { weights, ...rest } = await fitted(points, TWO_GROUPS);
    for (const weight of [1e-8, 1e-20]) {
      const noise = { weight, logVolume: 5 };
      const result = await informationOf(
        points,
        mixtureOf({ ...rest, weights: weights.map((w) => w * (1 - weight)), noise }),
      );
      expect(result.standardErrors).toBeUndefined();
      expect(result.indefinite).toBe(
        `noise.weight is ${weight}, less than the share of one point: at its edge it has no standard error. Fit without that component.`,
      );
    }
  });

  test('of a component of weight 0, which is refused', async () => {
    const empty = { ...TWO_GROUPS, weights: [0, 1] };
    await refusal(() => informationOf(pointsOf(TWO_GROUPS, 200), mixtureOf(empty)), 'invalid-model');
  });
});
