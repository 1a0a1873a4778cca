import { GaussianMixture } from '../../../src/estimators/gaussian-mixture.ts';
import { KMeans } from '../../../src/estimators/k-means.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assert, assertEqual, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { drawSample, gpuBackend, randomFor } from './gpu.ts';

const passes: LaneCase = {
  name: 'side by side: passes under way at once give the bits of passes one after the other',
  async run(context) {
    const random = randomFor(context.seed, 'side by side');
    const { points, start } = drawSample({ type: 'full', D: 3, K: 4, N: 3001 }, random);
    const family = gaussianFamily({ covarianceType: 'full', regCovar: 0 });
    const dataset = await gpuBackend(context).load(points, { scaling: family.scaling });
    assert((dataset.sideBySide ?? 1) > 1, 'a small dataset gains from passes side by side');
    const shifted = Array.from({ length: 6 }, (_, i) => {
      const { means, ...rest } = start;
      const moved = { ...rest, means: means.map((m) => m + 0.1 * i) };
      return family.pack(family.toFrame(moved, dataset.frame), dataset.frame);
    });
    const apart: Float64Array[] = [];
    for (const each of shifted) apart.push((await dataset.expectation(each)).first);
    const [together, labels] = await Promise.all([
      Promise.all(shifted.map((each) => dataset.expectation(each))),
      Promise.all(shifted.map((each) => dataset.read('labels', each))),
    ]);
    for (const [i, { first }] of together.entries()) {
      assertSame(first, apart[i]!, `sums of pass ${i}`);
      assertSame(labels[i]!, await dataset.read('labels', shifted[i]!), `labels of pass ${i}`);
    }
    const late = dataset.expectation(shifted[0]!);
    dataset.destroy();
    await late.catch(() => {});
    await assertRejects(dataset.expectation(shifted[0]!), 'a pass after destroy()', 'destroyed');
  },
};

const restarts: LaneCase = {
  name: 'side by side: of several starts the best is that of the starts one by one, for a mixture and for k-means',
  async run(context) {
    const { device } = context;
    const { points } = drawSample({ type: 'diag', D: 2, K: 5, N: 700 }, randomFor(context.seed, 'restarts'));
    const options = { device, tune: false, maxIter: 8, seed: 3 } as const;
    const mixture = await new GaussianMixture({ nComponents: 5, nInit: 5, ...options }).fit(points);
    assertEqual(mixture.restarts.length, 5, 'starts');
    for (const { seed, value, nIter } of mixture.restarts) {
      const alone = await new GaussianMixture({ nComponents: 5, ...options, seed }).fit(points);
      assertEqual(value, alone.logLikelihood, `log-likelihood from seed ${seed}`);
      assertEqual(nIter, alone.nIter, `iterations from seed ${seed}`);
      alone.destroy();
    }
    const sound = mixture.restarts.filter(({ refused }) => !refused).map(({ value }) => value!);
    assertEqual(mixture.logLikelihood, Math.max(...sound), 'the best');
    mixture.destroy();
    const clusters = await new KMeans({ nClusters: 5, nInit: 4, ...options }).fit(points);
    assertEqual(clusters.inertia, Math.min(...clusters.restarts.map(({ value }) => value!)), 'the best inertia');
    clusters.destroy();
  },
};

export const sideBySide: readonly LaneCase[] = [passes, restarts];
