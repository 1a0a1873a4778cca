import { describe, expect, test } from 'vitest';
import {
  type AccelerationChoice,
  type CovarianceType,
  type Freezable,
  GaussianMixture,
  type GaussianMixtureOptions,
  type MixtureFit,
} from '../../src/index.ts';
import { expectNear, pointsOf, THREE_OVERLAPPING } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import golden from '../reference/golden.json';
import { cpu, goldenCase, goldenNamed } from './data.ts';

const CHOICES = ['auto', 'on'] as const;
const TIGHT = { tol: 1e-9, maxIter: 5000 } as const;

type Case = ReturnType<typeof goldenCase>;

async function run({ points, init }: Case, accelerate: AccelerationChoice, more: Partial<GaussianMixtureOptions> = {}) {
  const { covarianceType, nComponents } = init;
  const options = { nComponents, covarianceType, init, accelerate, ...TIGHT, ...cpu, ...more };
  const result = await new GaussianMixture(options).fit(points);
  result.destroy();
  return result;
}

/** Above rounding of the total. */
function expectRising(values: readonly number[]): void {
  values.slice(1).forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(values[i]! - 1e-12 * (1 + Math.abs(value)));
  });
}

function expectSamePlace(found: MixtureFit, expected: MixtureFit, relative = 1e-8): void {
  expectNear(found.logLikelihood, expected.logLikelihood, relative);
  expectNear(found.weights, expected.weights, 0, 1e-3);
  expectNear(found.means, expected.means, 1e-3, 1e-3);
}

test.each(CHOICES)('%s: faithful, K 3, full, is slow: the same optimum in a third of the E-steps', async (choice) => {
  const slow = goldenNamed('faithful', 3, 'full');
  const [plain, fast] = [await run(slow, 'off'), await run(slow, choice)];
  expect(fast.nExpectations).toBeLessThanOrEqual(plain.nExpectations / 3);
  expect(plain.converged && fast.converged).toBe(true);
  expectSamePlace(fast, plain);
});

describe('never a worse optimum, never more than a tenth more E-steps', () => {
  test.each(golden.trajectories)('$data, K $nComponents, $covarianceType', async (trajectory) => {
    const given = goldenCase(trajectory);
    const plain = await run(given, 'off');
    expect(plain.nExpectations).toBe(plain.nIter + 1);
    for (const choice of CHOICES) {
      const fast = await run(given, choice);
      expect(fast.converged).toBe(true);
      expect(fast.logLikelihood).toBeGreaterThan(plain.logLikelihood - 1e-6);
      expect(fast.nExpectations).toBeLessThanOrEqual(1.1 * plain.nExpectations);
      expect(fast.history.length).toBe(fast.nIter + 1);
      expect(fast.nExpectations).toBeGreaterThanOrEqual(fast.history.length);
    }
  });

  test.each(golden.trajectories)('auto, tol as it is: $data, K $nComponents, $covarianceType', async (trajectory) => {
    const given = goldenCase(trajectory);
    const [plain, fast] = [await run(given, 'off', { tol: 1e-6 }), await run(given, 'auto', { tol: 1e-6 })];
    expect(fast.nExpectations).toBeLessThanOrEqual(plain.nExpectations);
    // Per point, what `tol` leaves to be gained; Aitken's estimate may be a few times off.
    const N = given.points.data.length / given.points.nFeatures;
    expect(fast.logLikelihood).toBeGreaterThan(plain.logLikelihood - 4e-6 * N);
  });
});

describe('tol bounds what is left to gain per point, jumps or none, in half of the E-steps', () => {
  const tol = 1e-6;

  // From start 19 plain EM is quick, and leaves more than `tol`: Aitken's estimate is one.
  test.each([0, 1, 2, 3, 4, 5, 19])('10,000 points of three components that overlap, seed %i', async (seed) => {
    const points = pointsOf(THREE_OVERLAPPING, 10_000, seed);
    const fitted = async (options: Partial<GaussianMixtureOptions>) => {
      const result = await new GaussianMixture({ nComponents: 3, seed, maxIter: 5000, ...cpu, ...options }).fit(points);
      result.destroy();
      expect(result.converged).toBe(true);
      return result;
    };
    /** What going on from there gains. */
    const left = async (init: MixtureFit) => {
      const further = await fitted({ init, accelerate: 'on', tol: 1e-12 });
      return further.lowerBound - init.lowerBound;
    };
    const plain = await fitted({ tol, accelerate: 'off' });
    const allowed = Math.max(tol, await left(plain));
    for (const accelerate of CHOICES) {
      const fast = await fitted({ tol, accelerate });
      expect(await left(fast)).toBeLessThanOrEqual(allowed);
      if (plain.nExpectations > 100) expect(fast.nExpectations).toBeLessThanOrEqual(plain.nExpectations / 2);
    }
  });
});

test('jumps that do not lead uphill are taken back: the history never falls', async () => {
  let takenBack = 0;
  for (const covarianceType of [
    'full',
    'tied',
    'diag',
    'spherical',
    'tied-diag',
    'tied-spherical',
  ] as CovarianceType[]) {
    for (let seed = 0; seed < 6; seed++) {
      const points = pointsOf(THREE_OVERLAPPING, 300, seed);
      const options = {
        nComponents: 3,
        covarianceType,
        seed,
        accelerate: 'on',
        regCovar: 0,
        tol: 1e-9,
        maxIter: 400,
      } as const;
      const result = await new GaussianMixture({ ...options, ...cpu }).fit(points);
      expectRising(result.history);
      expect(result.warnings.map(({ code }) => code)).not.toContain('log-likelihood-fell');
      takenBack += result.nExpectations - result.history.length;
      result.destroy();
    }
  }
  expect(takenBack).toBeGreaterThan(0);
});

test('what is returned belongs together, taken back or not', async () => {
  const { points, init } = goldenNamed('faithful', 3, 'full');
  for (const maxIter of [7, 11, 16, 23, 30]) {
    const options = { nComponents: 3, init, accelerate: 'on', tol: 0, maxIter, ...cpu } as const;
    const result = await new GaussianMixture(options).fit(points);
    expect(result.nIter).toBe(maxIter);
    expectNear((await result.evaluate()).logLikelihood, result.logLikelihood, 1e-13);
    result.destroy();
  }
});

describe('the same optimum', () => {
  const slow = goldenNamed('faithful', 3, 'full');
  const N = slow.points.data.length / 2;

  test('with weights', async () => {
    const weighted = { ...slow, points: { ...slow.points, sampleWeight: randomWeights(N, 3) } };
    const [plain, fast] = [await run(weighted, 'off'), await run(weighted, 'on')];
    expect(fast.nExpectations).toBeLessThan(plain.nExpectations);
    expectSamePlace(fast, plain);
  });

  const freezes: Freezable[][] = [['weights'], ['means'], ['covariances'], ['weights', 'covariances']];
  test.each(freezes.map((freeze) => [freeze.join(' and '), freeze] as const))(
    'with %s frozen, bit for bit',
    async (_, freeze) => {
      // With a regulariser the M-step is not quite the maximum, and the likelihood may fall by as much.
      const options = { freeze, regCovar: 0 };
      const [plain, fast] = [await run(slow, 'off', options), await run(slow, 'on', options)];
      // After a jump the end is found twice, which takes two steps: more than a tenth of a run of eleven.
      expect(fast.nExpectations).toBeLessThanOrEqual(Math.max(1.1 * plain.nExpectations, plain.nExpectations + 2));
      expectSamePlace(fast, plain);
      for (const name of freeze) expect(fast[name]).toEqual(plain[name]);
      expectRising(fast.history);
    },
  );

  test('with a prior: it is the posterior that never falls', async () => {
    const options = { prior: true, tol: 1e-11 };
    const [plain, fast] = [await run(slow, 'off', options), await run(slow, 'on', options)];
    expect(fast.nExpectations).toBeLessThan(plain.nExpectations / 2);
    // The likelihood is not level where the posterior is at its top, so it agrees less well.
    expectSamePlace(fast, plain, 1e-6);
  });

  test('with noise', async () => {
    const { noise: _, ...init } = slow.init as typeof slow.init & { noise?: unknown };
    const options = { noise: { weight: 0.1 }, init: 'k-means++', seed: 3 } as const;
    const [plain, fast] = [await run({ ...slow, init }, 'off', options), await run({ ...slow, init }, 'on', options)];
    expect(fast.nExpectations).toBeLessThanOrEqual(1.1 * plain.nExpectations);
    expectNear(fast.logLikelihood, plain.logLikelihood, 1e-7);
  });
});
