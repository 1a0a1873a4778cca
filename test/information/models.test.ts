import { describe, expect, test } from 'vitest';
import { GaussianMixture, MixtureModel } from '../../src/public.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS } from '../api/data.ts';
import { flatValues } from './samples.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 200);

test('a fit tells of its own points, a model of those it is given', async () => {
  const fit = await new GaussianMixture({ nComponents: 2, regCovar: 0, tol: 1e-12, ...cpu }).fit(points);
  const model = MixtureModel.fromJSON(fit.toJSON());
  const [own, given] = [await fit.naturalGradient(), await model.naturalGradient(points, cpu)];
  expectNear(own.logLikelihood, fit.logLikelihood, 1e-12);
  expectNear([...flatValues(own.emStep).means], [...flatValues(given.emStep).means], 0, 1e-10);
  // EM has arrived: hardly a step is left.
  expectNear(
    own.emStep.means,
    [
      [0, 0],
      [0, 0],
    ],
    0,
    1e-5,
  );
  const [a, b] = [await fit.fisherInformation(), await model.fisherInformation(points, cpu)];
  expectNear(a.standardErrors!.means, b.standardErrors!.means, 1e-8);
  expect(a.names.length).toBe(fit.nParameters);
  fit.destroy();
  await refusal(() => model.fisherInformation(), 'invalid-points');
});

test('an abort is heard', async () => {
  const model = MixtureModel.fromJSON(TWO_GROUPS);
  const signal = AbortSignal.abort();
  await refusal(() => model.fisherInformation(points, { ...cpu, signal }), 'aborted');
});

describe('information of points that were not fitted', () => {
  const options = { nComponents: 2, regCovar: 0, tol: 1e-12, ...cpu } as const;

  test('there is no caution for those that were, by the fit or a model, with weights or without', async () => {
    const sampleWeight = Float64Array.from({ length: 200 }, (_, n) => 1 + (n % 3) / 7);
    for (const given of [points, { ...points, sampleWeight }]) {
      const fit = await new GaussianMixture(options).fit(given);
      const model = MixtureModel.fromJSON(fit.toJSON());
      for (const information of [
        await fit.fisherInformation(),
        await fit.fisherInformation(given, cpu),
        await model.fisherInformation(given, cpu),
      ]) {
        expect(information.offMaximum).toBeLessThan(1e-4);
        expect(information).not.toHaveProperty('caution');
        expect(information.nSamples).toBe(200);
        expectNear(information.totalWeight, fit.totalWeight, 1e-12);
      }
      fit.destroy();
    }
  });

  test('others, drawn alike and as many, are found out by where their log-likelihood is largest', async () => {
    const fit = await new GaussianMixture(options).fit(points);
    for (let seed = 1; seed <= 10; seed++) {
      const { caution, offMaximum, standardErrors } = await fit.fisherInformation(pointsOf(TWO_GROUPS, 200, seed), cpu);
      expect(offMaximum).toBeGreaterThan(0.5);
      expect(caution).toMatch(
        /^The log-likelihood of these points is largest elsewhere: \w+\[\d.*\] would move by about /,
      );
      expect(standardErrors!.weights).toHaveLength(2);
    }
    fit.destroy();
  });

  test('a fit tells that they are more or fewer than it had, or weigh more or less', async () => {
    const fit = await new GaussianMixture(options).fit(points);
    const sampleWeight = new Float64Array(200).fill(2);
    const twice = { data: Float64Array.from([...points.data, ...points.data]), nFeatures: 2 };
    // Both are at their maximum, so it can be told by their size alone.
    const heavy = await fit.fisherInformation({ ...points, sampleWeight }, cpu);
    expect(heavy.caution).toBe('The fit was to 200 rows of total weight 200; these are 200 rows of total weight 400.');
    const more = await fit.fisherInformation(twice, cpu);
    expect(more.caution).toBe('The fit was to 200 rows of total weight 200; these are 400 rows of total weight 400.');
    expect(more.offMaximum).toBeLessThan(1e-4);
    const half = { data: points.data.slice(0, 200), nFeatures: 2 };
    expect((await fit.fisherInformation(half, cpu)).caution).toMatch(
      /; these are 100 rows .*\. The log-likelihood of /,
    );
    fit.destroy();
  });

  test('the distance is in standard errors: of a mean that was moved, by as much as it was moved', async () => {
    const fit = await new GaussianMixture({ ...options, nComponents: 1 }).fit(points);
    const { standardErrors } = await fit.fisherInformation();
    for (const errors of [0.3, 2]) {
      const moved = {
        ...fit.toJSON(),
        means: [[fit.means[0]![0]!, fit.means[0]![1]! + errors * standardErrors!.means[0]![1]!]],
      };
      const information = await MixtureModel.fromJSON(moved).fisherInformation(points, cpu);
      expect(information.offMaximum! / errors).toBeCloseTo(1, 1);
      expect(information.caution ?? 'none').toMatch(
        errors > 1 ? /means\[0\]\[1\] would move by about 2(\.\d)? of/ : /^none$/,
      );
    }
    fit.destroy();
  });

  test('a fit that did not run to its end is told of as well', async () => {
    const close = {
      ...TWO_GROUPS,
      means: [
        [0, 0],
        [3, 2],
      ],
    };
    const fit = await new GaussianMixture({ ...options, tol: 0, maxIter: 8 }).fit(pointsOf(close, 2000));
    expect((await fit.fisherInformation()).caution).toContain('where it ran to its end');
    fit.destroy();
  });
});
