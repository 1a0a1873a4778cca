import { randomNormal } from 'd3-random';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MixtureModel } from '../../src/index.ts';
import { type ComponentParameters, componentTable } from '../../src/judging/components.ts';
import { bhattacharyyaDistance, type Gaussian, gaussian } from '../../src/judging/overlap.ts';
import { cholesky } from '../../src/math/cholesky.ts';
import { seededRandom } from '../../src/math/random.ts';
import { uniforms } from '../cpu/samples.ts';
import { refusal } from './data.ts';

const runs = { numRuns: 40 } as const;

/** A random normal distribution: `A Aᵀ` and something on the diagonal. */
function randomGaussian(D: number, seed: number): Gaussian {
  const next = uniforms(seed);
  const a = Array.from({ length: D * D }, () => 2 * next() - 1);
  const covariance = Float64Array.from({ length: D * D }, (_, at) => {
    const [i, j] = [Math.floor(at / D), at % D];
    let sum = i === j ? 0.1 : 0;
    for (let k = 0; k < D; k++) sum += a[i * D + k]! * a[j * D + k]!;
    return sum;
  });
  return gaussian(
    Float64Array.from({ length: D }, () => 4 * next()),
    covariance,
  )!;
}

const coefficient = (a: Gaussian, b: Gaussian) => Math.exp(-bhattacharyyaDistance(a, b));

/** Log-density at x. */
function logDensity({ mean, covariance, halfLogDet }: Gaussian, x: readonly number[]): number {
  const D = mean.length;
  const l = cholesky(covariance, D)!;
  let square = 0;
  const y: number[] = [];
  for (let i = 0; i < D; i++) {
    let rest = x[i]! - mean[i]!;
    for (let j = 0; j < i; j++) rest -= l[i * D + j]! * y[j]!;
    y.push(rest / l[i * D + i]!);
    square += y[i]! ** 2;
  }
  return -square / 2 - halfLogDet - (D / 2) * Math.log(2 * Math.PI);
}

/** The integral over the line of a function of two densities in one dimension: trapezoids, which are as good as exact here. */
function integrate(a: Gaussian, b: Gaussian, of: (f: number, g: number) => number, panels = 40_000): number {
  const sds = [a, b].map(({ covariance }) => Math.sqrt(covariance[0]!));
  const from = Math.min(a.mean[0]! - 12 * sds[0]!, b.mean[0]! - 12 * sds[1]!);
  const to = Math.max(a.mean[0]! + 12 * sds[0]!, b.mean[0]! + 12 * sds[1]!);
  const step = (to - from) / panels;
  let sum = 0;
  for (let i = 0; i <= panels; i++) {
    const x = [from + i * step];
    sum += of(Math.exp(logDensity(a, x)), Math.exp(logDensity(b, x)));
  }
  return sum * step;
}

const linePairs = fc.nat().map((seed) => [randomGaussian(1, seed), randomGaussian(1, seed + 1)] as const);

describe('the overlap', () => {
  test('is the integral of √(f g), in one dimension by quadrature', () => {
    fc.assert(
      fc.property(linePairs, ([a, b]) => {
        const integral = integrate(a, b, (f, g) => Math.sqrt(f * g));
        expect(Math.abs(coefficient(a, b) - integral)).toBeLessThan(1e-11);
      }),
      runs,
    );
  });

  test('bounds what the best rule mistakes', () => {
    fc.assert(
      fc.property(linePairs, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([a, b], p) => {
        const mistaken = integrate(a, b, (f, g) => Math.min(p * f, (1 - p) * g));
        const rho = coefficient(a, b);
        expect(mistaken).toBeLessThan(Math.sqrt(p * (1 - p)) * rho + 1e-6);
        expect(mistaken).toBeGreaterThan((1 - Math.sqrt(1 - 4 * p * (1 - p) * rho * rho)) / 2 - 1e-6);
      }),
      runs,
    );
  });

  test('is the integral of √(f g), in two dimensions by Monte Carlo', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const pair = [randomGaussian(2, seed), randomGaussian(2, seed + 1)] as const;
        const factors = pair.map(({ covariance }) => cholesky(covariance, 2)!);
        const random = seededRandom(seed);
        const normal = randomNormal.source(random.uniform)();
        const n = 100_000;
        let sum = 0;
        for (let i = 0; i < n; i++) {
          // Half the points from each: √(f g) over the density of both together is at most 1.
          const l = factors[i % 2]!;
          const { mean } = pair[i % 2]!;
          const [u, v] = [normal(), normal()];
          const x = [mean[0]! + l[0]! * u, mean[1]! + l[2]! * u + l[3]! * v];
          const half = (logDensity(pair[0], x) - logDensity(pair[1], x)) / 2;
          sum += 2 / (Math.exp(half) + Math.exp(-half));
        }
        // Of numbers from 0 to 1 with mean ρ the variance is at most ρ (1 − ρ). By Bernstein's inequality their mean is farther off than this
        // once in ten million times, also where few of them are far from 0.
        const rho = coefficient(...pair);
        const L = Math.log(2e7);
        const farthest = (2 * L) / (3 * n) + Math.sqrt((2 * L * rho * (1 - rho)) / n);
        expect(Math.abs(rho - sum / n)).toBeLessThan(farthest);
      }),
      { numRuns: 12 },
    );
  });

  test('of independent features is the product of theirs, also after a linear map', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (D, seed) => {
        const lines = Array.from({ length: D }, (_, d) => [
          randomGaussian(1, seed + d),
          randomGaussian(1, seed + D + d),
        ]);
        const next = uniforms(seed);
        const map = Array.from({ length: D }, (_, i) =>
          Array.from({ length: D }, (_, j) => (i === j ? 1 + next() : 0.6 * next() - 0.3)),
        );
        const mapped = (which: number) => {
          const one = lines.map((pair) => pair[which]!);
          const mean = map.map((row) => row.reduce((sum, m, d) => sum + m * one[d]!.mean[0]!, 0));
          const covariance = map.flatMap((row) =>
            map.map((other) => row.reduce((sum, m, d) => sum + m * other[d]! * one[d]!.covariance[0]!, 0)),
          );
          return gaussian(Float64Array.from(mean), Float64Array.from(covariance))!;
        };
        const product = lines.reduce((all, [a, b]) => all * coefficient(a!, b!), 1);
        expect(coefficient(mapped(0), mapped(1))).toBeCloseTo(product, 9);
      }),
      runs,
    );
  });

  test('is 1 for the same distribution, symmetric, and knows nothing of units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (D, seed) => {
        const [a, b] = [randomGaussian(D, seed), randomGaussian(D, seed + 1)];
        expect(coefficient(a, a)).toBeCloseTo(1, 12);
        expect(coefficient(b, a)).toBeCloseTo(coefficient(a, b), 12);
        const next = uniforms(seed);
        const units = Array.from({ length: D }, () => 10 ** (20 * next() - 10));
        const inUnits = ({ mean, covariance }: Gaussian) =>
          gaussian(
            mean.map((m, d) => m * units[d]!),
            covariance.map((c, at) => c * units[Math.floor(at / D)]! * units[at % D]!),
          )!;
        expect(coefficient(inUnits(a), inUnits(b))).toBeCloseTo(coefficient(a, b), 9);
      }),
      runs,
    );
  });
});

const TWO_GROUPS: ComponentParameters = {
  weights: [0.3, 0.7],
  means: [
    [0, 0],
    [8, 5],
  ],
  covariances: [
    [
      [1, 0.6],
      [0.6, 2],
    ],
    [
      [2, -0.5],
      [-0.5, 1],
    ],
  ],
};

/** As nested arrays. */
function mixtureOf(components: readonly Gaussian[]): ComponentParameters {
  const D = components[0]!.mean.length;
  return {
    weights: components.map(() => 1 / components.length),
    means: components.map(({ mean }) => [...mean]),
    covariances: components.map(({ covariance }) =>
      Array.from({ length: D }, (_, i) => [...covariance.subarray(i * D, (i + 1) * D)]),
    ),
  };
}

describe('the table', () => {
  test('of two groups', () => {
    const [one, two] = componentTable(TWO_GROUPS);
    // Eigenvalues of [[1, 0.6], [0.6, 2]]: 1.5 ± √(0.25 + 0.36).
    expect(one).toMatchObject({ component: 0, weight: 0.3, mean: [0, 0], sd: [1, Math.SQRT2] });
    const root = Math.sqrt(0.61);
    expect(one!.eigenvalues[0]).toBeCloseTo(1.5 + root, 13);
    expect(one!.eigenvalues[1]).toBeCloseTo(1.5 - root, 13);
    expect(one!.conditionNumber).toBeCloseTo((1.5 + root) / (1.5 - root), 12);
    // S = [[1.5, 0.05], [0.05, 1.5]], δ = (8, 5); determinants 2.2475, 1.64 and 1.75.
    const square = (1.5 * (64 + 25) - 2 * 0.05 * 40) / 2.2475;
    const expected = Math.exp(-square / 8) / Math.sqrt(2.2475 / Math.sqrt(1.64 * 1.75));
    expect(one!.overlap!.component).toBe(1);
    expect(one!.overlap!.coefficient).toBeCloseTo(expected, 13);
    expect(two!.overlap).toEqual({ component: 0, coefficient: one!.overlap!.coefficient });
  });

  test('of a model of any covariance type, as of its full covariances', () => {
    const parts = { nComponents: 2, nFeatures: 2, weights: [0.5, 0.5], means: [[0, 0], [3, 1]] }; // biome-ignore format: one line
    const types = [
      ['tied', [[2, 1], [1, 3]]],
      ['diag', [[1, 2], [3, 4]]],
      ['tied-diag', [1, 2]],
      ['spherical', [1, 2]],
      ['tied-spherical', [3]],
    ] as const; // biome-ignore format: one line each
    for (const [covarianceType, covariances] of types) {
      const model = new MixtureModel({ ...parts, covarianceType, covariances: covariances as never });
      const { weights, means, fullCovariances } = model;
      expect(componentTable(model)).toEqual(componentTable({ weights, means, covariances: fullCovariances }));
    }
  });

  test('of one component has no overlap', () => {
    const [row] = componentTable({ weights: [1], means: [[3]], covariances: [[[4]]] });
    expect(row).toEqual({ component: 0, weight: 1, mean: [3], sd: [2], eigenvalues: [4], conditionNumber: 1 });
  });

  test('names the most overlapping of all others, and eigenvalues that add up to the trace', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        fc.constantFrom(1, 5),
        (K, D, seed, apart) => {
          const components = Array.from({ length: K }, (_, k) => {
            const one = randomGaussian(D, seed + k);
            return { ...one, mean: one.mean.map((m) => m * apart) };
          });
          componentTable(mixtureOf(components)).forEach(({ overlap, eigenvalues, sd, conditionNumber }, k) => {
            const all = components.map((other, i) => (i === k ? -1 : coefficient(components[k]!, other)));
            expect(overlap!.coefficient).toBeCloseTo(Math.max(...all), 12);
            expect(all[overlap!.component]).toBe(overlap!.coefficient);
            const trace = sd.reduce((sum, s) => sum + s * s, 0);
            expect(eigenvalues.reduce((a, b) => a + b, 0) / trace).toBeCloseTo(1, 12);
            expect(eigenvalues).toEqual(eigenvalues.toSorted((a, b) => b - a));
            expect(conditionNumber).toBeGreaterThanOrEqual(1);
          });
        },
      ),
      runs,
    );
  });

  test('components so far apart that nothing is left have the closest named, and 0', () => {
    const far = componentTable({ weights: [0.5, 0.5], means: [[0], [1e200]], covariances: [[[1]], [[1]]] });
    expect(far.map(({ overlap }) => overlap)).toEqual([
      { component: 1, coefficient: 0 },
      { component: 0, coefficient: 0 },
    ]);
  });

  test('what is no mixture is refused', async () => {
    const good = { weights: [1], means: [[0, 0]], covariances: [[[1, 0], [0, 1]]] }; // biome-ignore format: one line
    await refusal(() => componentTable({ ...good, weights: [0.5, 0.5] }), 'invalid-model');
    await refusal(() => componentTable({ ...good, covariances: [[[1, 0]]] }), 'invalid-model');
    await refusal(() => componentTable({ ...good, means: [[0]] }), 'invalid-model');
    await refusal(() => componentTable({ ...good, means: [[0, Number.NaN]] }), 'invalid-model');
    await refusal(() => componentTable({ ...good, covariances: [1, 2] as unknown as number[][][] }), 'invalid-model');
    const more = [
      null,
      undefined,
      3,
      [],
      { ...good, weights: 1 },
      { ...good, weights: [null] },
      { ...good, means: [null] },
    ];
    for (const mixture of [...more, { ...good, means: [[0, null]] }, { ...good, covariances: [null] }]) {
      await refusal(() => componentTable(mixture as never), 'invalid-model');
    }
    const flat = { ...good, covariances: [[[1, 1], [1, 1]]] }; // biome-ignore format: one line
    const error = await refusal(() => componentTable(flat), 'singular-covariance');
    expect(error.message).toContain('component 0');
  });
});
