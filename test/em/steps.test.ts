import { randomNormal } from 'd3-random';
import { expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { EmRun } from '../../src/em/run.ts';
import type { Dataset, Family } from '../../src/em/types.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { poissonFamily } from '../../src/families/poisson.ts';
import { seededRandom } from '../../src/math/random.ts';

const N = 1000;
const backend = createCpuBackend();

/** The dataset as float32 would have it: the objective is rounded to 1e-7 per point. Sums are left as they are. */
function blurred(dataset: Dataset): Dataset {
  const grain = 1e-7 * N;
  return {
    ...{ nSamples: N, nFeatures: 1, totalWeight: N, nWeighted: N, frame: dataset.frame, precision: 2 ** -22 },
    async expectation(parameters, options) {
      const statistics = await dataset.expectation(parameters, options);
      return { ...statistics, objective: Math.round(statistics.objective / grain) * grain };
    },
    read: (what, parameters, options) => dataset.read(what, parameters, options),
    rows: (indices) => dataset.rows(indices),
    seedingDistances: (weights, sample) => dataset.seedingDistances(weights, sample),
    destroy: () => dataset.destroy(),
  };
}

async function fitted<P>(data: Float64Array, family: Family<P>, start: P, isBlurred: boolean, tol: number) {
  const dataset = await backend.load({ data, nFeatures: 1 }, { scaling: family.scaling });
  const seen = isBlurred ? blurred(dataset) : dataset;
  const settings = { tol, maxIter: 5000, precision: seen.precision };
  const run = new EmRun(family, seen, family.toFrame(start, dataset.frame), settings);
  while (!run.done) await run.step();
  return run;
}

const half = Float64Array.of(0.5, 0.5);

/** Two groups, and a start at which two components nearly coincide between them. */
const saddles = {
  gaussian() {
    const normal = randomNormal.source(seededRandom(1).uniform)();
    const data = Float64Array.from({ length: N }, (_, i) => normal() + (i % 2 ? 2 : -2));
    const start = { weights: half, means: Float64Array.of(-0.1, 0.1), covariances: Float64Array.of(5) };
    return (isBlurred: boolean) =>
      fitted(data, gaussianFamily({ covarianceType: 'tied', regCovar: 1e-6 }), start, isBlurred, 1e-6);
  },
  poisson() {
    const { uniform } = seededRandom(2);
    const data = Float64Array.from({ length: N }, (_, i) => Math.floor((i % 2 ? 12 : 2) * (0.6 + 0.8 * uniform())));
    const mean = data.reduce((a, b) => a + b, 0) / N;
    const start = { weights: half, rates: Float64Array.of(mean * 0.99999, mean * 1.00001) };
    return (isBlurred: boolean) => fitted(data, poissonFamily(), start, isBlurred, 1e-6);
  },
};

test.each(Object.keys(saddles) as (keyof typeof saddles)[])(
  'a run that leaves a saddle goes on, though float32 shows no gain: %s',
  async (name) => {
    const run = saddles[name]();
    const [exact, rough] = [await run(false), await run(true)];
    expect(rough.converged).toBe(true);
    expect(Math.abs(rough.objective - exact.objective) / N).toBeLessThan(1e-6);
    // Some of its first gains are less than is shown.
    const [a, b, c] = exact.history as [number, number, number];
    expect(Math.min(b - a, c - b)).toBeLessThan(1e-7 * N);
    expect(Math.abs(rough.iteration - exact.iteration)).toBeLessThan(0.2 * exact.iteration);
  },
);
