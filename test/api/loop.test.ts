import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { EmRun } from '../../src/em/run.ts';
import { judge } from '../../src/em/stopping.ts';
import type { Family } from '../../src/em/types.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { GaussianMixture, KMeans, type Progress } from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const slow = pointsOf(THREE_OVERLAPPING, 600);
const easy = pointsOf(TWO_GROUPS, 300);

describe('stepping', () => {
  test('an E-step and an M-step apart are one step', async () => {
    const mixture = new GaussianMixture({ nComponents: 3, ...cpu });
    const [apart, together] = [await mixture.start(slow), await mixture.start(slow)];
    for (let i = 0; i < 5; i++) {
      await apart.expectation();
      await apart.maximization();
      expect(apart.history.length).toBe(i + 1);
    }
    await apart.expectation();
    for (let i = 0; i < 5; i++) await together.step();
    expect(apart.iteration).toBe(5);
    expect(apart.model.toJSON()).toEqual(together.model.toJSON());
    expect(apart.history).toEqual(together.history);
    apart.destroy();
    together.destroy();
  });

  test('an E-step is computed once for the same parameters, an M-step brings its own where there was none', async () => {
    const run = await new GaussianMixture({ nComponents: 3, ...cpu }).start(slow);
    await run.expectation();
    await run.expectation();
    expect(run.history.length).toBe(1);
    await run.maximization();
    await run.maximization();
    expect(run.history.length).toBe(2);
    expect(run.iteration).toBe(2);
    run.destroy();
  });

  test('before the first step the model is the start', async () => {
    const init = mixtureJSON({ ...THREE_OVERLAPPING, weights: [0.5, 0.25, 0.25] });
    const run = await new GaussianMixture({ nComponents: 3, init, ...cpu }).start(slow);
    expect(run.iteration).toBe(0);
    expect(run.done).toBe(false);
    expect(run.history).toEqual([]);
    expectNear(run.model.weights, init.weights, 1e-15);
    expectNear(run.model.means, init.means, 1e-14, 1e-14);
    expectNear(run.model.covariances, init.covariances, 1e-14);
    run.destroy();
  });

  test('for await yields the state after every iteration', async () => {
    const run = await new GaussianMixture({ nComponents: 3, maxIter: 6, tol: 0, ...cpu }).start(slow);
    const iterations: number[] = [];
    for await (const state of run) {
      iterations.push(state.iteration);
      expect(state.value).toBe(run.history.at(-1));
      expect(state.converged).toBe(false);
      const { logLikelihood } = await state.model.evaluate(slow, cpu);
      expectNear(logLikelihood, state.value, 1e-12);
    }
    expect(iterations).toEqual([1, 2, 3, 4, 5, 6]);
    expect(run.done).toBe(true);
    run.destroy();
  });

  test('models handed out earlier do not change', async () => {
    const run = await new GaussianMixture({ nComponents: 3, ...cpu }).start(slow);
    await run.step();
    const { model } = run;
    const before = JSON.stringify(model);
    model.means[0]![0] = 1e9;
    await run.step();
    expect(run.model.means[0]![0]).not.toBe(1e9);
    model.means[0]![0] = JSON.parse(before).means[0][0];
    expect(JSON.stringify(model)).toBe(before);
    run.destroy();
  });

  test('a pause changes nothing: nothing runs between calls', async () => {
    const mixture = new GaussianMixture({ nComponents: 3, maxIter: 8, tol: 0, ...cpu });
    const run = await mixture.start(slow);
    for await (const { iteration } of run) if (iteration === 3) break;
    const paused = [...run.history];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(run.history).toEqual(paused);
    expect(run.iteration).toBe(3);
    for await (const state of run) expect(state.iteration).toBeGreaterThan(3);
    const [resumed, straight] = [await run.finish(), await mixture.fit(slow)];
    expect(resumed.history).toEqual(straight.history);
    expect(resumed.toJSON()).toEqual(straight.toJSON());
    resumed.destroy();
    straight.destroy();
  });

  test('a step of a run that is done does nothing', async () => {
    const run = await new GaussianMixture({ nComponents: 3, maxIter: 2, tol: 0, ...cpu }).start(slow);
    for (let i = 0; i < 5; i++) await run.step();
    expect(run.iteration).toBe(2);
    expect(run.history.length).toBe(3);
    run.destroy();
  });

  test('a run may be finished at any point', async () => {
    const run = await new GaussianMixture({ nComponents: 3, ...cpu }).start(slow);
    await run.maximization();
    const fit = await run.finish();
    expect(fit.nIter).toBe(1);
    expect(fit.converged).toBe(false);
    expect(fit.warnings.map(({ code }) => code)).toEqual(['not-converged']);
    expectNear((await fit.evaluate(slow, cpu)).logLikelihood, fit.logLikelihood, 1e-12);
    fit.destroy();
  });

  test('k-means steps just the same', async () => {
    const run = await new KMeans({ nClusters: 3, ...cpu }).start(slow);
    const values: number[] = [];
    for await (const { value } of run) values.push(value);
    expect(values).toEqual(run.history.slice(1));
    // But for the last bits: at the end an iteration may gain nothing at all.
    values.forEach((value, i) => {
      expect(value).toBeLessThanOrEqual((values[i - 1] ?? Infinity) * (1 + 1e-14));
    });
    expect(run.converged).toBe(true);
    const fit = await run.finish();
    expectNear((await fit.evaluate(slow, cpu)).inertia, fit.inertia, 1e-12);
    fit.destroy();
  });
});

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

    test('is exact for a geometric series', () => {
      // l(i) = -5 - 0.9^i per point: what is left after i is 0.9^i.
      const history = Array.from({ length: 6 }, (_, i) => 10 * (-5 - 0.9 ** i));
      expect(judge(history, 10, precision).remaining).toBeCloseTo(0.9 ** 5, 12);
    });

    test('is infinite while gains grow, and while there is one gain only', () => {
      expect(judge([-10, -9], 1, precision).remaining).toBe(Infinity);
      expect(judge([-10, -9.9, -9.7, -9.3], 1, precision).remaining).toBe(Infinity);
    });

    test('a gain below rounding leaves nothing, a fall beyond it everything', () => {
      expect(judge([-10, -9, -9], 1, precision)).toMatchObject({ remaining: 0, fell: false });
      expect(judge([-10, -9, -9 - 1e-14], 1, precision)).toMatchObject({ remaining: 0, fell: false });
      expect(judge([-10, -9, -9.001], 1, precision)).toMatchObject({ remaining: Infinity, fell: true });
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

  test('over and over never converges; every iteration of it is told', async () => {
    const run = await toldBy((i) => -1000 - i)(20);
    while (!run.done) await run.step();
    expect(run.converged).toBe(false);
    expect(run.iteration).toBe(20);
    expect(run.warnings.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(new Set(run.warnings.map(({ code }) => code))).toEqual(new Set(['log-likelihood-fell']));
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

describe('abort', () => {
  const forever = { nComponents: 3, tol: 0, maxIter: 1_000_000, ...cpu };

  test('before the start', async () => {
    const signal = AbortSignal.abort();
    await refusal(() => new GaussianMixture(forever).fit(slow, { signal }), 'aborted');
    await refusal(() => new KMeans({ nClusters: 3, ...cpu }).fit(slow, { signal }), 'aborted');
  });

  test.each(['load', 'seed', 'fit'] as const)('in the stage %s, from a progress callback', async (stage) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let after = 0;
    const onProgress = (progress: Progress) => {
      if (controller.signal.aborted) after++;
      if (progress.stage === stage) controller.abort(reason);
    };
    const fitting = () => new GaussianMixture(forever).fit(slow, { signal: controller.signal, onProgress });
    const error = await refusal(fitting, 'aborted');
    expect(error.cause).toBe(reason);
    expect(after).toBeLessThanOrEqual(1);
  });

  test('by a timer, while it iterates', async () => {
    const controller = new AbortController();
    let last = 0;
    const onProgress = ({ iteration }: Progress) => {
      last = iteration;
    };
    const fitting = new GaussianMixture(forever).fit(slow, { signal: controller.signal, onProgress });
    setTimeout(() => controller.abort(), 30);
    await refusal(() => fitting, 'aborted');
    const stopped = last;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(last).toBe(stopped);
  });

  test('a run that was aborted keeps its parameters, and does not go on', async () => {
    const controller = new AbortController();
    const run = await new GaussianMixture(forever).start(slow, { signal: controller.signal });
    await run.step();
    await run.step();
    controller.abort();
    const { history, model } = run;
    await refusal(() => run.step(), 'aborted');
    expect(run.history).toEqual(history);
    // The M-step of the parameters that were known may have been done.
    expect([2, 3]).toContain(run.iteration);
    expect(model.weights.length).toBe(3);
    run.destroy();
    await refusal(() => run.expectation(), 'aborted');
  });

  test('of scoring', async () => {
    const fit = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(easy);
    const signal = AbortSignal.abort();
    for (const points of [undefined, easy]) {
      await refusal(() => fit.predict(points, { ...cpu, signal }), 'aborted');
      await refusal(() => fit.predictProba(points, { ...cpu, signal }), 'aborted');
      await refusal(() => fit.scoreSamples(points, { ...cpu, signal }), 'aborted');
    }
    await refusal(() => fit.evaluate(easy, { ...cpu, signal }), 'aborted');
    // The fit is none the worse for it.
    expect((await fit.predict()).length).toBe(300);
    fit.destroy();
  });
});

describe('progress', () => {
  async function progressOf(begin: (onProgress: (progress: Progress) => void) => Promise<{ destroy(): void }>) {
    const told: Progress[] = [];
    (await begin((progress) => told.push(progress))).destroy();
    return told;
  }

  const estimators = {
    mixture: new GaussianMixture({ nComponents: 3, maxIter: 10, tol: 0, ...cpu }),
    'k-means': new KMeans({ nClusters: 3, maxIter: 10, tol: 0, ...cpu }),
  };

  test.each(['mixture', 'k-means'] as const)('%s: load, seed, fit, each rising to 1', async (name) => {
    const told = await progressOf((onProgress) => estimators[name].fit(slow, { onProgress }));
    const stages = told.map(({ stage }) => stage);
    expect(stages).toEqual([
      ...stages.filter((stage) => stage === 'load'),
      ...stages.filter((stage) => stage === 'seed'),
      ...stages.filter((stage) => stage === 'fit'),
    ]);
    for (const stage of ['load', 'seed', 'fit']) {
      const fractions = told.filter((progress) => progress.stage === stage).map(({ fraction }) => fraction);
      expect(fractions.length).toBeGreaterThan(0);
      expect(fractions[0]).toBeGreaterThanOrEqual(0);
      fractions.forEach((fraction, i) => {
        if (i > 0) expect(fraction).toBeGreaterThan(fractions[i - 1]!);
      });
      expect(fractions.at(-1)).toBe(1);
    }
  });

  test('tells the iteration and its value', async () => {
    const history: number[][] = [];
    const told = await progressOf(async (onProgress) => {
      const fit = await estimators.mixture.fit(slow, { onProgress });
      history.push([...fit.history]);
      return fit;
    });
    const fitting = told.filter(({ stage }) => stage === 'fit');
    expect(fitting.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(fitting.map(({ logLikelihood }) => logLikelihood)).toEqual(history[0]!.slice(1));
    const clusters = await progressOf((onProgress) => estimators['k-means'].fit(slow, { onProgress }));
    expect(clusters.at(-1)!.inertia).toBeGreaterThan(0);
  });

  test('an error in the callback ends the fit with that error', async () => {
    const mistake = new Error('mistake');
    const onProgress = ({ stage }: Progress) => {
      if (stage === 'fit') throw mistake;
    };
    await expect(estimators.mixture.fit(slow, { onProgress })).rejects.toBe(mistake);
  });
});

describe('the log-likelihood returned is that of the parameters returned', () => {
  test.each(TYPES)('%s, converged or cut short', async (covarianceType) => {
    for (const maxIter of [1, 2, 500]) {
      const fit = await new GaussianMixture({ nComponents: 3, covarianceType, maxIter, ...cpu }).fit(slow);
      const again = await fit.evaluate(slow, cpu);
      expectNear(again.logLikelihood, fit.logLikelihood, 1e-13);
      expect(fit.history.at(-1)).toBe(fit.logLikelihood);
      expect(fit.lowerBound).toBe(fit.logLikelihood / 600);
      const sum = [...(await fit.scoreSamples())].reduce((a, b) => a + b, 0);
      expectNear(sum, fit.logLikelihood, 1e-12);
      fit.destroy();
    }
  });
});
