import { assert, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';

const DOUBLE = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> numbers: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&numbers)) {
    numbers[id.x] *= 2u;
  }
}
`;

/** The shortest way through the whole API: upload, dispatch, copy, map. */
async function doubleOnDevice(device: GPUDevice, numbers: Uint32Array<ArrayBuffer>): Promise<Uint32Array> {
  const size = numbers.byteLength;
  const storage = device.createBuffer({
    label: 'smoke storage',
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const readback = device.createBuffer({
    label: 'smoke readback',
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    device.queue.writeBuffer(storage, 0, numbers);
    const module = device.createShaderModule({ code: DOUBLE });
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    });
    const layout = pipeline.getBindGroupLayout(0);
    const bindings = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: storage } }] });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(Math.ceil(numbers.length / 64));
    pass.end();
    encoder.copyBufferToBuffer(storage, 0, readback, 0, size);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    return new Uint32Array(readback.getMappedRange().slice(0));
  } finally {
    storage.destroy();
    readback.destroy();
  }
}

/** What must hold before any other case can mean something. */
export const smoke: readonly LaneCase[] = [
  {
    name: 'smoke: a compute shader doubles numbers',
    async run({ device, seed }) {
      const numbers = Uint32Array.from({ length: 1000 }, (_, i) => (seed + i) >>> 2);
      const doubled = await doubleOnDevice(device, numbers);
      assertSame(
        doubled,
        numbers.map((n) => n * 2),
        `doubled, seed ${seed}`,
      );
    },
  },
  {
    name: 'smoke: the device has the default limits',
    async run({ device }) {
      const { limits } = device;
      assert(limits.maxStorageBufferBindingSize >= 2 ** 27, `binding of ${limits.maxStorageBufferBindingSize} bytes`);
      assert(limits.maxBufferSize >= 2 ** 28, `buffers of ${limits.maxBufferSize} bytes`);
      assert(limits.maxComputeWorkgroupStorageSize >= 16384, `${limits.maxComputeWorkgroupStorageSize} bytes shared`);
    },
  },
  {
    name: 'smoke: a case can have a device of its own from the adapter',
    async run({ adapter, device }) {
      const own = await adapter.requestDevice({ label: 'own device' });
      try {
        assert(own !== device, 'a second device, not the shared one');
        assertSame(await doubleOnDevice(own, Uint32Array.of(1, 2, 3)), [2, 4, 6], 'doubled on the own device');
      } finally {
        own.destroy();
      }
      assert((await own.lost).reason === 'destroyed', 'the own device is destroyed, not lost otherwise');
    },
  },
];
