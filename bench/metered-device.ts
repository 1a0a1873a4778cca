import { GpuClock } from './gpu-clock.ts';
import type { Tiled } from './problem.ts';

/** WebGPU's usage flags; the global of that name is not defined in every runtime. */
const COPY_SRC = 0x0004;
const COPY_DST = 0x0008;
const STORAGE = 0x0080;

/** Device memory in bytes: what is held now of all that was made for an account, and the most there was at one time. */
interface Account {
  held: number;
  peak: number;
}

/**
 * A device that counts what is allocated on it and, when asked, times its compute passes. It is the benchmark's own and is
 * given to emgpu by the option `device`.
 */
export class MeteredDevice {
  readonly device: GPUDevice;
  /** GPU time of compute passes; `undefined` where the adapter has no timestamps. */
  readonly clock: GpuClock | undefined;
  readonly #createBuffer: GPUDevice['createBuffer'];
  #account: Account = { held: 0, peak: 0 };

  constructor(device: GPUDevice) {
    this.device = device;
    this.#createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => this.#counted(this.#createBuffer(descriptor));
    this.clock = device.features.has('timestamp-query') ? new GpuClock(device, this.#createBuffer) : undefined;
  }

  /** Largest amount of device memory that emgpu has held at one time of what it made since {@link openAccount}, in bytes. */
  get peakBytes(): number {
    return this.#account.peak;
  }

  /**
   * Counts from nothing. What was made before stays in the account before: emgpu frees the points of a fit some turns after
   * `destroy()`, once its last pass is over, and by then the next row may have begun.
   */
  openAccount(): void {
    this.#account = { held: 0, peak: 0 };
  }

  #counted(buffer: GPUBuffer): GPUBuffer {
    const account = this.#account;
    account.held += buffer.size;
    account.peak = Math.max(account.peak, account.held);
    const destroy = buffer.destroy.bind(buffer);
    let isAlive = true;
    buffer.destroy = () => {
      if (isAlive) account.held -= buffer.size;
      isAlive = false;
      return destroy();
    };
    return buffer;
  }

  /**
   * Points made on the device, row-major: 10⁸ of them would take many seconds on the host. Not counted as memory: the caller
   * destroys the buffer once emgpu has read it. Rejects with a `RangeError` where there is no room.
   */
  async tile({ block, copies }: Tiled): Promise<GPUBuffer> {
    const { device } = this;
    const bytes = block.data.byteLength;
    if (bytes * copies > device.limits.maxBufferSize)
      throw new RangeError('No buffer of this device holds the points.');
    const one = this.#createBuffer({ label: 'block', size: bytes, usage: COPY_SRC | COPY_DST });
    device.pushErrorScope('out-of-memory');
    const all = this.#createBuffer({ label: 'points', size: bytes * copies, usage: COPY_DST | COPY_SRC | STORAGE });
    const error = await device.popErrorScope();
    if (error) {
      one.destroy();
      all.destroy();
      throw new RangeError('The device has no room for the points.');
    }
    device.queue.writeBuffer(one, 0, block.data);
    const encoder = device.createCommandEncoder();
    for (let i = 0; i < copies; i++) encoder.copyBufferToBuffer(one, 0, all, i * bytes, bytes);
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    one.destroy();
    return all;
  }
}
