import { create, globals } from 'webgpu';

/** Dawn's WebGPU. Kept where nothing collects it: everything made from it crashes with it. */
export function openDawn(): GPU {
  const gpu = create([]);
  Object.assign(globalThis, globals, { emgpuDawn: gpu });
  return gpu;
}
