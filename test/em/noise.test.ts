import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import {
  GaussianMixture,
  type GaussianMixtureOptions,
  MixtureModel,
  modelFromJSON,
  type NoiseOptions,
} from '../../src/index.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS, TYPES } from '../api/data.ts';
import { randomWeights, uniforms } from '../cpu/samples.ts';
import { startAt } from '../properties/samples.ts';
import { cpu } from './data.ts';
import { inFormOf, iterate, naiveFrom, sum } from './naive.ts';

const CLEAN = 300;
const OUTLIERS = 30;

/** Two groups, and some points anywhere in the box −30 … 30. */
function scattered(): HostPoints {
  const next = uniforms(4);
  const anywhere = Array.from({ length: 2 * OUTLIERS }, () => 60 * next() - 30);
  return { data: Float64Array.from([...pointsOf(TWO_GROUPS, CLEAN).data, ...anywhere]), nFeatures: 2 };
}

const points = scattered();
const N = CLEAN + OUTLIERS;

/** log of the area of the box around the points. */
function logBox({ data }: HostPoints): number {
  const range = (d: number) => {
    const column = [...data].filter((_, i) => i % 2 === d);
    return Math.max(...column) - Math.min(...column);
  };
  return Math.log(range(0) * range(1));
}

const fitNoisy = (options: Partial<GaussianMixtureOptions> = {}, to = points) =>
  new GaussianMixture({ nComponents: 2, noise: true, ...cpu, ...options }).fit(to);

describe('the volume of noise', () => {
  test('may be given by its logarithm', async () => {
    const [a, b] = [
      await fitNoisy({ noise: { volume: 2500 } }),
      await fitNoisy({ noise: { logVolume: Math.log(2500) } }),
    ];
    expect(a.toJSON()).toEqual(b.toJSON());
    // Of many wide columns no number holds the volume itself.
    const wide = { data: Float64Array.from({ length: 90 * 40 }, (_, i) => ((i * 7919) % 5003) - 2500), nFeatures: 90 };
    const fit = await fitNoisy(
      { nComponents: 1, covarianceType: 'diag', noise: { logVolume: 90 * Math.log(5e3) } },
      wide,
    );
    expect(fit.noise!.logVolume).toBe(90 * Math.log(5e3));
  });

  test.each([{ logVolume: Number.NaN }, { logVolume: Infinity }, { logVolume: 3, volume: 20 }])(
    '%o is refused',
    async (noise) => {
      await refusal(() => fitNoisy({ noise }), 'invalid-option');
    },
  );
});

test('outliers go to the last column; its label is K; all weights sum to 1', async () => {
  // Centres are drawn far apart, so that a first start may well sit on outliers.
  const fit = await fitNoisy({ nInit: 10 });
  const r = await fit.predictProba();
  const labels = await fit.predict();
  expect(r.length).toBe(3 * N);
  expect(fit.weights.length).toBe(2);
  expect(sum(fit.weights) + fit.noise!.weight).toBeCloseTo(1, 14);
  expect(fit.noise!.logVolume).toBeCloseTo(logBox(points), 12);
  for (let n = 0; n < N; n++) {
    const row = [...r.subarray(3 * n, 3 * n + 3)];
    expect(sum(row)).toBeCloseTo(1, 13);
    expect(row[labels[n]!]).toBe(Math.max(...row));
  }
  const isNoise = [...labels].map((label) => label === 2);
  expect(isNoise.slice(0, CLEAN).filter(Boolean).length).toBeLessThan(0.02 * CLEAN);
  expect(isNoise.slice(CLEAN).filter(Boolean).length).toBeGreaterThan(0.75 * OUTLIERS);
  expect(Math.abs(fit.noise!.weight - OUTLIERS / N)).toBeLessThan(0.03);
  // Groups as if the outliers were not there; without noise they are blown up.
  const clean = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(pointsOf(TWO_GROUPS, CLEAN));
  const sorted = (means: readonly number[][]) => means.toSorted((a, b) => a[0]! - b[0]!);
  expectNear(sorted(fit.means), sorted(clean.means), 0, 0.15);
  for (const result of [fit, clean]) result.destroy();
});

test.each(TYPES)('%s: as the textbook has it, weights of rows included', async (covarianceType) => {
  for (const sampleWeight of [undefined, randomWeights(N, 2)]) {
    const data = { ...points, ...(sampleWeight && { sampleWeight }) };
    const json = {
      ...startAt(points, 2, covarianceType),
      means: [
        [0, 0],
        [8, 5],
      ],
      weights: [0.45, 0.45],
      noise: { weight: 0.1, logVolume: 8 },
    };
    const options = { covarianceType, init: json, tol: 0, maxIter: 5, regCovar: 1e-3, noise: undefined } as const;
    const { noise: _, ...rest } = options;
    const fit = await new GaussianMixture({ nComponents: 2, ...rest, ...cpu }).fit(data);
    const { mixture, history, responsibilities } = iterate(
      data,
      naiveFrom(json),
      { type: covarianceType, logVolume: 8, regCovar: 1e-3 },
      5,
    );
    expectNear(fit.history, history, 1e-12);
    expectNear([...fit.weights, fit.noise!.weight], mixture.weights, 0, 1e-11);
    expectNear(fit.means, mixture.means, 0, 1e-10);
    expectNear(fit.covariances, inFormOf(covarianceType, mixture.covariances), 1e-10, 1e-10);
    expectNear([...(await fit.predictProba())], responsibilities.flat(), 0, 1e-10);
    expect(fit.noise!.logVolume).toBe(8);
    fit.destroy();
  }
});

test('the weight of the noise is one parameter more', async () => {
  const fit = await fitNoisy();
  const p = 2 + 4 + 6;
  expectNear([fit.bic, fit.aic], [p * Math.log(N) - 2 * fit.logLikelihood, 2 * p - 2 * fit.logLikelihood], 1e-13);
  const again = await fit.evaluate(points, cpu);
  expectNear([again.logLikelihood, again.bic, again.icl], [fit.logLikelihood, fit.bic, fit.icl], 1e-12);
  expect(fit.icl).toBeGreaterThan(fit.bic);
  expectNear(sum([...(await fit.scoreSamples())]), fit.logLikelihood, 1e-12);
  fit.destroy();
});

test('a model file keeps it; a fit may go on from one', async () => {
  const fit = await fitNoisy({ maxIter: 4, tol: 0 });
  const text = JSON.stringify(fit);
  const back = MixtureModel.fromJSON(JSON.parse(text));
  expect(JSON.stringify(back)).toBe(text);
  expect(modelFromJSON(JSON.parse(text))).toEqual(back);
  expect(await back.predict(points, cpu)).toEqual(await fit.predict());
  // With the volume of the model.
  const further = await fitNoisy({ init: back, maxIter: 3, tol: 0 });
  const whole = await fitNoisy({ maxIter: 7, tol: 0 });
  expect(further.noise!.logVolume).toBe(fit.noise!.logVolume);
  expectNear(further.means, whole.means, 1e-11);
  expectNear(further.logLikelihood, whole.logLikelihood, 1e-12);
  for (const result of [fit, further, whole]) result.destroy();
});

test('a volume that is asked for takes the place of that of the start; the weight goes on', async () => {
  const init = { ...TWO_GROUPS, weights: [0.3, 0.6], noise: { weight: 0.1, logVolume: 5 } };
  for (const noise of [{ volume: 2500 }, { logVolume: Math.log(2500), weight: 0.3 }]) {
    const run = await new GaussianMixture({ nComponents: 2, init, noise, ...cpu }).start(points);
    expect(run.model.noise!.logVolume).toBeCloseTo(Math.log(2500), 14);
    expectNear([...run.model.weights, run.model.noise!.weight], [0.3, 0.6, 0.1], 1e-14);
    expectNear((await run.finish()).noise!.logVolume, Math.log(2500), 1e-14);
  }
});

test.each(TYPES)('%s: noise is not taken for a component that coincides with another', async (covarianceType) => {
  for (const nComponents of [1, 2]) {
    const fit = await fitNoisy({ covarianceType, nComponents, nInit: 3 });
    expect(fit.warnings.map(({ code }) => code)).not.toContain('coinciding-components');
    fit.destroy();
  }
  // Components that do coincide are still told of.
  const init = { ...startAt(points, 2, covarianceType), weights: [0.5, 0.4], noise: { weight: 0.1, logVolume: 8 } };
  const alike = { ...init, means: [init.means[0]!, init.means[0]!] };
  const fit = await fitNoisy({ covarianceType, init: alike });
  expect(fit.warnings.map(({ message }) => message).join()).toContain('Components 0 and 1 coincide');
  fit.destroy();
});

test('with noise asked for, a model without it starts with the weight that is asked for', async () => {
  const run = await new GaussianMixture({
    nComponents: 2,
    init: TWO_GROUPS,
    noise: { weight: 0.2, volume: 100 },
    ...cpu,
  }).start(points);
  expectNear([...run.model.weights, run.model.noise!.weight], [0.3 * 0.8, 0.7 * 0.8, 0.2], 1e-14);
  expect(run.model.noise!.logVolume).toBeCloseTo(Math.log(100), 14);
  run.destroy();
});

test('points that the components are far from are noise, and the log-likelihood stays finite', async () => {
  const model = new MixtureModel({ ...TWO_GROUPS, weights: [0.3, 0.6], noise: { weight: 0.1, logVolume: 5 } });
  const far = { data: Float64Array.of(1e8, -1e8, 0, 0), nFeatures: 2 };
  expect([...(await model.predict(far, cpu))]).toEqual([2, 0]);
  expectNear((await model.scoreSamples(far, cpu))[0], Math.log(0.1) - 5, 1e-14);
});

test('a constant column counts as 1 in the volume', async () => {
  const flat = { data: Float64Array.from({ length: 60 }, (_, i) => (i % 2 ? 7 : i)), nFeatures: 2 };
  const fit = await fitNoisy({ nComponents: 1, maxIter: 1, covarianceType: 'diag' }, flat);
  expect(fit.noise!.logVolume).toBeCloseTo(Math.log(58), 12);
  fit.destroy();
});

test('restarts and every start', async () => {
  for (const init of ['k-means++', 'k-means', 'random-from-data', 'random'] as const) {
    const fit = await fitNoisy({ init, nInit: 3 });
    expect(sum(fit.weights) + fit.noise!.weight).toBeCloseTo(1, 14);
    expect(fit.restarts.length).toBe(3);
    fit.destroy();
  }
});

describe('refused', () => {
  const bad: [string, NoiseOptions][] = [
    ['weight', { weight: 0 }],
    ['weight', { weight: 1 }],
    ['weight', { weight: Number.NaN }],
    ['volume', { volume: 0 }],
    ['volume', { volume: Infinity }],
  ];
  test.each(bad)('noise.%s: %o', async (name, noise) => {
    expect((await refusal(() => fitNoisy({ noise }), 'invalid-option')).message).toContain(`noise.${name}`);
  });

  test("with missing: 'em'", async () => {
    await refusal(() => fitNoisy({ missing: 'em' }), 'invalid-option');
  });

  test('in a model file: a weight below 0, weights that do not sum to 1 with it', async () => {
    const json = (weight: number) => ({ ...TWO_GROUPS, noise: { weight, logVolume: 1 } });
    await refusal(() => MixtureModel.fromJSON(json(0.5)), 'invalid-model');
    await refusal(() => MixtureModel.fromJSON({ ...json(-0.5), weights: [0.5, 1] }), 'invalid-model');
    await refusal(() => MixtureModel.fromJSON({ ...json(0), noise: { weight: 0 } }), 'invalid-model');
  });

  test('sampling, because the region is not kept', async () => {
    const model = new MixtureModel({ ...TWO_GROUPS, weights: [0.3, 0.6], noise: { weight: 0.1, logVolume: 5 } });
    await refusal(() => model.sample(10), 'invalid-option');
  });
});
