import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { loadIncomplete } from '../../src/em/missing/load.ts';
import { type NaturalGradient, naturalGradient } from '../../src/estimators/natural-gradient.ts';
import { covarianceShapes } from '../../src/families/covariance.ts';
import { refusal } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import { withGaps } from '../missing/samples.ts';
import {
  allMoves,
  backend,
  flatValues,
  moved,
  naiveLogLikelihood,
  over,
  pointsNear,
  randomMixture,
  TYPES,
} from './samples.ts';

const runs = { numRuns: 40 } as const;

const cases = fc.record({
  type: fc.constantFrom(...TYPES),
  K: fc.integer({ min: 1, max: 3 }),
  D: fc.integer({ min: 1, max: 3 }),
  noise: fc.boolean(),
  seed: fc.nat(),
});

/** A mixture and points that it does not fit, and what the E-step says of them. */
async function draw({ type, K, D, noise, seed }: typeof cases extends fc.Arbitrary<infer T> ? T : never) {
  const mixture = randomMixture(type, K, D, seed, noise);
  const points = pointsNear(mixture, 120, D, seed + 1);
  const sampleWeight = seed % 2 === 0 ? randomWeights(120, seed + 2) : undefined;
  const weighted = sampleWeight ? { ...points, sampleWeight } : points;
  const result = await over(weighted, mixture, (dataset) => naturalGradient(dataset, mixture));
  return { mixture, points, sampleWeight, result };
}

/** The largest difference of two lists, relative to the sizes that its parts may be expected to have. */
function distance(a: Float64Array, b: Float64Array, sizes: Float64Array): number {
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!) / Math.abs(sizes[i]!)), 0);
}

test('the gradient is that of the log-likelihood, by differences', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (size) => {
      const { mixture, points, sampleWeight, result } = await draw(size);
      const value = (at: typeof mixture) => naiveLogLikelihood(points, at, sampleWeight);
      expect(result.logLikelihood).toBeCloseTo(value(mixture), 6);
      const gradient = flatValues(result.gradient);
      for (const move of allMoves(mixture, size.D)) {
        const h = 1e-4 * move.size;
        const slope = (value(moved(mixture, [[move, h]])) - value(moved(mixture, [[move, -h]]))) / (2 * h);
        const found = move.entries.reduce((sum, [index, factor]) => sum + factor * gradient[move.part][index]!, 0);
        // Per step of the parameter's own size, of a sum over 120 points.
        expect(Math.abs(found - slope) * move.size).toBeLessThan(1e-4);
      }
    }),
    runs,
  );
});

describe("EM's step is the natural gradient's", () => {
  test('for weights and means, and for covariances about the old means; EM looks ahead by δ δᵀ', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (size) => {
        const { mixture, result } = await draw(size);
        const [natural, em, held] = [result.naturalStep, result.emStep, result.emStepAboutOldMeans].map(flatValues);
        const { parameters } = mixture;
        expect(distance(natural!.weights, em!.weights, parameters.weights)).toBeLessThan(1e-12);
        expect(distance(natural!.means, em!.means, parameters.means)).toBeLessThan(1e-12);
        const largest = parameters.covariances.map((_, i) => diagonalSize(mixture, i, size.D));
        expect(distance(natural!.covariances, held!.covariances, largest)).toBeLessThan(1e-12);
        if (covarianceShapes[size.type].shared) return;
        const ahead = held!.covariances.map((c, i) => c - squareAt(mixture, em!.means, i, size.D));
        expect(distance(em!.covariances, ahead, largest)).toBeLessThan(1e-12);
      }),
      runs,
    );
  });

  test('in the expectation parameters of the complete-data family exactly', async () => {
    const mixture = randomMixture('full', 2, 2, 11);
    const N = 300;
    const points = pointsNear(mixture, N, 2, 12);
    // Comparable units, so that differences need only one step size.
    const scaled = { nFeatures: 2, data: points.data.map((x, i) => (i % 2 === 0 ? x : x / 1000) - 50) };
    const start = toExpectation([...mixture.parameters.weights], centred(mixture.parameters.means), plain(mixture));
    const at = (eta: number[]) => ({ covarianceType: 'full' as const, parameters: fromExpectation(eta) });
    const result: NaturalGradient = await over(scaled, at(start), (dataset) => naturalGradient(dataset, at(start)));
    const differences = <T>(f: (eta: number[]) => T) =>
      start.map((_, j) => [1, -1].map((side) => f(start.map((e, i) => (i === j ? e + side * 1e-5 : e)))));
    const gradient = differences((eta) => naiveLogLikelihood(scaled, at(eta))).map(([a, b]) => (a! - b!) / 2e-5);
    const jacobian = differences((eta) => naturalParameters(eta)).map(([a, b]) =>
      a!.map((x, i) => (x - b![i]!) / 2e-5),
    );
    const step = solve(new Matrix(jacobian).mul(N), Matrix.columnVector(gradient)).to1DArray();
    const { weights, means, covariances } = at(start).parameters;
    const em = flatValues(result.emStep);
    const next = toExpectation(
      [...weights.map((w, k) => w + em.weights[k]!)],
      means.map((m, i) => m + em.means[i]!),
      covariances.map((c, i) => c + em.covariances[i]!),
    );
    step.forEach((s, i) => {
      expect(Math.abs(s - (next[i]! - start[i]!))).toBeLessThan(1e-6);
    });
  });
});

test('of rows with gaps it is the gradient of what is observed', async () => {
  const mixture = randomMixture('full', 2, 3, 21);
  const points = pointsNear(mixture, 200, 3, 22);
  const gappy = { ...points, data: withGaps(Float64Array.from(points.data), 3, 0.3, 23) };
  const dataset = await loadIncomplete(backend, gappy, { scaling: 'per-feature' });
  const value = async (at: typeof mixture) => (await naturalGradient(dataset, at)).logLikelihood;
  const gradient = flatValues((await naturalGradient(dataset, mixture)).gradient);
  for (const move of allMoves(mixture, 3).filter(({ part }) => part !== 'weights')) {
    const h = 1e-4 * move.size;
    const slope = ((await value(moved(mixture, [[move, h]]))) - (await value(moved(mixture, [[move, -h]])))) / (2 * h);
    const found = move.entries.reduce((sum, [index, factor]) => sum + factor * gradient[move.part][index]!, 0);
    expect(Math.abs(found - slope) * move.size).toBeLessThan(1e-4);
  }
  dataset.destroy();
});

test('a component of weight 0 is refused: there is no derivative', async () => {
  const mixture = randomMixture('diag', 2, 2, 3);
  mixture.parameters.weights.set([1, 0]);
  const points = pointsNear(mixture, 50, 2, 4);
  await refusal(() => over(points, mixture, (dataset) => naturalGradient(dataset, mixture)), 'invalid-model');
});

/** What an entry of a covariance is to be compared with: `√(Σ_ii Σ_jj)`. */
function diagonalSize({ covarianceType, parameters: { covariances } }: Mixture, at: number, D: number): number {
  if (covarianceShapes[covarianceType].form !== 'matrix') return covariances[at]!;
  const from = at - (at % (D * D));
  const [i, j] = [Math.floor((at - from) / D), at % D];
  return Math.sqrt(covariances[from + i * (D + 1)]! * covariances[from + j * (D + 1)]!);
}

type Mixture = ReturnType<typeof randomMixture>;

/** δ δᵀ at an entry of the covariances that components do not share; of one variance the mean square. */
function squareAt({ covarianceType }: Mixture, delta: Float64Array, at: number, D: number): number {
  const { form } = covarianceShapes[covarianceType];
  if (form === 'diagonal') return delta[at]! ** 2;
  if (form === 'scalar') return delta.subarray(at * D, (at + 1) * D).reduce((sum, x) => sum + (x * x) / D, 0);
  const k = Math.floor(at / (D * D));
  return delta[k * D + (Math.floor(at / D) % D)]! * delta[k * D + (at % D)]!;
}

const centred = (means: Float64Array) => means.map((m, i) => (i % 2 === 0 ? m : m / 1000) - 50);
const plain = ({ parameters: { covariances } }: Mixture) => covariances.map((c, i) => c / [1, 1000, 1000, 1e6][i % 4]!);

/** Two components in two dimensions: `w₁; w_k μ_k; w_k (Σ_k + μ_k μ_kᵀ)`, lower triangles. */
function toExpectation(w: number[], means: Float64Array, c: Float64Array): number[] {
  const second = [0, 1].flatMap((k) => {
    const [x, y] = [means[2 * k]!, means[2 * k + 1]!];
    return [c[4 * k]! + x * x, c[4 * k + 2]! + x * y, c[4 * k + 3]! + y * y].map((value) => w[k]! * value);
  });
  return [w[0]!, ...[...means].map((m, i) => w[i >> 1]! * m), ...second];
}

function fromExpectation(eta: number[]) {
  const w = [eta[0]!, 1 - eta[0]!];
  const means = eta.slice(1, 5).map((e, i) => e / w[i >> 1]!);
  const covariances = [0, 1].flatMap((k) => {
    const [x, y] = [means[2 * k]!, means[2 * k + 1]!];
    const [xx, xy, yy] = eta.slice(5 + 3 * k, 8 + 3 * k).map((e) => e / w[k]!);
    return [xx! - x * x, xy! - x * y, xy! - x * y, yy! - y * y];
  });
  return {
    weights: Float64Array.from(w),
    means: Float64Array.from(means),
    covariances: Float64Array.from(covariances),
  };
}

/** The family's natural parameters: `log` odds of the components at x = 0; `P_k μ_k`; `−½ P_k`, twice that off the diagonal. */
function naturalParameters(eta: number[]): number[] {
  const { weights, means, covariances: c } = fromExpectation(eta);
  const parts = [0, 1].map((k) => {
    const det = c[4 * k]! * c[4 * k + 3]! - c[4 * k + 1]! ** 2;
    const [a, b, d] = [c[4 * k + 3]! / det, -c[4 * k + 1]! / det, c[4 * k]! / det];
    const [x, y] = [means[2 * k]!, means[2 * k + 1]!];
    const first = [a * x + b * y, b * x + d * y];
    const constant = Math.log(weights[k]!) - 0.5 * Math.log(det) - 0.5 * (x * first[0]! + y * first[1]!);
    return { constant, first, second: [-a / 2, -b, -d / 2] };
  });
  const [one, two] = parts;
  return [one!.constant - two!.constant, ...parts.flatMap((p) => p.first), ...parts.flatMap((p) => p.second)];
}
