/** Compute passes that can be timed at once. */
const PASSES = 2048;
const BYTES = PASSES * 2 * 8;

const MAP_READ = 0x0001;
const COPY_SRC = 0x0004;
const COPY_DST = 0x0008;
const QUERY_RESOLVE = 0x0200;

/**
 * Adds up the GPU time of all compute passes on a device, whoever records them, by writing timestamps at their ends.
 * Implementations round timestamps (Dawn to 65.5 µs), up and down alike: right on average, not for one short pass.
 */
export class GpuClock {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;
  #isRunning = false;
  #passes = 0;

  /** `createBuffer`: the device's own, so that the clock's buffers are not counted as emgpu's. */
  constructor(device: GPUDevice, createBuffer: GPUDevice['createBuffer']) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * PASSES });
    this.#resolved = createBuffer({ size: BYTES, usage: QUERY_RESOLVE | COPY_SRC });
    this.#staging = createBuffer({ size: BYTES, usage: COPY_DST | MAP_READ });
    const createEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => this.#watched(createEncoder(descriptor));
  }

  #watched(encoder: GPUCommandEncoder): GPUCommandEncoder {
    if (!this.#isRunning) return encoder;
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (descriptor = {}) => {
      const pass = this.#passes++;
      if (pass >= PASSES || descriptor.timestampWrites) return beginComputePass(descriptor);
      const timestampWrites = {
        querySet: this.#queries,
        beginningOfPassWriteIndex: 2 * pass,
        endOfPassWriteIndex: 2 * pass + 1,
      };
      return beginComputePass({ ...descriptor, timestampWrites });
    };
    return encoder;
  }

  /** GPU milliseconds of all passes that `work` submits; `undefined` if they were too many to be timed. */
  async measure(work: () => Promise<unknown>): Promise<number | undefined> {
    this.#isRunning = true;
    this.#passes = 0;
    try {
      await work();
    } finally {
      this.#isRunning = false;
    }
    return this.#passes > 0 && this.#passes <= PASSES ? this.#read(2 * this.#passes) : undefined;
  }

  async #read(count: number): Promise<number> {
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, count * 8);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(MAP_READ, 0, count * 8);
    const times = new BigUint64Array(this.#staging.getMappedRange(0, count * 8).slice(0));
    this.#staging.unmap();
    let nanoseconds = 0;
    for (let i = 0; i < count; i += 2) nanoseconds += Number(BigInt.asIntN(64, times[i + 1]! - times[i]!));
    return nanoseconds / 1e6;
  }
}
