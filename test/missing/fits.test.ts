import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { EmRun } from '../../src/em/run.ts';
import { seed } from '../../src/em/seeding.ts';
import type { Dataset } from '../../src/em/types.ts';
import type { EmgpuError } from '../../src/errors.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { seededRandom } from '../../src/math/random.ts';
import { MIXTURES, randomRows, uniforms } from '../cpu/samples.ts';
import { goldenStart, type Trajectory } from '../lanes/cases/golden.ts';
import golden from '../reference/golden.json';
import { backend, withDataset, withGaps } from './samples.ts';

type Kind = (typeof MIXTURES)[number];
const scalingOf = (kind: Kind) => gaussianFamily({ covarianceType: kind, regCovar: 0 }).scaling;
type Start = ReturnType<typeof goldenStart>['start'];

/** EM from a start in data units. */
async function runEm(dataset: Dataset, kind: Kind, start: Start, maxIter: number, tol: number, regCovar = 0) {
  const family = gaussianFamily({ covarianceType: kind, regCovar });
  const settings = { tol, maxIter, precision: backend.precision };
  const run = new EmRun(family, dataset, family.toFrame(start, dataset.frame), settings);
  while (!run.done) await run.advance();
  const responsibilities = await dataset.read('responsibilities', family.pack(run.parameters, dataset.frame));
  return { run, responsibilities, parameters: family.toData(run.parameters, dataset.frame) };
}

describe.each(MIXTURES)('%s', (kind) => {
  test('EM never goes downhill', async () => {
    const cases = fc.record({
      N: fc.integer({ min: 150, max: 300 }),
      D: fc.integer({ min: 2, max: 4 }),
      K: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(),
      share: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ N, D, K, seed, share }) => {
        const data = withGaps(overlappingHeaps(N, D, K, seed), D, share, seed + 1);
        const means = randomRows(K, D, seed + 2);
        const one = { full: eye(D), tied: eye(D), diag: Array(D).fill(4), spherical: [4] }[kind];
        const covariances = kind === 'tied' ? one : Array.from({ length: K }, () => one).flat();
        const start = { weights: new Float64Array(K).fill(1 / K), means, covariances: Float64Array.from(covariances) };
        const { run } = await withDataset({ points: { data, nFeatures: D }, scaling: scalingOf(kind) }, (d) =>
          runEm(d, kind, start, 30, 0),
        ).catch((error: EmgpuError) => {
          // Without a regulariser a component may climb onto a single row, where the likelihood has no top.
          fc.pre(error.code !== 'singular-covariance');
          throw error;
        });
        expect(run.history.length).toBe(31);
        expect(run.warnings.filter(({ code }) => code === 'log-likelihood-fell')).toEqual([]);
        for (let i = 1; i < run.history.length; i++) {
          expect(run.history[i]! - run.history[i - 1]!).toBeGreaterThan(-1e-10 * Math.abs(run.history[i]!));
        }
        expect(run.history.at(-1)!).toBeGreaterThan(run.history[0]!);
      }),
      { numRuns: 15 },
    );
  });
});

/**
 * What a fit to 90 % of the cells may differ by: estimates from n and from 0.9 n numbers differ by a standard error times
 * √(0.1 / 0.9), or more where components overlap; 4 of these.
 */
const SPREAD = 4 * Math.sqrt(0.1 / 0.9);

/**
 * Without faithful, spherical: that model lets both features scatter alike, in truth by 0.3 and 34 minutes². To it, rows without
 * a waiting time could belong anywhere, so its fit depends on the gaps by more than sampling.
 */
const trajectories = golden.trajectories.filter(
  ({ data, nComponents, covarianceType }) =>
    nComponents === 2 && !(data === 'faithful' && covarianceType === 'spherical'),
);

test.each(trajectories)(
  '$data, $covarianceType: 10 % removed, and nearly the same fit',
  async (trajectory: Trajectory) => {
    const kind = trajectory.covarianceType as Kind;
    const { points, start } = goldenStart(trajectory);
    const D = points.nFeatures;
    const gappy = { data: withGaps(Float64Array.from(points.data), D, 0.1, 17), nFeatures: D };
    const em = (dataset: Dataset) => runEm(dataset, kind, start, 500, 1e-9, 1e-6);
    const whole = await withDataset({ points, scaling: scalingOf(kind) }, em);
    const found = await withDataset({ points: gappy, scaling: scalingOf(kind) }, em);
    expect(found.run.converged).toBe(true);
    const N = points.data.length / D;
    const spreads = variancesWithin(points, whole.responsibilities, 2);
    whole.parameters.weights.forEach((w, k) => {
      expect(Math.abs(found.parameters.weights[k]! - w)).toBeLessThan(SPREAD * Math.sqrt((w * (1 - w)) / N));
      for (let d = 0; d < D; d++) {
        const error = Math.abs(found.parameters.means[k * D + d]! - whole.parameters.means[k * D + d]!);
        expect(error).toBeLessThan(SPREAD * Math.sqrt(spreads[k * D + d]! / (w * N)));
        const [before, after] = [whole, found].map((fit) => varianceOf(fit.parameters.covariances, kind, k, d, D));
        // A variance has the standard error σ² √(2 / n).
        expect(Math.abs(after! / before! - 1)).toBeLessThan(SPREAD * Math.sqrt(2 / (w * N)));
      }
    });
  },
);

/** K × D variances of the points about their components' means, whatever the model says of them. */
function variancesWithin({ data, nFeatures: D }: HostPoints, r: ArrayLike<number>, K: number): Float64Array {
  const variances = new Float64Array(K * D);
  const N = data.length / D;
  for (let k = 0; k < K; k++) {
    for (let d = 0; d < D; d++) {
      const moment = (about: number, power: number) => {
        let [sum, count] = [0, 0];
        for (let n = 0; n < N; n++) {
          sum += r[n * K + k]! * (data[n * D + d]! - about) ** power;
          count += r[n * K + k]!;
        }
        return sum / count;
      };
      variances[k * D + d] = moment(moment(0, 1), 2);
    }
  }
  return variances;
}

test('what is known of a row tells of what it lacks: where dropping rows would bias the fit, it is not', async () => {
  // Two features of correlation 0.95; the second is missing where the first is large: complete rows alone are biased.
  const N = 4000;
  const noise = randomRows(N, 2, 3);
  const data = new Float64Array(2 * N);
  const complete: number[] = [];
  for (let n = 0; n < N; n++) {
    const x = noise[2 * n]!;
    const y = 0.95 * x + Math.sqrt(1 - 0.95 ** 2) * noise[2 * n + 1]!;
    data.set([x, x > 0.3 ? Number.NaN : y], 2 * n);
    if (x <= 0.3) complete.push(y);
  }
  const start = { weights: Float64Array.of(1), means: new Float64Array(2), covariances: Float64Array.of(1, 0, 0, 1) };
  const { parameters } = await withDataset({ points: { data, nFeatures: 2 } }, (d) =>
    runEm(d, 'full', start, 200, 1e-10),
  );
  const dropped = complete.reduce((a, b) => a + b, 0) / complete.length;
  expect(dropped).toBeLessThan(-0.4);
  expect(Math.abs(parameters.means[1]!)).toBeLessThan(0.1);
  expect(parameters.covariances[1]! / Math.sqrt(parameters.covariances[0]! * parameters.covariances[3]!)).toBeCloseTo(
    0.95,
    1,
  );
});

test('k-means++ draws rows with gaps, too, and the fit from there converges', async () => {
  const D = 3;
  const points: HostPoints = { data: withGaps(overlappingHeaps(600, D, 3, 8), D, 0.3, 9), nFeatures: D };
  await withDataset({ points }, async (dataset) => {
    const weights = new Float64Array(D).fill(1);
    const { centers, meanDistance } = await seed(dataset, {
      ...{ method: 'k-means++', count: 3, weights, random: seededRandom(4) },
    });
    expect(centers.every(Number.isFinite)).toBe(true);
    expect(meanDistance).toBeGreaterThan(0);
    const family = gaussianFamily({ covarianceType: 'diag', regCovar: 1e-6 });
    const start = {
      weights: new Float64Array(3).fill(1 / 3),
      means: centers,
      covariances: new Float64Array(9).fill(1),
    };
    // The heaps overlap, so plain EM from some starts takes thousands of steps.
    const settings = { tol: 1e-6, maxIter: 2000, precision: backend.precision, accelerate: 'auto' } as const;
    const run = new EmRun(family, dataset, start, settings);
    while (!run.done) await run.advance();
    expect(run.converged).toBe(true);
  });
});

function overlappingHeaps(N: number, D: number, K: number, seed: number): Float64Array {
  const places = randomRows(K, D, seed + 7);
  const next = uniforms(seed + 8);
  const noise = randomRows(N, D, seed);
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const k = Math.floor(next() * K);
    for (let d = 0; d < D; d++) data[n * D + d] = 2 * places[k * D + d]! + noise[n * D + d]! + 0.5 * noise[n * D]!;
  }
  return data;
}

function eye(D: number): number[] {
  return Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 4 : 0));
}

function varianceOf(covariances: Float64Array, kind: Kind, k: number, d: number, D: number): number {
  const at = { full: (k * D + d) * D + d, tied: d * D + d, diag: k * D + d, spherical: k }[kind];
  return covariances[at]!;
}
