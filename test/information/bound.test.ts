import { describe, expect, test } from 'vitest';
import { type Bound, GaussianMixture, type HostPoints, type MixtureModel } from '../../src/public.ts';
import { expectNear, pointsOf, THREE_OVERLAPPING } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import { logJoint, logSumExp, mixtureOf, TYPES } from './samples.ts';

const cpu = { backend: 'cpu' } as const;
const N = 300;
const plainPoints = pointsOf(THREE_OVERLAPPING, N);
const sets: Record<string, HostPoints> = {
  plain: plainPoints,
  weighted: { ...plainPoints, sampleWeight: randomWeights(N, 5) },
};
/** Rounding of sums of N terms of size 1 to 10. */
const ROUNDING = 1e-9;

/** The responsibilities that an E-step gives, or those of labels. */
function posterior(joint: number[][], hard = false): number[][] {
  return joint.map((row) => {
    const total = logSumExp(row);
    const peak = row.indexOf(Math.max(...row));
    return row.map((value, k) => (hard ? Number(k === peak) : Math.exp(value - total)));
  });
}

/** The bound by its definition, point by point. */
function direct(joint: number[][], q: number[][], { sampleWeight }: HostPoints): Bound {
  const sum = (f: (row: number[], q: number[]) => number) =>
    joint.reduce((total, row, n) => total + (sampleWeight?.[n] ?? 1) * f(row, q[n]!), 0);
  const over = (f: (value: number, q: number) => number) =>
    sum((row, own) => row.reduce((total, value, k) => total + (own[k] === 0 ? 0 : f(value, own[k]!)), 0));
  const expectedLogLikelihood = over((value, r) => r * value);
  const entropy = over((_, r) => -r * Math.log(r));
  const kl = sum((row, own) => {
    const total = logSumExp(row);
    return row.reduce((s, value, k) => s + (own[k] === 0 ? 0 : own[k]! * (Math.log(own[k]!) - (value - total))), 0);
  });
  return {
    logLikelihood: sum(logSumExp),
    expectedLogLikelihood,
    entropy,
    elbo: expectedLogLikelihood + entropy,
    kl,
  };
}

function expectBound(found: Bound, expected: Bound): void {
  for (const [name, value] of Object.entries(expected)) {
    const error = Math.abs(found[name as keyof Bound] - value);
    expect(`${name}: ${error < ROUNDING * (N + Math.abs(value)) ? 'near' : error}`).toBe(`${name}: near`);
  }
}

const jointOf = (points: HostPoints, model: MixtureModel) => logJoint(points, mixtureOf(model.toJSON()));

describe.each(Object.keys(sets))('%s points', (name) => {
  const points = sets[name]!;

  test.each(TYPES)(
    '%s: the bound of soft and of hard responsibilities is that of direct sums',
    async (covarianceType) => {
      const options = { nComponents: 3, covarianceType, tol: 0, maxIter: 4, ...cpu };
      for (const noise of [false, true]) {
        const fit = await new GaussianMixture({ ...options, noise }).fit(points);
        const joint = jointOf(points, fit);
        const soft = await fit.bound();
        expectBound(soft, direct(joint, posterior(joint), points));
        expect(soft.kl).toBe(0);
        const hard = await fit.bound(points, { hard: true, ...cpu });
        expectBound(hard, direct(joint, posterior(joint, true), points));
        expect(hard.entropy).toBe(0);
        expect(hard.kl).toBeGreaterThan(0);
        expectNear(hard.logLikelihood, soft.logLikelihood, 1e-13);
        fit.destroy();
      }
    },
  );

  test.each(TYPES)('%s: every E-step closes the gap, every M-step raises the bound', async (covarianceType) => {
    // With regCovar the M-step would not be the bound's maximum.
    const options = { nComponents: 3, covarianceType, regCovar: 0, tol: 0, maxIter: 25, bounds: true, ...cpu };
    const mixture = new GaussianMixture(options);
    const run = await mixture.start(points);
    const models = [run.model];
    for await (const { model } of run) models.push(model);
    const fit = await run.finish();
    expect(fit.bounds.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    fit.bounds.forEach(({ expectation, maximization }, i) => {
      const before = jointOf(points, models[i]!);
      const after = jointOf(points, models[i + 1]!);
      expectBound(expectation, direct(before, posterior(before), points));
      expectBound(maximization, direct(after, posterior(before), points));
      expect(expectation.kl).toBe(0);
      expect(expectation.elbo).toBe(expectation.logLikelihood);
      expect(maximization.kl).toBeGreaterThan(-ROUNDING * N);
      expect(maximization.elbo).toBeGreaterThan(expectation.elbo - ROUNDING * N);
      expect(maximization.elbo).toBeLessThan(maximization.logLikelihood + ROUNDING * N);
      const next = fit.bounds[i + 1]?.expectation.elbo ?? fit.logLikelihood;
      expect(next).toBe(maximization.logLikelihood);
    });
    fit.destroy();
  });
});

test('without the option there are none', async () => {
  const fit = await new GaussianMixture({ nComponents: 2, maxIter: 3, ...cpu }).fit(plainPoints);
  expect(fit.bounds).toEqual([]);
  fit.destroy();
});
