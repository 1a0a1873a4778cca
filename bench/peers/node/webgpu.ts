/**
 * WebGPU for libraries that expect a browser: Dawn, from the same package and with the same adapter as emgpu in Node,
 * on `navigator.gpu`. Counts the bytes of the buffers on every device that is made, and keeps errors that nobody awaits.
 */
import { createRequire } from 'node:module';
import { napUntil } from '../../../src/backends/naps.ts';

interface Dawn {
  create(options: string[]): GPU;
  readonly globals: object;
}

let held = 0;
let peak = 0;
let failure: string | undefined;
let names = 'no device';

/** Largest number of bytes in buffers at one time. */
export const peakBytes = (): number => peak;

/** Of the last adapter. */
export const adapterName = (): string => names;

/** Throws the first WebGPU error there was, since results after one mean nothing. */
export function checkDevice(): void {
  if (failure) throw new Error(failure);
}

function countBuffers(device: GPUDevice): void {
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    held += descriptor.size;
    peak = Math.max(peak, held);
    const destroy = buffer.destroy.bind(buffer);
    let counted = descriptor.size;
    buffer.destroy = () => {
      held -= counted;
      counted = 0;
      return destroy();
    };
    return buffer;
  };
}

function watch(device: GPUDevice): void {
  device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= `WebGPU: ${error.message}`;
  });
  void device.lost.then(({ reason, message }) => {
    failure ??= `The device was lost (${reason}): ${message}`;
  });
}

function prepare(adapter: GPUAdapter): void {
  const { vendor, architecture, device, description } = adapter.info;
  names = description || [vendor, architecture, device].filter(Boolean).join(' ');
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const made = await requestDevice(descriptor);
    countBuffers(made);
    watch(made);
    return made;
  };
}

/** Call before the library is imported: some look for `navigator.gpu` only then. */
export function provideWebGPU(): void {
  // From the root: what is installed for the peers may bring another Dawn.
  const { create, globals } = createRequire(new URL('../../../package.json', import.meta.url))('webgpu') as Dawn;
  Object.assign(globalThis, globals);
  void napUntil(new Promise(() => {})); // as emgpu does: what Dawn's asking costs is not the library's doing
  const gpu = create([]);
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter({ powerPreference: 'high-performance', ...options });
    if (!adapter) throw new Error('There is no WebGPU adapter.');
    prepare(adapter);
    return adapter;
  };
  // Held on the global object: Dawn crashes when its GPU is collected.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node.js' }, configurable: true });
}
