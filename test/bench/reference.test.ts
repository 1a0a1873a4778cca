import { afterAll, expect, test } from 'vitest';
import { CHECKED_ITERATIONS, holds, STRETCHED_ITERATIONS } from '../../bench/check.ts';
import { cpuPlace, type Place, type Surroundings } from '../../bench/place.ts';
import { KINDS, makeTiled } from '../../bench/problem.ts';
import { isAlwaysByHost, Reference } from '../../bench/reference.ts';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import { EmRun } from '../../src/em/run.ts';
import type { Dataset, Family, KernelParameters, StretchOptions } from '../../src/em/types.ts';
import { GaussianMixture } from '../../src/estimators/gaussian-mixture.ts';
import { KMeans } from '../../src/estimators/k-means.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import { kMeansFamily } from '../../src/families/k-means.ts';
import { releaseBackends, workDone } from '../../src/public.ts';

const tiled = makeTiled(2000, 2, 3);
// Types of what was built are not those of the sources, though they are the same.
const emgpu = { GaussianMixture, KMeans, workDone } as unknown as Surroundings['emgpu'];
const surroundings: Surroundings = {
  ...{ emgpu, gpu: undefined, version: 'emgpu', runtime: 'a test' },
  ...{ processor: 'one', mostBytes: 1e6 },
};
const cpu = cpuPlace(surroundings);

afterAll(releaseBackends);

/** A place that passes for a GPU: the CPU backend, with stretches or without, whose M-steps in stretches may be off by some per cent. */
function pretend({ stretches, error = 0 }: { stretches: boolean; error?: number }): Place {
  class Pretending extends GaussianMixture {
    constructor(options: ConstructorParameters<typeof GaussianMixture>[0]) {
      super({ ...options, backend: 'cpu' });
    }
    override async start(...args: Parameters<GaussianMixture['start']>) {
      const run = await super.start(...args);
      const { maxIter } = this.options;
      let stretched = false;
      const modelOf = () => run.model;
      return new Proxy(run, {
        get(_, name) {
          if (name === 'model' && stretched) return { ...modelOf(), ...skewed(modelOf().means, error) };
          if (name === 'advance')
            return async () => {
              const steps = stretches && run.iteration === 8 ? maxIter - 8 - 2 : 1;
              stretched ||= steps > 1;
              for (let i = 0; i < steps; i++) await run.step();
            };
          const value = Reflect.get(run, name, run);
          return typeof value === 'function' ? value.bind(run) : value;
        },
      });
    }
  }
  const pretending = { ...emgpu, GaussianMixture: Pretending } as unknown as Surroundings['emgpu'];
  return { ...cpu, backend: 'webgpu', surroundings: { ...surroundings, emgpu: pretending } };
}

const skewed = (means: number[][], error: number) => ({
  means: means.map((mean) => mean.map((x) => x * (1 + error))),
});

test('where iterations go by the host one by one, the first two are checked', async () => {
  const check = (await new Reference(cpu).checkEmgpu(pretend({ stretches: false }), 'full', tiled))!;
  expect(check).toMatchObject({ iterations: CHECKED_ITERATIONS, stretched: false });
  expect(check.deviation).toBe(0);
});

test('where the device has no M-step, no more than two iterations are done', async () => {
  const check = (await new Reference(cpu).checkEmgpu(pretend({ stretches: true }), 'tied', tiled))!;
  expect(check).toMatchObject({ iterations: CHECKED_ITERATIONS, stretched: false });
  expect(check.deviation).toBe(0);
});

test('what is taken to have no M-step on the device has none', () => {
  const shapes = [8, 16, 17, 64].flatMap((D) => [16, 64, 65, 256, 257].map((K) => [D, K] as const));
  for (const kind of KINDS) {
    const { finalize } = kernelFor({ kind, nComponents: 0 } as KernelParameters);
    for (const [D, K] of shapes) {
      expect(isAlwaysByHost(kind, D, K), `${kind}, D ${D}, K ${K}`).toBe(!finalize?.fits(shapeOf(D), K));
    }
  }
});

test('where the device goes on alone, the check goes on until it is through with that', async () => {
  const check = (await new Reference(cpu).checkEmgpu(pretend({ stretches: true }), 'full', tiled))!;
  expect(check).toMatchObject({ iterations: STRETCHED_ITERATIONS, stretched: true });
  expect(check.deviation).toBe(0);
});

test('an M-step that is wrong on the device alone is noticed', async () => {
  const check = (await new Reference(cpu).checkEmgpu(pretend({ stretches: true, error: 0.02 }), 'full', tiled))!;
  expect(holds(check)).toBe(false);
});

test('the CPU backend is not held against itself', async () => {
  expect(await new Reference(cpu).checkEmgpu(cpu, 'full', tiled)).toBeUndefined();
});

/** When a run of so many iterations asks the dataset for a stretch, and of how many E-steps. */
async function askedBy<P>(family: Family<P>, start: P): Promise<{ iteration: number; steps: number } | undefined> {
  const backend = createCpuBackend();
  const { data, nFeatures } = tiled.block;
  const dataset: Dataset = await backend.load({ data, nFeatures }, { scaling: 'none' });
  let asked: { iteration: number; steps: number } | undefined;
  const settings = { tol: 0, maxIter: STRETCHED_ITERATIONS, precision: backend.precision };
  const stretch = async (_: unknown, { steps }: StretchOptions) => {
    asked ??= { iteration: run.iteration, steps };
    return undefined;
  };
  const run = new EmRun(family, Object.assign(dataset, { stretch }), start, settings);
  while (!run.done) await run.advance();
  dataset.destroy();
  return asked;
}

test('a checked run is long enough for a stretch of more than one readback', async () => {
  const { centers } = tiled.block;
  const means = Float64Array.from(centers.flat());
  const one = {
    weights: new Float64Array(3).fill(1 / 3),
    means,
    covariances: Float64Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1),
  };
  const full = await askedBy(gaussianFamily({ covarianceType: 'full', regCovar: 1e-6 }), one);
  const hard = await askedBy(kMeansFamily, { nClusters: 3, centers: means });
  for (const asked of [full, hard]) {
    expect(asked!.iteration).toBeLessThan(10);
    expect(asked!.steps).toBeGreaterThan(16);
  }
});
