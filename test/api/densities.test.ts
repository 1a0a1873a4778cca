import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { densityGrid, densityGridBuffer } from '../../src/estimators/grid.ts';
import { KMeansModel } from '../../src/estimators/k-means-model.ts';
import { conditional, marginal } from '../../src/estimators/marginal.ts';
import { fromParameters } from '../../src/estimators/mixture-model.ts';
import { type CovarianceType, MixtureModel } from '../../src/index.ts';
import { randomRows, uniforms } from '../cpu/samples.ts';
import { expectNear, refusal, TWO_GROUPS } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const TYPES = ['full', 'tied', 'diag', 'spherical', 'tied-diag', 'tied-spherical'] as const;

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

/** K overlapping components of a type; correlated where the type allows it. */
function randomModel(type: CovarianceType, D: number, K: number, seed: number): MixtureModel {
  const next = uniforms(seed);
  const matrix = () => {
    const a = Array.from({ length: D }, () => Array.from({ length: D }, () => 2 * next() - 1));
    const entry = (i: number, j: number) => a[i]!.reduce((sum, x, d) => sum + x * a[j]![d]!, i === j ? 0.3 : 0);
    return Array.from({ length: D * D }, (_, e) => entry(Math.floor(e / D), e % D));
  };
  const scalar = () => 0.3 + next();
  const diagonal = () => Array.from({ length: D }, scalar);
  const block = {
    full: matrix,
    tied: matrix,
    diag: diagonal,
    spherical: () => [scalar()],
    'tied-diag': diagonal,
    'tied-spherical': () => [scalar()],
  }[type];
  const raw = Array.from({ length: K }, () => 0.2 + next());
  const total = sum(raw);
  const parameters = {
    weights: Float64Array.from(raw, (w) => w / total),
    means: Float64Array.from({ length: K * D }, () => 4 * next() - 2),
    covariances: Float64Array.from(Array.from({ length: type.startsWith('tied') ? 1 : K }, block).flat()),
  };
  return new MixtureModel(
    fromParameters(parameters, type, D, { featureNames: Array.from({ length: D }, (_, d) => `f${d}`) }),
  );
}

const logDensities = (model: MixtureModel, data: Float64Array) =>
  model.scoreSamples({ data, nFeatures: model.nFeatures }, cpu);

const types = fc.constantFrom(...TYPES);
const runs = { numRuns: 40 } as const;

describe('marginal', () => {
  test.each(TYPES)('%s: the density is the integral of the joint density over what is left out', async (type) => {
    const model = randomModel(type, 3, 3, 7);
    const part = marginal(model, ['f2', 0]);
    expect([part.covarianceType, part.nFeatures, part.featureNames]).toEqual([type, 2, ['f2', 'f0']]);
    for (const [x, z] of [
      [0.3, -1],
      [-1.2, 0.4],
    ] as const) {
      // Trapezoids, which are as good as exact here.
      const steps = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100);
      const line = await logDensities(model, Float64Array.from(steps.flatMap((y) => [x, y, z])));
      const integral = sum(Array.from(line, Math.exp)) / 100;
      expectNear(Math.exp((await logDensities(part, Float64Array.of(z, x)))[0]!), integral, 1e-11);
    }
  });

  test('columns may change places, with a noise component too; without some of them that has no density', async () => {
    const noise = { weight: 0.25, logVolume: 3 };
    const noisy = new MixtureModel({ ...TWO_GROUPS, weights: [0.25, 0.5], noise });
    const swapped = marginal(noisy, [1, 0]);
    expect(swapped.noise).toEqual(noise);
    expectNear(
      await logDensities(swapped, Float64Array.of(2, 1)),
      await logDensities(noisy, Float64Array.of(1, 2)),
      1e-14,
    );
    await refusal(() => marginal(noisy, [0]), 'invalid-option');
    await refusal(() => conditional(noisy, { 0: 1 }), 'invalid-option');
  });

  test('columns that are not there, none, and one twice are refused', async () => {
    const model = randomModel('full', 3, 2, 1);
    for (const feature of [3, -1, 0.5, 'height', '', 'f3', Number.NaN]) {
      await refusal(() => marginal(model, [feature]), 'missing-column');
    }
    await refusal(() => marginal(model, []), 'invalid-option');
    await refusal(() => marginal(model, ['f1', 1]), 'invalid-option');
    for (const features of [0, null, undefined, 'f1']) {
      const { message } = await refusal(() => marginal(model, features as never), 'invalid-option');
      expect(message).toContain('features must be a list of columns');
    }
    for (const none of [null, undefined, {}, new KMeansModel({ nClusters: 1, nFeatures: 1, centers: [[0]] })]) {
      await refusal(() => marginal(none as never, [0]), 'invalid-option');
    }
    // A name is one even where it looks like a number.
    const named = new MixtureModel({ ...model.toJSON(), featureNames: ['2', '1', '0'] });
    expect(marginal(named, ['0']).means).toEqual(marginal(model, [2]).means);
  });
});

describe('conditional', () => {
  test('the joint density is the marginal times the conditional', async () => {
    await fc.assert(
      fc.asyncProperty(
        types,
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        async (type, D, K, seed) => {
          const model = randomModel(type, D, K, seed);
          const x = randomRows(1, D, seed + 1);
          const observed = Array.from({ length: D }, (_, d) => d).filter((d) => (seed >> d) & 1);
          if (observed.length === 0 || observed.length === D) observed.splice(0, D, D - 1);
          const rest = conditional(model, Object.fromEntries(observed.map((d) => [d % 2 ? `f${d}` : d, x[d]!])));
          expect(rest.covarianceType).toBe(type);
          expect(sum(rest.weights)).toBeCloseTo(1, 12);
          const [joint] = await logDensities(model, x);
          const [before] = await logDensities(
            marginal(model, observed),
            Float64Array.from(observed, (d) => x[d]!),
          );
          const [after] = await logDensities(
            rest,
            x.filter((_, d) => !observed.includes(d)),
          );
          expect(before! + after!).toBeCloseTo(joint!, 9);
          // It is a model like others.
          expect(MixtureModel.fromJSON(JSON.parse(JSON.stringify(rest))).means).toEqual(rest.means);
        },
      ),
      runs,
    );
  });

  test('is the textbook’s regression for one component', () => {
    const [weight, mean, covariance] = [Float64Array.of(1), Float64Array.of(1, 2), Float64Array.of(4, 3, 3, 9)];
    const flat = { weights: weight, means: mean, covariances: covariance };
    const model = new MixtureModel(fromParameters(flat, 'full', 2, { featureNames: ['x', 'y'] }));
    const { means, covariances, weights, featureNames } = conditional(model, { y: 5 });
    expectNear(means, [[1 + (3 / 9) * (5 - 2)]], 1e-15);
    expectNear(covariances, [[[4 - (3 * 3) / 9]]], 1e-15);
    expect([weights, featureNames]).toEqual([[1], ['x']]);
  });

  test('where all densities underflow, the widest component has all the weight', async () => {
    const model = randomModel('full', 2, 3, 5);
    const variances = model.fullCovariances.map((sigma) => sigma[0]![0]!);
    const widest = variances.indexOf(Math.max(...variances));
    expect(conditional(model, { 0: 1e6 }).weights.map((w) => Math.round(w))).toEqual(
      variances.map((_, k) => +(k === widest)),
    );
    await refusal(() => conditional(model, { 0: 1e200 }), 'invalid-option');
  });

  test('refuses all columns, none, unknown ones and values that are not numbers', async () => {
    const model = randomModel('diag', 2, 2, 3);
    await refusal(() => conditional(model, {}), 'invalid-option');
    await refusal(() => conditional(model, { 0: 1, f1: 2 }), 'invalid-option');
    await refusal(() => conditional(model, { 0: 1, f0: 1 }), 'invalid-option');
    await refusal(() => conditional(model, { z: 1 }), 'missing-column');
    await refusal(() => conditional(model, { 0: Number.NaN }), 'invalid-option');
    for (const value of [null, '1', true])
      await refusal(() => conditional(model, { 0: value as never }), 'invalid-option');
    for (const given of [null, undefined, 1]) await refusal(() => conditional(model, given as never), 'invalid-option');
  });
});

describe('samples', () => {
  test.each(TYPES)('%s: weights, means and covariances within five standard errors', (type) => {
    const [n, K, D] = [30_000, 3, 3];
    const model = randomModel(type, D, K, 23);
    const { data, labels } = model.sample(n, 4);
    for (let k = 0; k < K; k++) {
      const rows = Array.from(labels.keys()).filter((i) => labels[i] === k);
      const count = rows.length;
      const weight = model.weights[k]!;
      expect(Math.abs(count / n - weight)).toBeLessThan(5 * Math.sqrt((weight * (1 - weight)) / n));
      const sigma = model.fullCovariances[k]!;
      // About the true mean, so that the products are independent draws: Var(z_i z_j) = Σ_ii Σ_jj + Σ_ij².
      const z = (i: number, d: number) => data[i * D + d]! - model.means[k]![d]!;
      for (let d = 0; d < D; d++) {
        expect(Math.abs(sum(rows.map((i) => z(i, d))) / count)).toBeLessThan(5 * Math.sqrt(sigma[d]![d]! / count));
        for (let e = 0; e <= d; e++) {
          const error = Math.sqrt((sigma[d]![d]! * sigma[e]![e]! + sigma[d]![e]! ** 2) / count);
          const found = sum(rows.map((i) => z(i, d) * z(i, e))) / count;
          expect(Math.abs(found - sigma[d]![e]!)).toBeLessThan(5 * error);
        }
      }
    }
  });
});

describe('density on a grid', () => {
  const grid = { features: [2, 'f0'], x: [-9, 9, 91], y: [-8, 8, 65] } as const;

  test.each(TYPES)('%s: row by row the marginal density, which sums to 1', async (type) => {
    const model = randomModel(type, 3, 3, 11);
    const densities = await densityGrid(model, grid, cpu);
    expect(densities.length).toBe(91 * 65);
    expectNear(sum([...densities]) * 0.2 * 0.25, 1, 1e-6);
    const [i, j] = [50, 20];
    const place = Float64Array.of(-9 + 0.2 * i, -8 + 0.25 * j);
    const [log] = await logDensities(marginal(model, [2, 0]), place);
    expectNear(densities[j * 91 + i], Math.exp(log!), 1e-12);
    const logs = await densityGrid(model, { ...grid, log: true }, cpu);
    expectNear(logs[j * 91 + i], log, 1e-12);
  });

  test('is the same in pieces', async () => {
    const model = randomModel('full', 2, 2, 2);
    const small = { ...grid, features: [0, 1] } as const;
    const whole = await densityGrid(model, small, cpu);
    expectNear([...(await densityGrid(model, small, { ...cpu, chunkRows: 100 }))], [...whole], 1e-11);
  });

  test('what is no grid, or too large a one, is refused', async () => {
    const model = randomModel('full', 3, 2, 2);
    const bad = [
      { ...grid, x: [0, 0, 5] },
      { ...grid, y: [1, 0, 5] },
      { ...grid, y: [0, 1, 1] },
      { ...grid, x: [0, 1, 2.5] },
      { ...grid, x: [0, Infinity, 5] },
      { ...grid, x: [0, 1] },
      { ...grid, x: 9 },
      { ...grid, x: ['0', 1, 5] },
      { ...grid, y: null },
      { ...grid, features: null },
      null,
      undefined,
      { ...grid, features: [0] },
      { ...grid, features: [1, 1] },
    ];
    for (const each of bad) await refusal(() => densityGrid(model, each as never, cpu), 'invalid-option');
    const huge = { ...grid, x: [0, 1, 100_000], y: [0, 1, 20_000] } as const;
    expect((await refusal(() => densityGrid(model, huge, cpu), 'invalid-option')).message).toContain('100000 × 20000');
    await refusal(() => densityGridBuffer(model, grid, {} as never), 'invalid-option');
    const signal = AbortSignal.abort();
    await refusal(() => densityGrid(model, grid, { ...cpu, signal }), 'aborted');
  });
});
