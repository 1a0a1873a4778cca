import { Usage } from './memory.ts';

/**
 * Why a caller's buffer (of usage `STORAGE`, or to be read `COPY_SRC`) cannot be used on this device: it was destroyed, is mapped, or is of another
 * device. Undefined where it can. WebGPU has no way to ask, so this submits a pass that does nothing with it.
 */
export async function whyUnusable(
  device: GPUDevice,
  buffer: GPUBuffer,
  access: 'read' | 'write',
): Promise<string | undefined> {
  const probe = device.createBuffer({ label: 'probe', size: 4, usage: Usage.COPY_DST });
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  if (buffer.usage & Usage.STORAGE) {
    const type = access === 'read' ? 'read-only-storage' : 'storage';
    const layout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: 4, buffer: { type } }] });
    const size = Math.min(buffer.size, 256);
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer, size } }] });
    const pass = encoder.beginComputePass();
    pass.setBindGroup(0, group);
    pass.end();
  } else {
    encoder.copyBufferToBuffer(buffer, 0, probe, 0, 4);
  }
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  probe.destroy();
  return error?.message.split('\n')[0];
}
