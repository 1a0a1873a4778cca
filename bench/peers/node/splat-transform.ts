/**
 * The k-means of PlayCanvas' splat-transform on WebGPU, in float32.
 *
 * The package compresses Gaussian splats and keeps its k-means inside, with starting centres of its own choice: its class
 * `GpuKmeans` is the one way to say where to start. It runs a fixed number of iterations and reads back once, so that an
 * iteration is what many take more than none does, uploading and reading back included in both.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { load, pathOf, versionOf } from './load.ts';
import { type Runner, serve, type Task } from './serve.ts';
import type { Untyped } from './untyped.ts';
import { adapterName, checkDevice, peakBytes, provideWebGPU } from './webgpu.ts';

const PACKAGE = '@playcanvas/splat-transform';

interface GpuKmeans {
  /** `centroids` hold the start, then the result. */
  run(points: Float32Array, n: number, centroids: Float32Array, labels: Uint32Array, iterations: number): Promise<void>;
}

/** Its own module, with the class exported. */
async function openClass(): Promise<new (device: Untyped, nFeatures: number, K: number) => GpuKmeans> {
  const opened = pathOf(PACKAGE, 'dist/with-kmeans.mjs');
  const draft = `${opened}.${process.pid}`; // renamed when complete, since others may be reading
  writeFileSync(draft, `${readFileSync(pathOf(PACKAGE, 'dist/index.mjs'), 'utf8')}\nexport { GpuKmeans };\n`);
  renameSync(draft, opened);
  return (await load<Untyped>(opened)).GpuKmeans;
}

/** What its command line provides to the engine: a window, and a canvas without a context. */
function provideWindow(): void {
  const rectangle = { left: 0, top: 0, width: 300, height: 150, right: 300, bottom: 150 };
  const canvas = { getContext: () => null, getBoundingClientRect: () => rectangle, width: 300, height: 150 };
  Object.assign(globalThis, { window: { navigator }, document: { createElement: () => canvas } });
}

async function openDevice(): Promise<Untyped> {
  provideWebGPU();
  provideWindow();
  const { WebgpuGraphicsDevice } = await load<Untyped>('playcanvas');
  const device = new WebgpuGraphicsDevice(document.createElement('canvas'), { antialias: false, depth: false });
  await device.createDevice();
  device.supportsShaderF16 = false; // it would round points and centres to half precision
  return device;
}

/** Iterations are told apart from the rest of a run when they take at least this many ms together. */
const ENOUGH = 200;

async function start({ data, nSamples, nFeatures, centers }: Task): Promise<Runner> {
  const device = await openDevice();
  const kmeans = new (await openClass())(device, nFeatures, centers.length);
  const centroids = Float32Array.from(centers.flat());
  const labels = new Uint32Array(nSamples);
  /** ms of a run that leaves its result in `from`. */
  const timed = async (from: Float32Array, count: number) => {
    const began = performance.now();
    await kmeans.run(data, nSamples, from, labels, count);
    const elapsed = performance.now() - began;
    device.submit(); // destroys the buffers of this run, else the next one's would come on top
    return elapsed;
  };
  await timed(centroids.slice(), 1); // compiles
  const guess = ((await timed(centroids.slice(), 8)) - (await timed(centroids.slice(), 0))) / 8;
  const fewest = Math.min(1000, Math.ceil(ENOUGH / Math.max(guess, 0.1)));
  return {
    version: `${versionOf(PACKAGE)}, ${versionOf('playcanvas')}`,
    adapter: adapterName(),
    precision: 'float32',
    async iterate(count) {
      const none = await timed(centroids.slice(), 0);
      const many = Math.max(count, fewest);
      const elapsed = await timed(many === count ? centroids : centroids.slice(), many);
      if (many > count) await timed(centroids, count);
      return (elapsed - none) / many;
    },
    outcome: async () => ({ means: centroids }),
  };
}

await serve({ start, bytes: peakBytes, check: checkDevice });
