import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { GaussianMixture, KMeans, MixtureModel, type Progress, releaseBackends } from '../../src/node.ts';
import type { DeviceWatch } from '../lanes/device-watch.ts';
import { expectNear, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS } from './data.ts';
import { fitOn, openDevice, options, points } from './lavapipe.ts';

/** What a caller's buffer holds. */
const rounded: HostPoints = { ...points, data: Float32Array.from(points.data) };

/** Whether a device still computes. */
async function isAlive({ device }: DeviceWatch): Promise<boolean> {
  const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, Uint32Array.of(42));
  const lost = device.lost.then(() => true);
  const mapped = buffer.mapAsync(GPUMapMode.READ).then(() => new Uint32Array(buffer.getMappedRange())[0] === 42);
  const alive = await Promise.race([mapped, lost.then(() => false)]);
  buffer.destroy();
  return alive;
}

/** The tests of what happens on devices of the caller's. Only where lavapipe is: a file of their own would be empty elsewhere. */
export function testDevices(): void {
  describe('a shared device', () => {
    test('is used, cleaned up and never destroyed', async () => {
      const watch = await openDevice();
      const { device } = watch;
      const fit = await fitOn({ device });
      expect(fit).toMatchObject({ backend: 'webgpu', backendReason: 'the caller shared a device' });
      await fit.predictProba();
      await new KMeans({ nClusters: 2, device }).fit(points).then((clusters) => clusters.destroy());
      await MixtureModel.fromJSON(TWO_GROUPS).evaluate(points, { device });
      fit.destroy();
      await releaseBackends();
      expect(watch.destroyed).toBe(false);
      expect(await isAlive(watch)).toBe(true);
      expect(watch.sweep()).toEqual([]);
      expect(watch.openScopes).toBe(0);
      expect(watch.takeUncaptured()).toEqual([]);
      device.destroy();
    });

    test('gives results as buffers of its own', async () => {
      const { device } = await openDevice();
      const fit = await fitOn({ device });
      const buffers = [await fit.labelsBuffer(), await fit.responsibilitiesBuffer(), await fit.logDensitiesBuffer()];
      const arrays = [await fit.predict(), await fit.predictProba(), await fit.scoreSamples()];
      for (const [i, buffer] of buffers.entries()) {
        const { byteLength } = arrays[i]!;
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
        const staging = device.createBuffer({ size: byteLength, usage });
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, 0, staging, 0, byteLength);
        device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        expect(Buffer.compare(Buffer.from(staging.getMappedRange()), Buffer.from(arrays[i]!.buffer))).toBe(0);
        staging.destroy();
      }
      // They are the caller's: the fit's end is not theirs.
      fit.destroy();
      for (const buffer of buffers) buffer.destroy();
      device.destroy();
    });

    test('without the limits that the kernels need is refused, naming the limit', async () => {
      const { device } = await openDevice();
      const limits: [string, number][] = [
        ['maxComputeInvocationsPerWorkgroup', 32],
        ['maxComputeWorkgroupStorageSize', 4096],
        ['maxStorageBuffersPerShaderStage', 2],
      ];
      for (const [name, offered] of limits) {
        // A device in compatibility mode or one asked for less; everything else is the real one's.
        const less = new Proxy(device, {
          get(target, key) {
            if (key === 'limits') {
              return new Proxy(target.limits, {
                get: (all, limit) => (limit === name ? offered : Reflect.get(all, limit, all)),
              });
            }
            const value = Reflect.get(target, key, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
        const { message, remedy } = await refusal(() => fitOn({ device: less }), 'insufficient-limits');
        expect(message).toContain(`got ${offered}`);
        expect(message).toContain(name);
        expect(remedy).toContain(`requiredLimits: { ${name}: `);
      }
      device.destroy();
    });
  });

  describe('points in a GPUBuffer', () => {
    function upload({ device }: DeviceWatch, data: Float32Array<ArrayBuffer>): GPUBuffer {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const buffer = device.createBuffer({ size: data.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    }

    test('are fitted on their device as an array is, and left alone', async () => {
      const watch = await openDevice();
      const { device } = watch;
      const data = Float32Array.from(points.data);
      const buffer = upload(watch, data);
      const inBuffer = { buffer, nSamples: 500, nFeatures: 2, featureNames: ['x', 'y'] };
      const fit = await new GaussianMixture({ ...options, device }).fit(inBuffer);
      const same = await fitOn({ backend: 'cpu' }, rounded);
      expectNear(fit.means, same.means, 1e-5, 1e-5);
      expectNear(fit.logLikelihood, same.logLikelihood, 1e-6);
      expect(fit.featureNames).toEqual(['x', 'y']);
      expect(await fit.predict(inBuffer, { device })).toEqual(await fit.predict());
      fit.destroy();
      // Still there and not written to.
      const staging = device.createBuffer({ size: 4000, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4000);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      expect(new Float32Array(staging.getMappedRange().slice(0))).toEqual(data);
      device.destroy();
    });

    test('need that device, and as many numbers as said', async () => {
      const watch = await openDevice();
      const { device } = watch;
      const buffer = upload(watch, Float32Array.from(points.data));
      const mixture = (more: object) => new GaussianMixture({ ...options, ...more });
      for (const backend of ['auto', 'webgpu', 'cpu'] as const) {
        const fitting = () => mixture({ backend }).fit({ buffer, nSamples: 500, nFeatures: 2 });
        expect((await refusal(fitting, 'invalid-points')).remedy).toContain('device');
      }
      for (const nSamples of [501, 0, 1.5, Number.NaN]) {
        await refusal(() => mixture({ device }).fit({ buffer, nSamples, nFeatures: 2 }), 'invalid-points');
      }
      device.destroy();
    });

    test('NaN and infinity are refused with row and column', async () => {
      const watch = await openDevice();
      const { device } = watch;
      for (const bad of [Number.NaN, Infinity, -Infinity]) {
        const data = Float32Array.from(points.data);
        data[2 * 317 + 1] = bad;
        const buffer = upload(watch, data);
        const inBuffer = { buffer, nSamples: 500, nFeatures: 2, featureNames: ['x', 'y'] };
        const { message } = await refusal(
          () => new GaussianMixture({ ...options, device }).fit(inBuffer),
          'non-finite',
        );
        expect(message).toMatch(/row 317, column y/);
        const onHost = await refusal(() => fitOn({ device }, { data, nFeatures: 2 }), 'non-finite');
        expect(onHost.message).toMatch(/row 317, column 1/);
        buffer.destroy();
      }
      expect(watch.sweep()).toEqual([]);
      device.destroy();
    });
  });

  describe('a lost device', () => {
    test('is noticed by what was on it and by what comes after', async () => {
      const { device } = await openDevice();
      const fit = await fitOn({ device });
      const run = await new GaussianMixture({ ...options, device }).start(points);
      device.destroy();
      await device.lost;
      await refusal(() => fit.predict(), 'device-lost');
      await refusal(() => fit.logDensitiesBuffer(), 'device-lost');
      await refusal(() => run.step(), 'device-lost');
      await refusal(() => fitOn({ device }), 'device-lost');
      await refusal(() => fit.predict(points, { device }), 'device-lost');
      // What the host holds remains.
      expect((await fit.predict(points, { backend: 'cpu' })).length).toBe(500);
      fit.destroy();
      run.destroy();
    });

    test.each(['load', 'seed', 'fit'] as const)('in the middle, in the stage %s', async (stage) => {
      const { device } = await openDevice();
      const onProgress = (progress: Progress) => {
        if (progress.stage === stage) device.destroy();
      };
      const mixture = new GaussianMixture({ nComponents: 3, tol: 0, maxIter: 50, device });
      await refusal(() => mixture.fit(points, { onProgress }), 'device-lost');
    });

    test('while a pass is under way', async () => {
      const { device } = await openDevice();
      const many = pointsOf(THREE_OVERLAPPING, 20_000);
      const run = await new GaussianMixture({ nComponents: 64, tol: 0, device }).start(many);
      const pass = run.step();
      setTimeout(() => device.destroy(), 5);
      await refusal(() => pass, 'device-lost');
      run.destroy();
    });
  });

  describe('an abort', () => {
    test.each(['load', 'seed', 'fit'] as const)('in the stage %s leaves nothing on the device', async (stage) => {
      const watch = await openDevice();
      const { device } = watch;
      const controller = new AbortController();
      const onProgress = (progress: Progress) => {
        if (progress.stage === stage) controller.abort();
      };
      const { signal } = controller;
      const mixture = new GaussianMixture({ nComponents: 3, tol: 0, maxIter: 50, device });
      await refusal(() => mixture.fit(points, { signal, onProgress }), 'aborted');
      await refusal(() => new KMeans({ nClusters: 3, device }).fit(points, { signal }), 'aborted');
      expect(watch.sweep()).toEqual([]);
      expect(watch.takeUncaptured()).toEqual([]);
      // The device is none the worse for it.
      const fit = await fitOn({ device });
      fit.destroy();
      device.destroy();
    });
  });
}
