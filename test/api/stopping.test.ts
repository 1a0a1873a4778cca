import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { EmRun } from '../../src/em/run.ts';
import { judge } from '../../src/em/stopping.ts';
import type { Family } from '../../src/em/types.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { GaussianMixture, KMeans } from '../../src/index.ts';
import { seededRandom } from '../../src/math/random.ts';
import { expectNear, pointsOf, THREE_OVERLAPPING, TWO_GROUPS } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const slow = pointsOf(THREE_OVERLAPPING, 600);
const easy = pointsOf(TWO_GROUPS, 300);

describe('stopping', () => {
  test.each([1, 7, 60])('tol 0 runs exactly maxIter M-steps: %i', async (maxIter) => {
    // The groups are so far apart that nothing is left to gain after a few iterations.
    const fit = await new GaussianMixture({ nComponents: 2, tol: 0, maxIter, ...cpu }).fit(easy);
    expect(fit.nIter).toBe(maxIter);
    expect(fit.history.length).toBe(maxIter + 1);
    expect(fit.converged).toBe(false);
    expect(fit.warnings).toEqual([]);
    fit.destroy();
  });

  test('k-means with tol 0 stops when no point changes its cluster, and not before', async () => {
    const fit = await new KMeans({ nClusters: 3, tol: 0, ...cpu }).fit(slow);
    expect(fit.converged).toBe(true);
    const labels = await fit.predict();
    const again = await new KMeans({ nClusters: 3, tol: 0, init: fit, ...cpu }).fit(slow);
    expect(await again.predict()).toEqual(labels);
    expectNear(again.inertia, fit.inertia, 1e-14);
    const before = await new KMeans({ nClusters: 3, tol: 0, maxIter: fit.nIter - 2, ...cpu }).fit(slow);
    expect(before.converged).toBe(false);
    for (const one of [fit, again, before]) one.destroy();
  });

  test.each([1e-3, 1e-5, 1e-6])('tol %f bounds what 1000 more iterations would gain per point', async (tol) => {
    const options = { nComponents: 3, regCovar: 0, ...cpu };
    const fit = await new GaussianMixture({ ...options, tol }).fit(slow);
    expect(fit.converged).toBe(true);
    expect(fit.nIter).toBeLessThan(500);
    const further = await new GaussianMixture({ ...options, init: fit, tol: 0, maxIter: 1000 }).fit(slow);
    // Aitken's estimate is one: EM may speed up again when it leaves a plateau.
    expect(further.lowerBound - fit.lowerBound).toBeLessThan(5 * tol);
    expect(further.lowerBound - fit.lowerBound).toBeGreaterThan(-1e-12);
    fit.destroy();
    further.destroy();
  });

  test('a smaller tol takes more iterations and gains more', async () => {
    const fits = await Promise.all(
      [1e-2, 1e-4, 1e-6, 1e-8].map((tol) => new GaussianMixture({ nComponents: 3, tol, ...cpu }).fit(slow)),
    );
    const iterations = fits.map(({ nIter }) => nIter);
    const values = fits.map(({ logLikelihood }) => logLikelihood);
    expect(iterations).toEqual(iterations.toSorted((a, b) => a - b));
    expect(new Set(iterations).size).toBe(4);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    for (const fit of fits) fit.destroy();
  });

  test('maxIter ends a run that has not converged, and the fit says so', async () => {
    const fit = await new GaussianMixture({ nComponents: 3, maxIter: 3, ...cpu }).fit(slow);
    expect(fit).toMatchObject({ nIter: 3, converged: false });
    expect(fit.warnings).toMatchObject([{ code: 'not-converged', iteration: 3 }]);
    expect(fit.warnings[0]!.message).toContain('maxIter');
    fit.destroy();
  });

  describe("Aitken's estimate", () => {
    const precision = 1e-13;
    const rows = (n: number) => ({ nSamples: n, totalWeight: n });

    test('is exact for a geometric series', () => {
      // l(i) = -5 - 0.9^i per point: what is left after i is 0.9^i.
      const history = Array.from({ length: 6 }, (_, i) => 10 * (-5 - 0.9 ** i));
      const { remaining } = judge(history, rows(10), precision);
      // Rounding may change the gains before, 0.066 and more, by 2 · 6 e-13 / √10: the rate by 1.2e-11, what is left by 0.59 · 1.2e-10.
      expect(Math.abs(remaining - 0.9 ** 5)).toBeLessThan(1e-10);
    });

    test.each([0.8, 0.95, 0.985, 0.995])('sees through noise: gains that shrink by the rate %f', (rate) => {
      const tol = 1e-5;
      // What rounding to float32 makes of N = 5000 points: each gain may be off by `noise` per point.
      const [n, float32, level] = [5000, 2 ** -22, -3];
      const noise = (2 * float32 * (1 - level)) / Math.sqrt(n);
      for (let seed = 0; seed < 20; seed++) {
        const random = seededRandom(seed);
        const history: number[] = [];
        let remaining = Infinity;
        while (remaining >= tol) {
          const blur = noise * (random.uniform() - 0.5);
          history.push(n * (level - rate ** history.length + blur));
          if (history.length > 1) ({ remaining } = judge(history, rows(n), float32));
        }
        const left = rate ** (history.length - 1);
        // Rates may be off by half of what they fall short of 1.
        expect(left).toBeLessThan(2 * tol);
        // Nobody waits in vain: where no rate can be told, the noise itself ends the run.
        expect(left).toBeGreaterThan(Math.min(tol / 4, noise / 4));
      }
    });

    test('goes on where single gains drown in rounding, and those of several steps do not', () => {
      // Each step gains a fifth of what rounding may do, and 1 % less than the one before: 100 times as much is left.
      const float32 = 2 ** -22;
      const noise = 2 * float32 * 4;
      const history = [-4, ...Array.from({ length: 400 }, (_, i) => -3 - 20 * noise * 0.99 ** i)];
      expect(judge(history.slice(0, 60), rows(1), float32).remaining).toBeGreaterThan(5 * noise);
      const end = history.findIndex(
        (_, i) => i > 1 && judge(history.slice(0, i + 1), rows(1), float32).remaining === 0,
      );
      // Not before 64 steps gain no more than rounding: what is left then are as much at most.
      expect(history.at(-1)! - history[end]!).toBeLessThan(1.2 * noise);
      expect(end).toBeGreaterThan(200);
    });

    test('a fall is alarming where the rounding of both objectives does not explain it', () => {
      const fallBy = (by: number, relative: number) => judge([-189, -189 - 150 * by], rows(150), relative);
      // As in fits to iris in float32 that are at rest but for rounding.
      expect(fallBy(6.4e-7, 2 ** -22)).toMatchObject({ fell: true, alarming: false });
      expect(fallBy(1.2e-6, 2 ** -22)).toMatchObject({ fell: true, alarming: true });
      expect(fallBy(1e-8, precision)).toMatchObject({ fell: true, alarming: true });
    });

    test('is infinite while gains grow, and while there is one gain only', () => {
      expect(judge([-10, -9], rows(1), precision).remaining).toBe(Infinity);
      expect(judge([-10, -9.9, -9.7, -9.3], rows(1), precision).remaining).toBe(Infinity);
    });

    test('does not depend on the unit of the weights', () => {
      const history = Array.from({ length: 60 }, (_, i) => 10 * (-5 - 0.9 ** i));
      for (const w of [2 ** -40, 2 ** 40]) {
        const scaled = history.map((objective) => w * objective);
        expect(judge(scaled, { nSamples: 10, totalWeight: 10 * w }, 1e-7)).toEqual(judge(history, rows(10), 1e-7));
      }
    });

    test('a gain below rounding leaves nothing, a fall beyond it everything', () => {
      expect(judge([-9, -9], rows(1), precision)).toMatchObject({ remaining: 0, fell: false, idle: 1 });
      for (const now of [-9, -9 - 1e-14]) {
        const { remaining, fell, idle } = judge([-10, -9, now], rows(1), precision);
        // The step before gained 1, the last one 2e-12 at most.
        expect(remaining).toBeLessThan(1e-23);
        expect({ fell, idle }).toEqual({ fell: false, idle: 1 });
      }
      expect(judge([-10, -9, -9.001], rows(1), precision)).toMatchObject({ remaining: Infinity, fell: true });
    });
  });
});

describe('a fall of the log-likelihood', () => {
  test('is reported with its iteration and is no convergence: a large regCovar on tight data', async () => {
    const tight = await new GaussianMixture({ nComponents: 2, regCovar: 0, ...cpu }).fit(easy);
    // From the best parameters without it, the first M-step adds 50 to variances near 1.
    const options = { nComponents: 2, regCovar: 50, init: tight, ...cpu };
    const run = await new GaussianMixture(options).start(easy);
    await run.step();
    expect(run.history[1]!).toBeLessThan(run.history[0]! - 100);
    expect(run.converged).toBe(false);
    expect(run.done).toBe(false);
    while (!run.done) await run.step();
    const fit = await run.finish();
    const fell = fit.warnings.filter(({ code }) => code === 'log-likelihood-fell');
    expect(fell[0]).toMatchObject({ iteration: 1 });
    expect(fell[0]!.message).toMatch(/log-likelihood fell by [\d.]+ per point in iteration 1\b/);
    fit.destroy();
    tight.destroy();
  });

  /** A Gaussian family whose objective is told by the test. */
  function toldBy(objective: (iteration: number) => number) {
    const family = gaussianFamily({ covarianceType: 'full', regCovar: 1e-6 });
    let iteration = 0;
    const told: Family<Parameters<typeof family.pack>[0]> = { ...family, report: () => objective(iteration) };
    return async (maxIter: number) => {
      const backend = createCpuBackend();
      const dataset = await backend.load(easy, { scaling: family.scaling });
      const start = {
        weights: Float64Array.of(0.5, 0.5),
        means: Float64Array.of(-1, -1, 1, 1),
        covariances: Float64Array.of(1, 0, 0, 1, 1, 0, 0, 1),
      };
      const expectation: typeof dataset.expectation = async (...args) => {
        const statistics = await dataset.expectation(...args);
        return { ...statistics, objective: objective(iteration++) };
      };
      const settings = { tol: 1e-6, maxIter, precision: backend.precision };
      return new EmRun(
        told,
        { ...dataset, nSamples: 300, nFeatures: 2, frame: dataset.frame, expectation },
        start,
        settings,
      );
    };
  }

  test('over and over never converges; the first is told', async () => {
    const run = await toldBy((i) => -1000 - i)(20);
    while (!run.done) await run.step();
    expect(run.converged).toBe(false);
    expect(run.iteration).toBe(20);
    expect(run.warnings).toMatchObject([{ code: 'log-likelihood-fell', iteration: 1 }]);
  });

  test('up and down never converges', async () => {
    const run = await toldBy((i) => -1000 + (i % 2))(20);
    while (!run.done) await run.step();
    expect(run.converged).toBe(false);
  });

  test('smaller than rounding is none', async () => {
    const run = await toldBy((i) => -1000 + (i === 0 ? -1 : 0) - i * 1e-13)(20);
    while (!run.done) await run.step();
    expect(run.warnings).toEqual([]);
    expect(run.converged).toBe(true);
  });
});
