// Shares one WebGPU device with emgpu in Node: points in a GPUBuffer go in, responsibilities in a GPUBuffer come out.
// In a clone: `npm run build`, then `node examples/share-device.mjs`. It needs a Vulkan, Metal or D3D12 driver.
import { GaussianMixture } from 'emgpu/node';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('No WebGPU adapter here.');
const device = await adapter.requestDevice();

// Two clouds in the plane, written to a buffer that is ours.
const N = 100_000;
const rows = Float32Array.from({ length: 2 * N }, (_, i) => (i % 4 < 2 ? 0 : 8) + Math.random() + Math.random());
const points = device.createBuffer({ size: rows.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
device.queue.writeBuffer(points, 0, rows);

const mixture = new GaussianMixture({ nComponents: 2, device });
const fit = await mixture.fit({ buffer: points, nSamples: N, nFeatures: 2 });
console.log(`${fit.backend}, ${fit.adapter}: ${fit.backendReason}`);
console.log('means', fit.means);

// N × K float32, row-major, on the same device; a shader of ours could bind it as it is. Here we copy one row to look at it.
const responsibilities = await fit.responsibilitiesBuffer();
const staging = device.createBuffer({ size: 8, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
const encoder = device.createCommandEncoder();
encoder.copyBufferToBuffer(responsibilities, 0, staging, 0, 8);
device.queue.submit([encoder.finish()]);
await staging.mapAsync(GPUMapMode.READ);
console.log(`${responsibilities.size} bytes of responsibilities; point 0:`, new Float32Array(staging.getMappedRange()));

// What we made we free: the device is ours, emgpu only borrowed it.
fit.destroy();
for (const buffer of [points, responsibilities, staging]) buffer.destroy();
device.destroy();
