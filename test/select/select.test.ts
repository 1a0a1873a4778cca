import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openBackend } from '../../src/backends/select.ts';
import type { CovarianceType } from '../../src/families/covariance.ts';
import {
  type Criterion,
  GaussianMixture,
  KMeans,
  type SelectionRow,
  type SelectOptions,
  SoftKMeans,
  select,
  selectFrom,
} from '../../src/index.ts';
import { expectNear, pointsOf, refusal, TWO_GROUPS } from '../api/data.ts';
import { goldenStart } from '../lanes/cases/golden.ts';
import golden from '../reference/golden.json';
import { type Watch, watched, watchedStream } from '../streams/sources.ts';

const TYPES: CovarianceType[] = ['full', 'tied', 'diag', 'spherical', 'tied-diag', 'tied-spherical'];
const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 400);

function named(data: string) {
  return goldenStart(golden.trajectories.find((trajectory) => trajectory.data === data)!).points;
}

/** What the CPU backend does while a test runs. */
let watch: Watch;
const cpuBackend = await openBackend('cpu');
const { load } = cpuBackend;
beforeEach(() => {
  watch = watched(Object.assign(Object.create(cpuBackend), { load: load.bind(cpuBackend) }));
  vi.spyOn(cpuBackend, 'load').mockImplementation((...args) => watch.backend.load(...args));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('real data', () => {
  test('faithful, 1 to 9 components of six types: three tied ones, as mclust has it', async () => {
    const { rows, best, fit, criterion } = await select(named('faithful'), cpu);
    expect(criterion).toBe('bic');
    expect(rows).toHaveLength(54);
    expect(rows.map(({ nComponents }) => nComponents)).toEqual(TYPES.flatMap(() => [1, 2, 3, 4, 5, 6, 7, 8, 9]).sort());
    expect(rows.slice(0, 6).map(({ covarianceType }) => covarianceType)).toEqual(TYPES);
    expect(best).toMatchObject({ nComponents: 3, covarianceType: 'tied' });
    // mclust stops a little below the optimum: 2314.316.
    expect(best.bic).toBeCloseTo(2314.3, 1);
    expect(fit).toMatchObject({ nComponents: 3, covarianceType: 'tied', bic: best.bic, nParameters: best.nParameters });
    for (const { bic } of rows) if (bic !== undefined) expect(bic).toBeGreaterThanOrEqual(best.bic!);
    expect(watch.loaded).toEqual([272]);
    expect(watch.alive).toBe(1);
    fit.destroy();
    expect(watch.alive).toBe(0);
  }, 120_000);

  test('iris: the BICs of mclust, or better', async () => {
    const references = golden.bestFits.filter(({ data }) => data === 'iris');
    const { rows, fit } = await select(named('iris'), {
      nComponents: [3],
      covarianceTypes: references.map(({ covarianceType }) => covarianceType as CovarianceType),
      ...{ nInit: 20, tol: 1e-10, maxIter: 2000, ...cpu },
    });
    fit.destroy();
    for (const { covarianceType, bic, logLikelihood } of references) {
      const row = rows.find((one) => one.covarianceType === covarianceType)!;
      // The same number of parameters,
      expectNear(row.bic! + 2 * row.logLikelihood!, bic + 2 * logLikelihood, 0, 1e-3);
      // and the same optimum, which mclust stops a little below, or a better one.
      expect(row.logLikelihood! - logLikelihood).toBeGreaterThan(-1e-4);
      if (BETTER[covarianceType] === undefined)
        expect(row.logLikelihood! - logLikelihood).toBeLessThan(2e-5 * Math.abs(logLikelihood));
      else expect(row.logLikelihood).toBeCloseTo(BETTER[covarianceType], 2);
    }
  });
});

/** Optima of iris, K 3, that are better than where mclust's start leads, and whose components are sound. */
const BETTER: Readonly<Record<string, number>> = { diag: -306.86046 };

describe('a candidate', () => {
  test('that collapses is refused, whatever its likelihood, and the reason told', async () => {
    // Rows that repeat: a component on them alone has a density without bound.
    const data = points.data.slice();
    for (let i = 0; i < 40; i++) data.set([20, 20], 2 * i);
    const options: SelectOptions = { nComponents: [1, 2, 3], covarianceTypes: ['full'], nInit: 2, ...cpu };
    const { rows, best, fit } = await select({ data, nFeatures: 2 }, options);
    const refused = rows.filter((row) => row.refused);
    expect(refused.length).toBeGreaterThan(0);
    for (const row of refused) {
      expect(row.refused).toMatch(/collapsed/);
      expect(Object.keys(row).sort()).toEqual(['covarianceType', 'nComponents', 'refused']);
    }
    expect(best.refused).toBeUndefined();
    fit.destroy();
    const failing = () => select({ data, nFeatures: 2 }, { ...options, nComponents: [3] });
    const { message } = await refusal(failing, 'all-collapsed');
    expect(message).toContain('None of 1 candidates');
    expect(watch.alive).toBe(0);
  });

  test('of more components than there are points is refused alone', async () => {
    const few = pointsOf(TWO_GROUPS, 12);
    const { rows, fit } = await select(few, { nComponents: [13, 1, 20], covarianceTypes: ['spherical'], ...cpu });
    expect(rows[0]!.refused).toContain('13 components, got 12 points');
    expect(rows[2]!.refused).toContain('20 components');
    expect(fit.nComponents).toBe(1);
    fit.destroy();
    await refusal(() => select(few, { nComponents: [13, 20], ...cpu }), 'too-few-points');
    const stream = watchedStream(few, 5);
    await refusal(() => select(stream, { nComponents: [13, 20], chunkRows: 5, ...cpu }), 'all-collapsed');
    expect(watch.alive).toBe(0);
  });

  test('is fitted as it would be by itself', async () => {
    // Of types that scale columns alike, so that the frame is the same.
    const covarianceTypes = ['spherical', 'tied-spherical'] as const;
    const { rows, fit } = await select(points, { nComponents: [1, 2, 3], covarianceTypes, seed: 3, nInit: 4, ...cpu });
    fit.destroy();
    for (const { nComponents, covarianceType, ...row } of rows) {
      const alone = await new GaussianMixture({
        nComponents,
        covarianceType: covarianceType!,
        seed: 3,
        nInit: 4,
        ...cpu,
      }).fit(points);
      const { logLikelihood, bic, aic, icl, nIter, converged, nParameters } = alone;
      expect(row).toEqual({ logLikelihood, bic, aic, icl, nIter, converged, nParameters });
      alone.destroy();
    }
  });
});

test.each(['bic', 'aic', 'icl'] as const)('chooses by %s', async (criterion: Criterion) => {
  const { rows, best, fit } = await select(points, { criterion, nComponents: [1, 2, 3], ...cpu });
  const values = rows.flatMap((row) => row[criterion] ?? []);
  expect(best[criterion]).toBe(Math.min(...values));
  expect(rows).toContain(best);
  expect(fit[criterion]).toBe(best[criterion]);
  for (const { logLikelihood, nParameters, bic, aic, icl } of rows.filter((row) => !row.refused)) {
    expectNear(bic, nParameters! * Math.log(400) - 2 * logLikelihood!, 1e-12);
    expectNear(aic, 2 * nParameters! - 2 * logLikelihood!, 1e-12);
    expect(icl!).toBeGreaterThanOrEqual(bic! - 1e-6);
  }
  fit.destroy();
});

test('takes rows of integer weight for so many rows, and N of BIC for their sum', async () => {
  const options: SelectOptions = { nComponents: [1, 2], covarianceTypes: ['full'], tol: 1e-10, ...cpu };
  const weighted = await select({ ...points, sampleWeight: new Float64Array(400).fill(2) }, options);
  const twice = await select({ data: Float64Array.from([...points.data, ...points.data]), nFeatures: 2 }, options);
  weighted.rows.forEach(({ bic, icl }, i) => {
    expectNear([bic, icl], [twice.rows[i]!.bic, twice.rows[i]!.icl], 1e-8);
  });
  weighted.fit.destroy();
  twice.fit.destroy();
});

test('takes a stream', async () => {
  const options: SelectOptions = { nComponents: [1, 2, 3], covarianceTypes: ['full', 'diag'], nInit: 2, ...cpu };
  const inMemory = await select(points, options);
  const stream = watchedStream(points);
  const streamed = await select(stream, { ...options, chunkRows: 100 });
  expect(streamed.best.nComponents).toBe(2);
  expectNear(
    streamed.rows.map(({ bic }) => bic),
    inMemory.rows.map(({ bic }) => bic),
    1e-9,
  );
  expect(await streamed.fit.predict()).toEqual(await inMemory.fit.predict());
  inMemory.fit.destroy();
  streamed.fit.destroy();
  expect(stream.open).toBe(0);
  expect(watch.alive).toBe(0);
});

test('tells of every candidate as it ends', async () => {
  const seen: (readonly SelectionRow[])[] = [];
  const { rows, fit } = await select(
    points,
    { nComponents: [1, 2], covarianceTypes: ['full', 'tied'], ...cpu },
    {
      onCandidate: (soFar, count) => {
        expect(count).toBe(4);
        seen.push(soFar);
      },
    },
  );
  fit.destroy();
  expect(seen.map((soFar) => soFar.length)).toEqual([1, 2, 3, 4]);
  expect(seen.at(-1)).toEqual(rows);
});

test('hears a signal, and a callback that fails; the points are freed', async () => {
  const controller = new AbortController();
  const options: SelectOptions = { nComponents: [1, 2, 3], ...cpu };
  const { signal } = controller;
  await refusal(() => select(points, options, { signal, onCandidate: () => controller.abort() }), 'aborted');
  const failing = () => {
    throw new Error('no more');
  };
  await expect(select(points, options, { onCandidate: failing })).rejects.toThrow('no more');
  expect(watch.loaded).toEqual([400, 400]);
  expect(watch.alive).toBe(0);
});

test('refuses lists that are none, values that are unknown, and numbers that are not finite', async () => {
  const bad: Record<string, unknown>[] = [
    { nComponents: 3 },
    { nComponents: [] },
    { nComponents: [2, 0] },
    { nComponents: [1.5] },
    { covarianceTypes: 'full' },
    { covarianceTypes: [] },
    { covarianceTypes: ['round'] },
    { criterion: 'best' },
    { nInit: 0 },
  ];
  for (const options of bad) await refusal(() => select(points, { ...options, ...cpu }), 'invalid-option');
  await refusal(() => selectFrom(points, []), 'invalid-option');
  await refusal(() => select(points, { nComponents: [2000], ...cpu }), 'too-many-components');
  expect(watch.loaded).toEqual([]);
  const data = points.data.slice();
  data[7] = Number.NaN;
  await refusal(() => select({ data, nFeatures: 2 }, cpu), 'non-finite');
  expect(watch.alive).toBe(0);
});

describe('before anything is loaded', () => {
  test('every candidate is checked against the points: a start fits one of them at most', async () => {
    const told: (readonly SelectionRow[])[] = [];
    const call = { onCandidate: (rows: readonly SelectionRow[]) => void told.push(rows) };
    const one = await new GaussianMixture({ nComponents: 1, ...cpu }).fit(points);
    const init = one.toJSON();
    one.destroy();
    expect(watch.loaded).toEqual([400]);
    const several: SelectOptions[] = [
      { nComponents: [1, 2], covarianceTypes: ['full'], init },
      { nComponents: [1], covarianceTypes: ['full', 'diag'], init },
    ];
    for (const options of several) {
      const { message } = await refusal(() => select(points, { ...options, ...cpu }, call), 'model-mismatch');
      expect(message).toContain('The initial model must match');
    }
    const priors = [undefined, { mean: [1, 2, 3] }];
    const candidates = priors.map((prior) => new GaussianMixture({ nComponents: 1, ...(prior && { prior }), ...cpu }));
    await refusal(() => selectFrom(points, candidates, {}, call), 'invalid-option');
    expect(watch.loaded).toEqual([400]);
    expect(told).toEqual([]);
    const { fit } = await select(points, { nComponents: [1], covarianceTypes: ['full'], init, ...cpu });
    fit.destroy();
  });

  test('k-means is refused: it has nothing that a criterion could be computed from', async () => {
    const candidates = [1, 2, 3].map((nClusters) => new KMeans({ nClusters, ...cpu }));
    const { message, remedy } = await refusal(() => selectFrom(points, candidates as never), 'invalid-option');
    expect(message).toContain('k-means has no likelihood');
    expect(remedy).toContain('silhouettes');
    expect(watch.loaded).toEqual([]);
  });

  test('so are lists, options and calls that are none', async () => {
    const mixture = new GaussianMixture({ nComponents: 1, ...cpu });
    for (const none of [null, undefined, 3, mixture, [null], [3], [{}]]) {
      await refusal(() => selectFrom(points, none as never), 'invalid-option');
    }
    await refusal(() => selectFrom(points, [mixture], null as never), 'invalid-option');
    await refusal(() => selectFrom(points, [mixture], {}, null as never), 'invalid-option');
    await refusal(() => select(points, null as never), 'invalid-option');
    await refusal(() => select(points, cpu, null as never), 'invalid-option');
    for (const none of [null, undefined, 3]) await refusal(() => select(none as never, cpu), 'invalid-points');
    expect(watch.loaded).toEqual([]);
  });
});

test('selectFrom takes the estimators of one family as they are', async () => {
  const estimators = [2, 4].map((nClusters) => new SoftKMeans({ nClusters, stiffness: 0.4, ...cpu }));
  const { rows, fit } = await selectFrom(points, estimators, { criterion: 'aic' });
  expect(rows.map(({ nComponents }) => nComponents)).toEqual([2, 4]);
  expect(watch.loaded).toEqual([400]);
  fit.destroy();
});
