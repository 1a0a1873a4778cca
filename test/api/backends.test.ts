import { describe, expect, test } from 'vitest';
import { describeBackends, GaussianMixture, KMeans, MixtureModel, releaseBackends } from '../../src/node.ts';
import { expectNear, refusal, TWO_GROUPS, TYPES } from './data.ts';
import { testDevices } from './devices.ts';
import { fitOn, onLavapipe, points } from './lavapipe.ts';

test('the CPU when it is asked for', async () => {
  const { backend, adapter, backendReason } = await fitOn({ backend: 'cpu' });
  expect({ backend, backendReason }).toEqual({ backend: 'cpu', backendReason: 'the CPU was asked for' });
  expect(adapter).toMatch(/^CPU, float64/);
});

onLavapipe(() => {
  describe('choice', () => {
    test('describeBackends: adapters with their limits, the CPU, and what auto would take', async () => {
      const report = await describeBackends();
      expect(report.adapters.length).toBe(1);
      const [only] = report.adapters;
      expect(only).toMatchObject({ isSoftware: true, description: expect.stringMatching(/llvmpipe/i) });
      expect(only!.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
      expect(only!.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(2 ** 27);
      expect(only!.features.every((name) => typeof name === 'string')).toBe(true);
      expect(report.cpu.workers).toBeGreaterThanOrEqual(1);
      expect(report.auto.backend).toBe('cpu');
      expect(report.auto.adapter).toBe(`${report.cpu.workers} thread${report.cpu.workers === 1 ? '' : 's'}`);
      expect(report.auto.reason).toMatch(/software/);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    });

    test('auto never takes a software adapter, and says why', async () => {
      const fits = [await fitOn({}), await fitOn({ backend: 'auto' })];
      for (const { backend, backendReason } of fits) {
        expect(backend).toBe('cpu');
        expect(backendReason).toMatch(/the only adapter is software \(llvmpipe.*\).*ask for webgpu/);
      }
    });

    test('webgpu takes it when it is asked for, and computes the same', async () => {
      const gpu = await fitOn({ backend: 'webgpu' });
      expect(gpu).toMatchObject({ backend: 'webgpu', backendReason: 'WebGPU was asked for' });
      expect(gpu.adapter).toMatch(/llvmpipe/);
      const cpu = await fitOn({ backend: 'cpu' });
      expectNear(gpu.logLikelihood, cpu.logLikelihood, 1e-6);
      expectNear(gpu.means, cpu.means, 1e-5, 1e-5);
      expectNear(gpu.covariances, cpu.covariances, 1e-5, 1e-5);
      expect(await gpu.predict()).toEqual(await cpu.predict());
      gpu.destroy();
    });

    test('scoring takes the same choice', async () => {
      const model = MixtureModel.fromJSON(TWO_GROUPS);
      const gpu = await model.scoreSamples(points, { backend: 'webgpu' });
      const cpu = await model.scoreSamples(points, { backend: 'cpu' });
      expect([gpu.constructor, cpu.constructor]).toEqual([Float32Array, Float64Array]);
      expectNear([...gpu], [...cpu], 1e-5, 1e-5);
    });

    test('a score that leaves float32 is refused', async () => {
      const narrow = { covarianceType: 'spherical', covariances: [1e-80, 1e-80] } as const;
      const model = MixtureModel.fromJSON({ ...TWO_GROUPS, ...narrow });
      const { remedy } = await refusal(() => model.score(points, { backend: 'webgpu' }), 'invalid-points');
      expect(remedy).toContain('CPU');
      expect(await model.score(points, { backend: 'cpu' })).toBeLessThan(-1e79);
    });

    test('directions that cancel do so in float32, too: their centre stays, and that is told', async () => {
      const turn = (n: number) => (2 * Math.PI * n) / 3 + 0.3;
      const data = Float64Array.from({ length: 60_000 }, (_, i) => (i % 2 ? Math.sin : Math.cos)(turn((i >> 1) % 3)));
      const fit = await new KMeans({ nClusters: 1, metric: 'cosine', backend: 'webgpu' }).fit({ data, nFeatures: 2 });
      expect(fit.warnings.map(({ code }) => code)).toEqual(['collapsed-component']);
      expect(Math.hypot(...fit.centers[0]!)).toBeCloseTo(1, 6);
      expectNear(fit.history, Array(fit.history.length).fill(60_000), 1e-6);
      fit.destroy();
    });

    test('a backend that was released is opened anew; what was on it is lost', async () => {
      const before = await fitOn({ backend: 'webgpu' });
      await releaseBackends();
      await refusal(() => before.predict(), 'device-lost');
      const after = await fitOn({ backend: 'webgpu' });
      expect(after.logLikelihood).toBe(before.logLikelihood);
      before.destroy();
      after.destroy();
    });
  });

  describe('data without variance', () => {
    test.each(TYPES)('%s', async (covarianceType) => {
      const constant = points.data.map((x, i) => (i % 2 ? 0.1 : x));
      const few = Float64Array.from({ length: 120 }, (_, i) => [0, 0, 1, 0.3, 5, 0.1][i % 6]!);
      for (const data of [constant, few, new Float64Array(60).fill(0.1)]) {
        const mixture = new GaussianMixture({ nComponents: 3, covarianceType, backend: 'webgpu', maxIter: 30 });
        const fit = await mixture.fit({ data, nFeatures: 2 });
        const numbers = [...fit.weights, ...fit.means.flat(), ...(fit.covariances as number[][][]).flat(2)];
        expect([...numbers, ...fit.history].filter((x) => !Number.isFinite(x))).toEqual([]);
        expect([...(await fit.predictProba())].some(Number.isNaN)).toBe(false);
        fit.destroy();
      }
    });
  });

  testDevices();
});
