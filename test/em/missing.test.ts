import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { type CovarianceType, GaussianMixture, KMeans, MixtureModel, type Progress } from '../../src/index.ts';
import { expectNear, mixtureJSON, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from '../api/data.ts';
import { randomWeights } from '../cpu/samples.ts';
import { withGaps } from '../missing/samples.ts';
import { heaps, rowsAt, startAt } from '../properties/samples.ts';
import { cpu } from './data.ts';
import { logNormal, type NaiveMixture, naiveFrom, rowsOf, sum } from './naive.ts';

const complete = heaps({ N: 240, D: 3, K: 2, seed: 6 });
const gappy: HostPoints = { data: withGaps(Float64Array.from(complete.data), 3, 0.15, 9), nFeatures: 3 };
const whole = rowsOf(gappy).flatMap((row, n) => (row.some(Number.isNaN) ? [] : [n]));

describe("missing: 'error'", () => {
  test('is what happens without the option', async () => {
    await refusal(() => new GaussianMixture({ nComponents: 2, ...cpu }).fit(gappy), 'non-finite');
    await refusal(() => new KMeans({ nClusters: 2, ...cpu }).fit(gappy), 'non-finite');
  });
});

describe("missing: 'drop'", () => {
  test('leaves out rows with gaps and tells which are left; weights stay with their rows', async () => {
    const sampleWeight = randomWeights(240, 4);
    const kept = { ...rowsAt(gappy, whole), sampleWeight: Float64Array.from(whole, (n) => sampleWeight[n]!) };
    const dropped = { ...gappy, sampleWeight };
    const [a, b] = [
      await new GaussianMixture({ nComponents: 2, missing: 'drop', ...cpu }).fit(dropped),
      await new GaussianMixture({ nComponents: 2, ...cpu }).fit(kept),
    ];
    expect(whole.length).toBeLessThan(200);
    expect([...a.rowNumbers!]).toEqual(whole);
    expect(b.rowNumbers).toBeUndefined();
    expect([a.nSamples, a.totalWeight]).toEqual([b.nSamples, b.totalWeight]);
    expect(a.toJSON()).toEqual(b.toJSON());
    expect(await a.predict()).toEqual(await b.predict());
    const clusters = await new KMeans({ nClusters: 2, missing: 'drop', ...cpu }).fit(dropped);
    expect([...clusters.rowNumbers!]).toEqual(whole);
    expect(clusters.centers).toEqual((await new KMeans({ nClusters: 2, ...cpu }).fit(kept)).centers);
  });

  test('where nothing is missing nothing is told', async () => {
    const fit = await new GaussianMixture({ nComponents: 2, missing: 'drop', ...cpu }).fit(complete);
    expect(fit.rowNumbers).toBeUndefined();
    fit.destroy();
  });

  test('too few rows left, or none', async () => {
    const drop = { missing: 'drop', ...cpu } as const;
    const none = { data: gappy.data.map((x, i) => (i % 3 ? x : Number.NaN)), nFeatures: 3 };
    await refusal(() => new GaussianMixture({ nComponents: 2, ...drop }).fit(none), 'too-few-points');
    await refusal(() => new KMeans({ nClusters: whole.length + 1, ...drop }).fit(gappy), 'too-few-points');
  });

  test("k-means knows no 'em'", async () => {
    await refusal(() => new KMeans({ nClusters: 2, missing: 'em' as 'drop' }), 'invalid-option');
  });
});

/** Log of weight times density of what a row shows, by component. */
function observed(row: readonly number[], { weights, means, covariances }: NaiveMixture): number[] {
  const seen = row.flatMap((x, d) => (Number.isNaN(x) ? [] : [d]));
  return weights.map((w, k) => {
    const covariance = seen.map((i) => seen.map((j) => covariances[k]![i]![j]!));
    return (
      Math.log(w) +
      logNormal(
        seen.map((d) => row[d]!),
        seen.map((d) => means[k]![d]!),
        covariance,
      )
    );
  });
}

const logDensity = (row: readonly number[], mixture: NaiveMixture) =>
  Math.log(sum(observed(row, mixture).map(Math.exp)));

describe("missing: 'em'", () => {
  const em = { missing: 'em', ...cpu } as const;

  test.each(TYPES)(
    '%s: the likelihood never falls, and is that of what was observed',
    async (covarianceType: CovarianceType) => {
      const options = {
        nComponents: 2,
        covarianceType,
        init: startAt(complete, 2, covarianceType),
        tol: 0,
        maxIter: 25,
        regCovar: 0,
      };
      const fit = await new GaussianMixture({ ...options, ...em }).fit(gappy);
      fit.history.slice(1).forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(fit.history[i]! - 1e-11 * Math.abs(value));
      });
      const densities = rowsOf(gappy).map((row) => logDensity(row, naiveFrom(fit.toJSON())));
      expectNear(fit.logLikelihood, sum(densities), 1e-11);
      expectNear([...(await fit.scoreSamples())], densities, 1e-10, 1e-10);
      // A model knows the same of single rows, of which no frame could be told.
      const model = MixtureModel.fromJSON(JSON.parse(JSON.stringify(fit)));
      const [labels, r] = [await fit.predict(), await fit.predictProba()];
      for (const n of [0, 5, 77, 239]) {
        const row = { data: gappy.data.slice(3 * n, 3 * n + 3), nFeatures: 3 };
        expect((await model.predict(row, em))[0]).toBe(labels[n]);
        expectNear([...(await model.predictProba(row, em))], [...r.subarray(2 * n, 2 * n + 2)], 0, 1e-11);
        expectNear((await model.scoreSamples(row, em))[0], densities[n], 1e-11);
        expectNear((await model.evaluate(row, em)).logLikelihood, densities[n], 1e-11);
      }
      fit.destroy();
    },
  );

  test('without gaps it is plain EM', async () => {
    const options = { nComponents: 2, ...cpu } as const;
    const [a, b] = [
      await new GaussianMixture({ ...options, missing: 'em' }).fit(complete),
      await new GaussianMixture(options).fit(complete),
    ];
    expectNear(a.history, b.history, 1e-12);
    expectNear(a.means, b.means, 1e-9);
    expect(a.nIter).toBe(b.nIter);
  });

  test('from starts that are drawn, several of them, with weights', async () => {
    for (const init of ['k-means++', 'random-from-data', 'random'] as const) {
      const fit = await new GaussianMixture({ nComponents: 2, init, nInit: 2, ...em }).fit({
        ...gappy,
        sampleWeight: randomWeights(240, 8),
      });
      expect(fit.converged).toBe(true);
      expect(fit.restarts.length).toBe(2);
      fit.destroy();
    }
  });

  test('impute: the expectation given what is known of the row', async () => {
    const { weights, means, covariances } = naiveFrom(TWO_GROUPS);
    const model = MixtureModel.fromJSON(TWO_GROUPS);
    const imputed = await model.impute(
      { data: Float64Array.of(0.7, Number.NaN, Number.NaN, 4, 2, 3), nFeatures: 2 },
      cpu,
    );
    const given = (known: 0 | 1, x: number) => {
      const other = 1 - known;
      const row = known === 0 ? [x, Number.NaN] : [Number.NaN, x];
      const logs = observed(row, { weights, means, covariances });
      const r = logs.map((l) => Math.exp(l - logDensity(row, { weights, means, covariances })));
      return sum(
        r.map(
          (p, k) =>
            p *
            (means[k]![other]! + (covariances[k]![0]![1]! / covariances[k]![known]![known]!) * (x - means[k]![known]!)),
        ),
      );
    };
    expectNear([...imputed], [0.7, given(0, 0.7), given(1, 4), 4, 2, 3], 1e-12);
  });

  test('all-missing rows and columns are refused before any work', async () => {
    const told: Progress[] = [];
    const fitting = (data: HostPoints['data']) => () =>
      new GaussianMixture({ nComponents: 2, ...em }).fit({ data, nFeatures: 3 }, { onProgress: (p) => told.push(p) });
    const row = gappy.data.map((x, i) => (Math.floor(i / 3) === 31 ? Number.NaN : x));
    expect((await refusal(fitting(row), 'all-missing')).message).toMatch(/row 31/i);
    const column = complete.data.map((x, i) => (i % 3 === 1 ? Number.NaN : x));
    expect((await refusal(fitting(column), 'all-missing')).message).toMatch(/column 1/i);
    expect(told.filter(({ stage }) => stage !== 'load')).toEqual([]);
    const infinite = gappy.data.map((x, i) => (i === 4 ? Infinity : x));
    await refusal(fitting(infinite), 'non-finite');
  });

  test('a model with noise has no density of a part', async () => {
    const noisy = new MixtureModel({
      ...mixtureJSON(TWO_GROUPS),
      weights: [0.3, 0.6],
      noise: { weight: 0.1, logVolume: 3 },
    });
    const data = Float64Array.of(1, Number.NaN, 2, 3);
    await refusal(() => noisy.predict({ data, nFeatures: 2 }, em), 'invalid-option');
    await refusal(() => noisy.impute({ data, nFeatures: 2 }, cpu), 'invalid-option');
    const points = { data: withGaps(Float64Array.from(pointsOf(THREE_OVERLAPPING, 60).data), 2, 0.2, 1), nFeatures: 2 };
    await refusal(() => new GaussianMixture({ nComponents: 2, init: noisy, ...em }).fit(points), 'invalid-option');
  });
});
