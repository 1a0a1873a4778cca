import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { drawRows } from '../../src/em/row-sample.ts';
import { withDataset } from '../../src/estimators/session.ts';
import { GaussianMixture, MixtureModel, type PointSource, PoissonMixture, SoftKMeans } from '../../src/index.ts';
import { seededRandom } from '../../src/math/random.ts';
import { expectNear, pointsOf, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from '../api/data.ts';
import { startAt } from '../properties/samples.ts';
import { watchedStream } from '../streams/sources.ts';
import { cpu } from './data.ts';

const N = 2000;
const WARM = 300;
const options = { nComponents: 2, warmUp: WARM, tol: 1e-10, seed: 3, chunkRows: 450, ...cpu } as const;
/** Of neighbouring starts, so that where a warm-up ends tells of its rows alone. */
const init = TWO_GROUPS;

/** What can be asked of points, whatever estimator's they are: where the run on all rows starts, and what the fit tells. */
interface Taker {
  start(points: PointSource): Promise<{ readonly model: { toJSON(): unknown }; destroy(): void }>;
}

async function warmStart(estimator: Taker, points: PointSource): Promise<unknown> {
  const run = await estimator.start(points);
  const json = run.model.toJSON();
  run.destroy();
  return JSON.parse(JSON.stringify(json));
}

/** Counts near 3 and near 40. */
const counts: HostPoints = {
  data: Float64Array.from(pointsOf(TWO_GROUPS, N).data, (x, i) => Math.max(0, Math.round(i % 2 ? 3 * x + 20 : x + 9))),
  nFeatures: 2,
};
const points = pointsOf(TWO_GROUPS, N);

const takers: [string, Taker, HostPoints][] = [
  ...TYPES.map((covarianceType): [string, Taker, HostPoints] => {
    const start = startAt(points, 2, covarianceType);
    return [covarianceType, new GaussianMixture({ ...options, covarianceType, init: start }), points];
  }),
  ['drawn start', new GaussianMixture(options), points],
  ['prior, noise of a volume', new GaussianMixture({ ...options, prior: true, noise: { volume: 1e4 } }), points],
  ["missing 'em'", new GaussianMixture({ ...options, init, missing: 'em' }), points],
  ['soft k-means', new SoftKMeans({ nClusters: 2, stiffness: 0.5, warmUp: WARM, seed: 3, ...cpu }), points],
  ['Poisson', new PoissonMixture(options), counts],
];

describe('what weighs nothing has no part in a warm-up', () => {
  /** Every third row weighs something, from 1 to 3; the others hold `far`. */
  const among = (real: HostPoints, far: number): HostPoints => {
    const data = Float64Array.from({ length: 3 * real.data.length }, () => far);
    const D = real.nFeatures;
    const sampleWeight = new Float64Array(3 * N);
    for (let n = 0; n < N; n++) {
      data.set(real.data.subarray(n * D, (n + 1) * D), 3 * n * D);
      sampleWeight[3 * n] = 1 + (n % 3);
    }
    return { data, nFeatures: D, sampleWeight };
  };

  test.each(takers)('%s: the start is the same in every bit, wherever such rows lie', async (_, taker, real) => {
    const near = await warmStart(taker, among(real, 0));
    expect(await warmStart(taker, among(real, 1e5))).toEqual(near);
  });

  test('nor where they are most of a stream', async () => {
    const mixture = new GaussianMixture({ ...options, init });
    const start = await warmStart(mixture, watchedStream(among(points, 1e5)));
    expect(await warmStart(mixture, watchedStream(among(points, 0)))).toEqual(start);
  });

  test('rows that weigh something are counted: there is none where they are not more than twice as many', async () => {
    const fitTo = async (warmUp: number) => {
      const fit = await new GaussianMixture({ ...options, warmUp, maxIter: 2 }).fit(among(points, 0));
      fit.destroy();
      return fit.warmUp?.nSamples;
    };
    expect(await fitTo(N / 2)).toBeUndefined();
    expect(await fitTo(N / 2 - 1)).toBe(N / 2 - 1);
  });
});

describe('a row of weight w counts as w rows', () => {
  const weighted = { ...points, sampleWeight: Float64Array.from({ length: N }, (_, n) => 1 + (n % 4)) };

  /** The rows that a warm-up of this seed takes, each as often as it weighs. */
  const drawn = (of: HostPoints, scaling: 'per-feature' | 'none'): Promise<HostPoints> =>
    withDataset(of, scaling, cpu, async (dataset) => {
      const { shift, scale } = dataset.frame;
      const { rows, weights } = (await drawRows(dataset, WARM, seededRandom(options.seed)))!;
      const data = [...weights!].flatMap((w, m) =>
        Array.from({ length: w }, () => [0, 1].map((d) => rows[2 * m + d]! * scale[d]! + shift[d]!)).flat(),
      );
      return { data: Float64Array.from(data), nFeatures: 2 };
    });

  test('a Gaussian mixture starts where the fit to its rows, repeated, ends', async () => {
    const start = new MixtureModel((await warmStart(new GaussianMixture({ ...options, init }), weighted)) as never);
    const { warmUp: _, ...plain } = options;
    const repeated = await drawn(weighted, 'per-feature');
    expect(repeated.data.length).toBeGreaterThan(2 * 2 * WARM);
    const fit = await new GaussianMixture({ ...plain, init }).fit(repeated);
    for (const what of ['weights', 'means', 'covariances'] as const) expectNear(start[what], fit[what], 1e-4, 1e-4);
    fit.destroy();
  });

  test('a Poisson mixture as well', async () => {
    const from = { nComponents: 2, nFeatures: 2, weights: [0.5, 0.5], format: 'emgpu-model', version: 1 } as const;
    const rates = [
      [9, 20],
      [17, 35],
    ];
    const model = { ...from, model: 'poisson-mixture', rates } as const;
    const { warmUp: _, ...plain } = options;
    const sampleWeight = weighted.sampleWeight;
    const start = await warmStart(new PoissonMixture({ ...options, init: model }), { ...counts, sampleWeight });
    const fit = await new PoissonMixture({ ...plain, init: model }).fit(
      await drawn({ ...counts, sampleWeight }, 'none'),
    );
    expectNear((start as typeof fit).rates, fit.rates, 1e-4);
    expectNear((start as typeof fit).weights, fit.weights, 1e-4);
    fit.destroy();
  });

  test('a group of which every row weighs nine times as much has its share', async () => {
    const { data } = points;
    const sampleWeight = Float64Array.from({ length: N }, (_, n) => (data[2 * n]! < 4 ? 9 : 1));
    const { weights } = (await warmStart(new GaussianMixture({ ...options, init }), {
      ...points,
      sampleWeight,
    })) as MixtureModel;
    // 0.3 × 9 against 0.7, from 300 rows; without the weights it would be 0.3.
    expectNear(weights[0]!, 2.7 / 3.4, 0.1);
  });

  test('the unit of weights does not matter', async () => {
    const tenth = { ...weighted, sampleWeight: weighted.sampleWeight.map((w) => w / 1024) };
    const slow = { ...options, nComponents: 3, init: THREE_OVERLAPPING };
    const starts = [weighted, tenth].map((p) => warmStart(new GaussianMixture(slow), p));
    const [a, b] = (await Promise.all(starts)) as [MixtureModel, MixtureModel];
    expectNear(b.means, a.means, 1e-9);
    expectNear(b.weights, a.weights, 1e-9);
  });
});
