import { expect, test } from 'vitest';
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
