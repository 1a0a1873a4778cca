import { EmgpuError } from '../../errors.ts';

/** Owns buffers on a device: makes them with an out-of-memory check and frees them together. */
export class Memory {
  readonly #device: GPUDevice;
  readonly #buffers = new Set<GPUBuffer>();
  #isFree = false;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A zeroed buffer of at least `size` bytes. Rejects with `out-of-memory`, `insufficient-limits`, or `destroyed` where it comes too late. */
  async buffer(label: string, size: number, usage: GPUBufferUsageFlags): Promise<GPUBuffer> {
    const device = this.#device;
    const bytes = Math.max(16, Math.ceil(size / 4) * 4);
    if (bytes > device.limits.maxBufferSize) {
      throw new EmgpuError(
        'insufficient-limits',
        `The buffer "${label}" needs ${bytes} bytes; this device allows ${device.limits.maxBufferSize}.`,
        'Request the device with a larger maxBufferSize, or use fewer points or components.',
      );
    }
    device.pushErrorScope('out-of-memory');
    const buffer = device.createBuffer({ label, size: bytes, usage });
    const error = await device.popErrorScope();
    if (error) {
      buffer.destroy();
      throw new EmgpuError(
        'out-of-memory',
        `The device has no room for "${label}" (${bytes} bytes).`,
        'Use fewer points, columns or components, free other fits with destroy(), or use the CPU backend.',
        // Some browsers tell where in their own sources it happened, line by line.
        { cause: error },
      );
    }
    if (this.#isFree) buffer.destroy();
    this.check(label);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Throws `destroyed` where everything has been freed, `label` with it: to be asked after a wait, before a buffer is bound. */
  check(label: string): void {
    if (this.#isFree) throw new EmgpuError('destroyed', `What "${label}" was for has been freed.`, 'Start afresh.');
  }

  /** Frees every buffer. May be called twice. */
  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#isFree = true;
  }
}

/** WebGPU's usage flags; the global of that name is not defined in every runtime. */
export const Usage = {
  MAP_READ: 0x0001,
  COPY_SRC: 0x0004,
  COPY_DST: 0x0008,
  UNIFORM: 0x0040,
  STORAGE: 0x0080,
} as const;
