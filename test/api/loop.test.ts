import { describe, expect, test } from 'vitest';
import { GaussianMixture, KMeans } from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, THREE_OVERLAPPING, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const slow = pointsOf(THREE_OVERLAPPING, 600);

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

  test('responsibilities and labels can be read between steps', async () => {
    const run = await new GaussianMixture({ nComponents: 3, ...cpu }).start(slow);
    await run.step();
    const [labels, responsibilities] = [await run.predict(), await run.predictProba()];
    expect(labels).toEqual(await run.model.predict(slow, cpu));
    expectNear([...responsibilities], [...(await run.model.predictProba(slow, cpu))], 1e-12, 1e-12);
    await run.step();
    expect(await run.predictProba()).not.toEqual(responsibilities);
    run.destroy();
    const clusters = await new KMeans({ nClusters: 3, ...cpu }).start(slow);
    expect((await clusters.predict()).length).toBe(600);
    await expect(clusters.predictProba()).rejects.toMatchObject({ code: 'invalid-option' });
    clusters.destroy();
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
