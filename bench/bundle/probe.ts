/** Says in one line of JSON which adapter Dawn takes in this environment. A process of its own: drivers may hang or crash. */
import { adapterName, isSoftware } from '../../src/backends/webgpu/device.ts';
import type { Probe } from './adapter.ts';
import { openDawn } from './dawn.ts';

const adapter = await openDawn().requestAdapter({ powerPreference: 'high-performance' });
if (!adapter) process.exit(1);
const { info, features, limits } = adapter;
const probe: Probe = {
  name: adapterName(info),
  vendor: info.vendor,
  architecture: info.architecture,
  device: info.device,
  description: info.description,
  isSoftware: isSoftware(info),
  features: [...features].sort(),
  maxBufferSize: limits.maxBufferSize,
  maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
};
process.stdout.write(`${JSON.stringify(probe)}\n`, () => process.exit(0));
