import type { GpuContext } from './context.ts';
import type { PassOptions } from './pace.ts';
import type { Candidate, Trial } from './trial.ts';

/** Passes after which a trial begins: drivers may compile during the first. */
const LEAST_PASSES = 2;

/** Passes of one kind that follow one another, and the trial of variants between them. */
export class Trials {
  readonly #context: GpuContext;
  /** How long the shortest of the passes took, and how many there were. */
  #seconds = Infinity;
  #passes = 0;
  #trial: Trial | undefined;

  constructor(context: GpuContext) {
    this.#context = context;
  }

  /** Another kind of pass follows. */
  reset(): void {
    this.#seconds = Infinity;
    this.#passes = 0;
    this.#trial = undefined;
  }

  /** A pass has taken `seconds`. */
  note(seconds: number): void {
    this.#seconds = Math.min(this.#seconds, seconds);
    this.#passes++;
  }

  /**
   * Tries variants where passes are long enough for that; returns whether a trial has just ended, so that another variant may be the fastest from
   * now on. `candidates` lists what can be tried, given the seconds of a pass.
   */
  async advance(candidates: (seconds: number) => readonly Candidate[], options: PassOptions): Promise<boolean> {
    const { device, tuning } = this.#context;
    if (this.#passes < LEAST_PASSES || this.#seconds < tuning.from) return false;
    this.#trial ??= await tuning.trial(device, candidates(this.#seconds));
    if (!this.#trial || !(await tuning.advance(this.#trial, options))) return false;
    this.#trial = undefined;
    return true;
  }
}
