import { createGpuBackend } from '../../../src/backends/webgpu/backend.ts';
import { blendColors } from '../../../src/estimators/colors.ts';
import { GaussianMixture } from '../../../src/estimators/gaussian-mixture.ts';
import { KMeans } from '../../../src/estimators/k-means.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assert, assertClose, assertEqual, assertRejects, assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { copyToHost, cpuBackend, drawSample, randomFor } from './gpu.ts';

/** The numbers in a device's buffer, and the end of the buffer. */
async function take({ device }: LaneContext, buffer: GPUBuffer, destroy = true): Promise<ArrayBuffer> {
  const bytes = await copyToHost(device, buffer);
  if (destroy) buffer.destroy();
  return bytes;
}

/** Windows of a few thousand points, so that there are several. */
function smallWindows({ device, adapter }: LaneContext) {
  return createGpuBackend({ device, info: adapter.info, reason: 'test', owned: false, windowBytes: 2 ** 16 });
}

/** Poison: what a pass does not write stays red. */
function poisoned({ device }: LaneContext, n: number): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ size: 4 * n, usage });
  device.queue.writeBuffer(buffer, 0, new Uint32Array(n).fill(0xff0000ff));
  return buffer;
}

const mixtures: readonly LaneCase[] = (
  [
    ['full', 2, 5],
    ['diag', 4, 1],
    ['tied', 9, 33],
  ] as const
).map(([type, D, K]) => ({
  name: `colors: ${type}, D ${D}, K ${K}, over several windows: blended as in float64`,
  async run(context) {
    const N = 9001;
    const random = randomFor(context.seed, `colors ${type}`);
    const { points, start } = drawSample({ type, D, K, N, separation: 2, offset: 1000 }, random);
    const colors = Array.from({ length: K }, () => [random.uniform(), random.uniform(), random.uniform()]);
    const family = gaussianFamily({ covarianceType: type, regCovar: 0 });
    const [gpu, cpu] = [
      await smallWindows(context).load(points, { scaling: family.scaling }),
      await cpuBackend().load(points, { scaling: family.scaling }),
    ];
    assert(gpu.resident!().windows.length > 1, 'several windows');
    const pack = ({ frame }: typeof cpu) => family.pack(family.toFrame(start, frame), frame);
    const flat = Float32Array.from(colors.flat());
    const expected = await cpu.colors!(flat, pack(cpu));
    const into = poisoned(context, N);
    assertEqual(await gpu.blend!(flat, pack(gpu), { into }), into, 'the buffer');
    const actual = new Uint8Array(await take(context, into));
    // Responsibilities are within 1e-5, a 25th of the step between two bytes: rounding may go the other way, by one.
    assertClose(actual, new Uint8Array(expected.buffer), { absolute: 1 }, 'bytes of colours');
    assertSame(new Uint8Array((await gpu.colors!(flat, pack(gpu))).buffer), actual, 'colours on the host');
    for (const each of [gpu, cpu]) each.destroy();
  },
}));

const hard: LaneCase = {
  name: 'colors: k-means gives every point the colour of its centre',
  async run(context) {
    const { device } = context;
    const { points } = drawSample({ type: 'spherical', D: 3, K: 6, N: 1501 }, randomFor(context.seed, 'hard colors'));
    const run = await new KMeans({ nClusters: 6, device, tune: false }).start(points);
    await run.step();
    const colors = Array.from({ length: 6 }, (_, k) => [k / 5, 1 - k / 5, 0.5]);
    const ofRun = new Uint32Array(await take(context, await run.colorsBuffer(colors)));
    const fit = await run.finish();
    const labels = await fit.predict();
    const ofFit = new Uint32Array(await take(context, await fit.colorsBuffer(colors)));
    const sure = blendColors(
      Float32Array.from(labels).reduce(
        (r, label, n) => {
          r[n * 6 + label] = 1;
          return r;
        },
        new Float32Array(labels.length * 6),
      ),
      colors,
    );
    for (let n = 0; n < labels.length; n++) {
      assertEqual(ofFit[n], sure[n], `colour of point ${n}`);
      assertEqual(ofRun[n], sure[n], `colour of point ${n} during the run`);
    }
    fit.destroy();
  },
};

const layout: LaneCase = {
  name: 'colors: resident points are the points, where the formula says',
  async run(context) {
    for (const [D, N] of [
      [1, 300],
      [2, 9001],
      [7, 5003],
    ] as const) {
      const { points } = drawSample(
        { type: 'diag', D, K: 2, N, offset: 1000 },
        randomFor(context.seed, `resident ${D}`),
      );
      const dataset = await smallWindows(context).load(points, { scaling: 'per-feature' });
      const { windows, offset, stride, shift, scale } = dataset.resident!();
      let seen = 0;
      for (const { buffer, firstRow, nRows } of windows) {
        assertEqual(firstRow, seen, 'first row');
        seen += nRows;
        const stored = new Float32Array(await copyOut(context, buffer));
        for (let n = 0; n < nRows; n++) {
          for (let d = 0; d < D; d++) {
            const at = (n - (n % 256)) * D + offset[d]! + (n % 256) * stride[d]!;
            const expected = points.data[(firstRow + n) * D + d]!;
            const error = Math.abs(shift[d]! + scale[d]! * stored[at]! - expected);
            assert(error <= scale[d]! * 2 ** -20, `row ${firstRow + n}, feature ${d}: off by ${error}`);
          }
        }
      }
      assertEqual(seen, N, 'rows');
      dataset.destroy();
    }
  },
};

/** Through a shader, as whoever draws would: the buffers allow nothing else. */
async function copyOut(context: LaneContext, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const { device } = context;
  const code = `
    @group(0) @binding(0) var<storage, read> stored: array<f32>;
    @group(0) @binding(1) var<storage, read_write> copy: array<f32>;
    @compute @workgroup_size(64)
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < arrayLength(&copy)) { copy[id.x] = stored[id.x]; }
    }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const copy = poisoned(context, buffer.size / 4);
  const entries = [buffer, copy].map((each, binding) => ({ binding, resource: { buffer: each } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(buffer.size / 256));
  pass.end();
  device.queue.submit([encoder.finish()]);
  return take(context, copy);
}

const refusals: LaneCase = {
  name: 'colors: a run and its fit give the same; wrong colours and small buffers are refused',
  async run(context) {
    const { device } = context;
    const { points } = drawSample({ type: 'full', D: 2, K: 3, N: 1000 }, randomFor(context.seed, 'run colors'));
    const run = await new GaussianMixture({ nComponents: 3, device, tune: false }).start(points);
    await run.step();
    const colors = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const first = new Uint8Array(await take(context, await run.colorsBuffer(colors)));
    assertEqual(run.residentPoints()!.nSamples, 1000, 'resident points');
    const fit = await run.finish();
    assertClose(new Uint8Array(await take(context, await fit.colorsBuffer(colors))), first, {}, 'colours of the fit');
    await assertRejects(fit.colorsBuffer(colors.slice(1)), 'two colours for three', 'invalid-option');
    await assertRejects(fit.colorsBuffer([[2, 0, 0], ...colors.slice(1)]), 'a colour beyond 1', 'invalid-option');
    const small = poisoned(context, 999);
    await assertRejects(fit.colorsBuffer(colors, { into: small }), 'a small buffer', 'invalid-option');
    small.destroy();
    const gone = poisoned(context, 1000);
    gone.destroy();
    await assertRejects(fit.colorsBuffer(colors, { into: gone }), 'a buffer that was destroyed', 'invalid-option');
    fit.destroy();
    const host = await new GaussianMixture({ nComponents: 3, backend: 'cpu' }).fit(points);
    assertEqual(host.residentPoints(), undefined, 'resident points on the CPU');
    await assertRejects(host.colorsBuffer(colors), 'colours on the CPU', 'invalid-option');
    host.destroy();
  },
};

export const colors: readonly LaneCase[] = [...mixtures, hard, layout, refusals];
