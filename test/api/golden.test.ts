import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { fromParameters } from '../../src/estimators/mixture-model.ts';
import { type CovarianceType, GaussianMixture, KMeans, type MixtureFit } from '../../src/index.ts';
import { goldenStart, type Trajectory } from '../lanes/cases/golden.ts';
import golden from '../reference/golden.json';
import { expectNear, mixtureJSON } from './data.ts';

type Pair = [iteration: number, logLikelihood: number];

interface BestFit {
  readonly data: string;
  readonly nComponents: number;
  readonly covarianceType: string;
  readonly logLikelihood: number;
  readonly bic: number;
  readonly weights?: number[];
  readonly means?: number[][];
  readonly covariances?: number[][][];
}

/** The points of a reference data set by its name. */
function pointsNamed(data: string): HostPoints {
  return goldenStart(golden.trajectories.find((trajectory) => trajectory.data === data)!).points;
}

test('the reference is all there', () => {
  expect([golden.trajectories.length, golden.bestFits.length, golden.inertia.length]).toEqual([16, 6, 14]);
});

describe('trajectories of scikit-learn, within 1e-9 at every iteration listed', () => {
  test.each(golden.trajectories)('$data, K $nComponents, $covarianceType', async (trajectory: Trajectory) => {
    const { points, start } = goldenStart(trajectory);
    const covarianceType = trajectory.covarianceType as CovarianceType;
    const init = mixtureJSON(fromParameters(start, covarianceType, points.nFeatures));
    const mixture = new GaussianMixture({
      nComponents: trajectory.nComponents,
      ...{ covarianceType, init, tol: 0, maxIter: 100, backend: 'cpu' },
    });
    const run = await mixture.start(points);
    while (!run.done) await run.step();
    expect(run.history.length).toBe(101);
    const pairs = trajectory.logLikelihood as Pair[];
    expectNear(
      pairs.map(([i]) => run.history[i]),
      pairs.map(([, value]) => value),
      1e-9,
    );
    run.destroy();
  });
});

function smallestEigenvalue({ covariances, covarianceType }: MixtureFit): number {
  if (covarianceType === 'diag' || covarianceType === 'spherical')
    return Math.min(...(covariances as number[][]).flat());
  const matrices = covarianceType === 'tied' ? [covariances as number[][]] : (covariances as number[][][]);
  return Math.min(...matrices.flatMap((m) => new EigenvalueDecomposition(new Matrix(m)).realEigenvalues));
}

const REG_COVAR = 1e-6;

/** The first fit of 40 seeds whose log-likelihood is that of the reference. */
async function fitLike(best: BestFit): Promise<MixtureFit | undefined> {
  const points = pointsNamed(best.data);
  const { nComponents } = best;
  const covarianceType = best.covarianceType as CovarianceType;
  for (let seed = 0; seed < 40; seed++) {
    const options = { nComponents, covarianceType, seed, tol: 1e-12, maxIter: 2000, regCovar: REG_COVAR };
    const fit = await new GaussianMixture({ ...options, backend: 'cpu' }).fit(points);
    fit.destroy();
    if (isLike(fit.logLikelihood, best.logLikelihood)) return fit;
  }
  return undefined;
}

/**
 * mclust stops once an iteration gains less than 1e-5 of the log-likelihood, so it ends that much below the optimum or a
 * little more (0.01 of -1126.3 for faithful); regCovar, which it does not have, costs us less than 1e-4. The next best
 * optima of the reference data are 0.3 and more away.
 */
function isLike(logLikelihood: number, reference: number): boolean {
  const gain = logLikelihood - reference;
  return gain > -1e-4 && gain < 2e-5 * Math.abs(reference);
}

describe('best fits of mclust are reached from some seed', () => {
  test.each(golden.bestFits as BestFit[])('$data, K $nComponents, $covarianceType', async (best) => {
    const fit = await fitLike(best);
    expect(fit, 'no seed of 40 led there').toBeDefined();
    expect(fit!.converged).toBe(true);
    const parameters = fit!.bic + 2 * fit!.logLikelihood;
    expect(best.bic + 2 * best.logLikelihood).toBeCloseTo(parameters, 3);
    // None of them has a component that shrank onto a few points until only regCovar was left, as a seed of iris with
    // K 3 and full covariances may (-99.17).
    expect(smallestEigenvalue(fit!)).toBeGreaterThan(1000 * REG_COVAR);
  });

  test('faithful, K 2, full: weights, means and covariances', async () => {
    const best = (golden.bestFits as BestFit[]).find(({ weights }) => weights)!;
    const { weights, means, covariances } = (await fitLike(best))!;
    const order = weights[0]! > weights[1]! ? [0, 1] : [1, 0];
    // The reference parameters are not quite the fixed point: EM from them still moves a covariance by 0.2 %, see below.
    expectNear(
      order.map((k) => weights[k]),
      best.weights,
      2e-4,
    );
    expectNear(
      order.map((k) => means[k]),
      best.means,
      2e-4,
    );
    expectNear(
      order.map((k) => covariances[k]),
      best.covariances,
      4e-3,
    );
  });

  test('faithful, K 2, full: EM from the parameters of the reference ends at our fit', async () => {
    const best = (golden.bestFits as BestFit[]).find(({ weights }) => weights)!;
    const { weights, means, covariances } = best as Required<BestFit>;
    const sum = weights.reduce((a, b) => a + b, 0);
    const init = mixtureJSON({ covarianceType: 'full', weights: weights.map((w) => w / sum), means, covariances });
    const options = { nComponents: 2, regCovar: REG_COVAR, backend: 'cpu' } as const;
    const fit = await new GaussianMixture({ ...options, init, tol: 1e-12 }).fit(pointsNamed(best.data));
    const start = fit.history[0]!;
    expect(start).toBeLessThan(fit.logLikelihood);
    expect(start).toBeGreaterThan(best.logLikelihood - 1e-3);
    const ours = (await fitLike(best))!;
    const order = ours.weights[0]! > ours.weights[1]! ? [0, 1] : [1, 0];
    expectNear(
      order.map((k) => ours.means[k]),
      fit.means,
      1e-5,
    );
    expectNear(
      order.map((k) => ours.covariances[k]),
      fit.covariances,
      1e-4,
    );
    expectNear(ours.logLikelihood, fit.logLikelihood, 1e-10);
  });
});

describe('the inertias of the reference are reached from some seed, within 1e-9', () => {
  test.each(golden.inertia)('$data, K $nClusters', async ({ data, nClusters, inertia }) => {
    const points = pointsNamed(data);
    let closest = Infinity;
    // The rarest of them, faithful with K 8, is found by 1 seed in 200.
    for (let seed = 0; seed < 3000 && closest > 1e-9; seed++) {
      // Lloyd's algorithm ends after finitely many steps: the tolerance only has to be small.
      const fit = await new KMeans({ nClusters, seed, tol: 1e-12, backend: 'cpu' }).fit(points);
      closest = Math.min(closest, Math.abs(fit.inertia / inertia - 1));
      fit.destroy();
    }
    expect(closest).toBeLessThanOrEqual(1e-9);
  });
});
