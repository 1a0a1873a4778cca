import type { RunOptions } from '../../em/types.ts';
import { throwIfAborted } from '../../errors.ts';
import type { DeviceWatch } from './device.ts';
import { settled } from './readback.ts';

/** One dispatch and about how many floating-point operations it costs. */
export interface Command {
  readonly operations: number;
  record(pass: GPUComputePassEncoder): void;
}

/** Seconds of work per submit: short enough that drawing, input and Windows' watchdog never wait. */
const SUBMIT_SECONDS = 0.05;
/** Submits under way at once: one runs while the next is being made. */
const IN_FLIGHT = 2;

/**
 * Cuts work into submits of about 50 ms by the speed it has seen so far, keeps two of them under way, and looks at the
 * abort signal and the device between them. Results never depend on where it cuts.
 */
export class Pace {
  readonly #device: GPUDevice;
  readonly #watch: DeviceWatch;
  #rate: number;

  /** `rate`: a first guess, operations per second. */
  constructor(device: GPUDevice, watch: DeviceWatch, rate: number) {
    this.#device = device;
    this.#watch = watch;
    this.#rate = rate;
  }

  /** Operations that fit one submit, as far as is known. */
  get budget(): number {
    return this.#rate * SUBMIT_SECONDS;
  }

  /** Runs the commands in order; `last` is recorded into the final submit, after them. */
  async run(
    commands: readonly Command[],
    last: (encoder: GPUCommandEncoder) => void,
    options: RunOptions = {},
  ): Promise<void> {
    const underWay: Promise<void>[] = [];
    const clock = { finished: performance.now() };
    for (let i = 0; i < commands.length || i === 0; ) {
      throwIfAborted(options.signal);
      this.#watch.check();
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      let operations = 0;
      for (; i < commands.length && (operations === 0 || operations + commands[i]!.operations <= this.budget); i++) {
        commands[i]!.record(pass);
        operations += commands[i]!.operations;
      }
      pass.end();
      const isLast = i >= commands.length;
      if (isLast) last(encoder);
      this.#device.queue.submit([encoder.finish()]);
      if (isLast) break;
      underWay.push(this.#finish(operations, clock));
      if (underWay.length >= IN_FLIGHT) await underWay.shift();
    }
    await Promise.all(underWay);
    throwIfAborted(options.signal);
  }

  /** Waits for what was just submitted and learns from how long it took. */
  async #finish(operations: number, clock: { finished: number }): Promise<void> {
    const submitted = performance.now();
    await settled(this.#device, this.#device.queue.onSubmittedWorkDone());
    const now = performance.now();
    const seconds = (now - Math.max(submitted, clock.finished)) / 1000;
    clock.finished = now;
    // Timers are coarse and machines hiccup: follow slowly, never by more than a factor of two.
    const seen = operations / Math.max(seconds, 1e-3);
    this.#rate = Math.min(Math.max(seen, this.#rate / 2), this.#rate * 2);
  }
}
