import { describe, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { loadIncomplete } from '../../src/em/missing/load.ts';
import { populationCovariance, populationOf } from '../../src/estimators/population.ts';
import { GaussianMixture, type GaussianMixtureOptions } from '../../src/index.ts';
import { expectNear, TYPES } from '../api/data.ts';
import { heaps, rowsAt } from '../properties/samples.ts';
import { withGaps } from './samples.ts';

const [N, D] = [90, 3];
const complete = heaps({ N, D, K: 2, seed: 4 });
const gappy: HostPoints = { data: withGaps(Float64Array.from(complete.data), D, 0.25, 7), nFeatures: D };
const cpu = { backend: 'cpu' } as const;

/** Rows that count twice, once or not at all, and the same rows that often. */
const times = Array.from({ length: N }, (_, n) => (n * 7) % 3);
const weighted = { ...gappy, sampleWeight: Float64Array.from(times) };
const repeated = rowsAt(
  gappy,
  times.flatMap((count, n) => Array<number>(count).fill(n)),
);

function observed(d: number, { data, sampleWeight }: HostPoints) {
  let [weight, sum, squares] = [0, 0, 0];
  for (let n = 0; n < data.length / D; n++) {
    const [x, w] = [data[n * D + d]!, sampleWeight?.[n] ?? 1];
    if (Number.isNaN(x)) continue;
    weight += w;
    sum += w * x;
    squares += w * x * x;
  }
  return { mean: sum / weight, variance: squares / weight - (sum / weight) ** 2 };
}

describe('what points with gaps say of all of them', () => {
  test.each([
    ['unweighted', gappy],
    ['weighted', weighted],
  ])('means and variances are those of the cells that are there: %s', async (_, points) => {
    const dataset = await loadIncomplete(createCpuBackend(), points, { scaling: 'per-feature' });
    const { frame } = dataset;
    const { mean, variance } = await populationOf(dataset, {});
    const covariance = await populationCovariance(dataset, {});
    for (let d = 0; d < D; d++) {
      const expected = observed(d, points);
      expectNear(mean[d]! * frame.scale[d]! + frame.shift[d]!, expected.mean, 1e-9, 1e-9);
      expectNear(variance[d]! * frame.scale[d]! ** 2, expected.variance, 1e-9);
      expectNear(covariance[d * (D + 1)]!, expected.variance, 1e-9);
    }
    dataset.destroy();
  });
});

/** A fit whose first column was multiplied by `s`; its history in the units of before. */
async function scaled(s: number, options: Partial<GaussianMixtureOptions>) {
  const points = { data: gappy.data.map((x, i) => (i % D === 0 ? s * x : x)), nFeatures: D };
  const settings = {
    nComponents: 2,
    missing: 'em',
    regCovar: 0,
    tol: 1e-9,
    maxIter: 2000,
    ...cpu,
    ...options,
  } as const;
  const fit = await new GaussianMixture(settings).fit(points);
  const cells = gappy.data.filter((x, i) => i % D === 0 && !Number.isNaN(x)).length;
  return { history: fit.history.map((value) => value + cells * Math.log(s)), means: fit.means.map(([x]) => x! / s) };
}

test.each([
  ['a start', { covarianceType: 'diag' }],
  // Of variances mclust's default takes the mean over columns, which has no unit to begin with.
  ['a prior', { covarianceType: 'full', prior: true }],
] as const)('%s does not depend on the units of columns with gaps', async (_, options) => {
  const one = await scaled(1, options);
  for (const s of [1.2, 1.4, 1e6]) {
    const other = await scaled(s, options);
    expectNear(other.history[0], one.history[0], 1e-9);
    expectNear(other.history.at(-1), one.history.at(-1), 1e-9);
    expectNear(other.means, one.means, 1e-5);
  }
});

test.each(TYPES)('a default prior counts a row of weight 2 twice, and one of weight 0 not at all: %s', async (type) => {
  const from = await new GaussianMixture({ nComponents: 2, missing: 'drop', covarianceType: type, ...cpu }).fit(gappy);
  const options = { nComponents: 2, covarianceType: type, missing: 'em', prior: true, tol: 0, maxIter: 5 } as const;
  const fitTo = (points: HostPoints) => new GaussianMixture({ ...options, init: from, ...cpu }).fit(points);
  const [a, b] = [await fitTo(weighted), await fitTo(repeated)];
  expectNear(a.history, b.history, 1e-9);
  expectNear(a.means, b.means, 1e-8);
  expectNear(a.covariances, b.covariances, 1e-8);
});
