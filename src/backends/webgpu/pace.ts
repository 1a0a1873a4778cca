import type { RunOptions } from '../../em/types.ts';
import { throwIfAborted } from '../../errors.ts';
import { workDone } from '../waiting.ts';
import type { Stage } from './pipelines.ts';

export interface Dispatch {
  readonly stage: Stage;
  readonly group: GPUBindGroup;
  /** Of the dynamic bindings; the job comes first. */
  readonly offsets: readonly number[];
  /** Workgroups. */
  readonly size: readonly [number, number?, number?];
}

export function recordDispatch(pass: GPUComputePassEncoder, { stage, group, offsets, size }: Dispatch): void {
  pass.setPipeline(stage.pipeline);
  pass.setBindGroup(0, group, offsets);
  pass.dispatchWorkgroups(...size);
}

/** Dispatches that belong together, and about how many floating-point operations they cost. */
export interface Command {
  readonly operations: number;
  readonly dispatches: readonly Dispatch[];
}

/** How a pass is stopped: by its signal, or by `check`, which throws when device or points are gone. */
export interface PassOptions extends RunOptions {
  check(): void;
}

/** Seconds of work per submit where nothing else waits for the device: Windows' watchdog has more patience. */
export const SUBMIT_SECONDS = 0.05;
/** Seconds of work per submit where the device also draws pages, which want a picture every 17 ms and have their turn between submits. */
export const PAGE_SUBMIT_SECONDS = 0.008;
/** Submits under way at once: one runs while the next is being made. */
const IN_FLIGHT = 2;

/**
 * Cuts work into submits of about the same time by the speed it has seen so far, keeps two of them under way, and looks at the
 * abort signal, the device and the points between them. Results never depend on where it cuts.
 */
export class Pace {
  readonly #device: GPUDevice;
  readonly #seconds: number;
  #rate: number;
  /** When the last submit was over: passes may follow one another without a pause. */
  #finished = 0;

  /**
   * @param rate a first guess, operations per second
   * @param seconds of work per submit
   */
  constructor(device: GPUDevice, rate: number, seconds: number) {
    this.#device = device;
    this.#rate = rate;
    this.#seconds = seconds;
  }

  /** Operations that fit one submit, as far as is known. */
  get budget(): number {
    return this.#rate * this.#seconds;
  }

  /** Runs the commands in order; `last` is recorded into the final submit, after them. */
  async run(
    commands: readonly Command[],
    last: (encoder: GPUCommandEncoder) => void,
    { signal, check }: PassOptions,
  ): Promise<void> {
    const underWay: Promise<void>[] = [];
    for (let i = 0; i < commands.length || i === 0; ) {
      throwIfAborted(signal);
      check();
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      let operations = 0;
      for (; i < commands.length && (operations === 0 || operations + commands[i]!.operations <= this.budget); i++) {
        for (const dispatch of commands[i]!.dispatches) recordDispatch(pass, dispatch);
        operations += commands[i]!.operations;
      }
      pass.end();
      const isLast = i >= commands.length;
      if (isLast) last(encoder);
      this.#device.queue.submit([encoder.finish()]);
      const finished = this.#finish(operations);
      finished.catch(() => {}); // told by the await below, or by whoever reads the results of the last submit
      if (isLast) break;
      underWay.push(finished);
      if (underWay.length >= IN_FLIGHT) await underWay.shift();
    }
    await Promise.all(underWay);
    throwIfAborted(signal);
    check();
  }

  /** Waits for what was just submitted and learns from how long it took. */
  async #finish(operations: number): Promise<void> {
    const submitted = performance.now();
    await workDone(this.#device);
    const now = performance.now();
    const seconds = (now - Math.max(submitted, this.#finished)) / 1000;
    this.#finished = now;
    // A submit that was over at once tells of latency, not of speed.
    if (seconds < this.#seconds && operations < this.budget / 4) return;
    // Timers are coarse and machines hiccup: follow slowly, never by more than a factor of two.
    const seen = operations / Math.max(seconds, 1e-3);
    this.#rate = Math.min(Math.max(seen, this.#rate / 2), this.#rate * 2);
  }
}
