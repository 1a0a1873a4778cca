import { describe, expect, test } from 'vitest';
import { GaussianMixture, KMeans, type Progress } from '../../src/index.ts';
import { pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const slow = pointsOf(THREE_OVERLAPPING, 600);
const easy = pointsOf(TWO_GROUPS, 300);

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
