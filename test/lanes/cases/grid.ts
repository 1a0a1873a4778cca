import { type DensityGrid, densityGrid, densityGridBuffer, densityGridTexture } from '../../../src/estimators/grid.ts';
import { marginal } from '../../../src/estimators/marginal.ts';
import { fromParameters, MixtureModel } from '../../../src/estimators/mixture-model.ts';
import { assert, assertClose, assertEqual, assertRejects } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { copyToHost, drawSample, randomFor } from './gpu.ts';

/** A mixture of four features far from the origin. */
function drawModel({ seed }: LaneContext, type: 'full' | 'tied' | 'diag' | 'spherical', name: string): MixtureModel {
  const { start } = drawSample({ type, D: 4, K: 5, N: 16, separation: 2, offset: 1000 }, randomFor(seed, name));
  return new MixtureModel(fromParameters(start, type, 4));
}

/** Columns of x and y, and a grid over most of the mixture. */
const gridOf = (nx: number, ny: number): DensityGrid => ({
  ...{ features: [2, 0], x: [994, 1006, nx], y: [995, 1005, ny] },
});

const TOLERANCE = { absolute: 1e-5, relative: 2e-6 };

/** Float32 numbers of a buffer. */
async function numbersIn(device: GPUDevice, buffer: GPUBuffer, count: number): Promise<Float32Array> {
  return new Float32Array(await copyToHost(device, buffer, 4 * count));
}

const LOAD_TEXELS = /* wgsl */ `
@group(0) @binding(0) var densities: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> numbers: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let size = textureDimensions(densities);
  if (all(id.xy < size)) {
    numbers[id.y * size.x + id.x] = textureLoad(densities, id.xy, 0).x;
  }
}
`;

/** The texels as a visualization's shader loads them. */
async function texelsOf(device: GPUDevice, texture: GPUTexture): Promise<Float32Array> {
  const { width, height } = texture;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const numbers = device.createBuffer({ size: 4 * width * height, usage });
  const module = device.createShaderModule({ code: LOAD_TEXELS });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const entries = [
    { binding: 0, resource: texture.createView() },
    { binding: 1, resource: { buffer: numbers } },
  ];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(width / 8), Math.ceil(height / 8));
  pass.end();
  device.queue.submit([encoder.finish()]);
  const texels = await numbersIn(device, numbers, width * height);
  numbers.destroy();
  return texels;
}

const agreement: readonly LaneCase[] = (['full', 'tied', 'diag', 'spherical'] as const).map((type) => ({
  name: `grid: ${type}, log-densities in a buffer and in a texture are those of float64`,
  async run(context) {
    const { device, seed } = context;
    const model = drawModel(context, type, `grid ${type}`);
    // Rows of 256 bytes, which are copied together, and others.
    for (const [nx, ny] of [
      [64, 37],
      [101, 50],
    ] as const) {
      const grid = gridOf(nx, ny);
      const expected = await densityGrid(model, { ...grid, log: true }, { backend: 'cpu' });
      const buffer = await densityGridBuffer(model, grid, { device });
      const texture = await densityGridTexture(model, grid, { device });
      const inBuffer = await numbersIn(device, buffer, nx * ny);
      assertClose(inBuffer, expected, TOLERANCE, `${nx} × ${ny} in a buffer, seed ${seed}`);
      assertClose(await texelsOf(device, texture), inBuffer, {}, `${nx} × ${ny} in a texture`);
      assertEqual(texture.format, 'r32float', 'format');
      assert(buffer.usage & GPUBufferUsage.VERTEX && buffer.usage & GPUBufferUsage.STORAGE, 'usage of the buffer');
      const onHost = await densityGrid(model, { ...grid, log: true }, { device });
      assertClose(onHost, expected, TOLERANCE, `${nx} × ${ny} by way of the host, seed ${seed}`);
      buffer.destroy();
      texture.destroy();
    }
  },
}));

const bands: LaneCase = {
  name: 'grid: one of more places than are computed at once has every row in its place',
  async run(context) {
    const { device, seed } = context;
    const model = marginal(drawModel(context, 'diag', 'bands'), [2, 0]);
    const [nx, ny] = [1100, 1000];
    const grid: DensityGrid = { ...gridOf(nx, ny), features: [0, 1] };
    const texture = await densityGridTexture(model, grid, { device });
    const texels = await texelsOf(device, texture);
    texture.destroy();
    const expected = await densityGrid(model, { ...grid, log: true }, { backend: 'cpu' });
    assertClose(texels, expected, TOLERANCE, `texels, seed ${seed}`);
  },
};

const refusals: LaneCase = {
  name: 'grid: one that the device has no room for is refused before any work, and an abort leaves nothing behind',
  async run(context) {
    const { device } = context;
    const model = drawModel(context, 'full', 'refusals');
    const { maxTextureDimension2D, maxBufferSize } = device.limits;
    const wide = gridOf(maxTextureDimension2D + 1, 2);
    await assertRejects(densityGridTexture(model, wide, { device }), 'a wide texture', 'invalid-option');
    const large = gridOf(2 ** 16, Math.floor(maxBufferSize / 2 ** 18) + 1);
    await assertRejects(densityGridBuffer(model, large, { device }), 'a large buffer', 'invalid-option');
    const call = { device, signal: AbortSignal.abort() };
    await assertRejects(densityGridBuffer(model, gridOf(64, 64), call), 'an aborted buffer', 'aborted');
    await assertRejects(densityGridTexture(model, gridOf(64, 64), call), 'an aborted texture', 'aborted');
  },
};

/** Densities on a grid that stay on the device. */
export const grid: readonly LaneCase[] = [...agreement, bands, refusals];
