import { throwIfAborted } from '../../errors.ts';
import { workDone } from '../waiting.ts';
import { type Dispatch, type PassOptions, recordDispatch } from './pace.ts';
import { Search } from './search.ts';
import type { Choices, Ladder } from './tuning-file.ts';

/** Seconds of measurements at most. Compilation costs nobody's time: passes go on meanwhile. */
const SECONDS = 0.8;
/** Seconds that a measurement takes at least, and how many there are of each of a pair; the shortest counts. */
const LEAST_SECONDS = 0.008;
const ROUNDS = 5;
/** Seconds of a pass that are dispatched at once, at most. */
export const CHUNK_SECONDS = 0.02;
/** A variant must be this much faster than another to be taken instead, or the choice would be noise. */
const MARGIN = 0.95;
/** One that takes this much longer is measured no more than twice: once may be an accident. */
const HOPELESS = 1.5;

/** A stage to be tried: its variants, the one of now among them, and how to compile and bind one. Only `prepare` costs anything. */
export interface Candidate extends Ladder {
  readonly now: number;
  prepare(value: number): Promise<Dispatch>;
}

/** How a trial ended, by key of the stage. */
export interface TrialOutcome {
  /** The fastest variants that were tried; time may have run out. */
  readonly best: Choices;
  /** Those of them whose search came to its end: only these are worth remembering. */
  readonly known: Choices;
}

/**
 * Times variants of stages, apart from each other, on the points, parameters and responsibilities that are there, between passes. What they
 * overwrite is scratch memory.
 */
export class Trial {
  readonly #device: GPUDevice;
  readonly #searches: ReadonlyMap<string, Search>;
  /** Dispatches per measurement, one number for each search: known after its first. */
  readonly #repeats = new Map<Search, number>();
  #seconds = 0;
  /** Seconds of the longest first dispatch of a variant: the next one is taken to be no shorter. */
  #longestStart = 0;

  constructor(device: GPUDevice, candidates: readonly Candidate[]) {
    this.#device = device;
    this.#searches = new Map(
      candidates.map(({ key, rungs, now, prepare }) => [key, new Search(rungs, now, prepare)] as const),
    );
  }

  /** Measures one pair of variants per stage, where they are compiled; how the trial ended once it has. */
  async advance(options: PassOptions): Promise<TrialOutcome | undefined> {
    const searches = [...this.#searches];
    for (const [, search] of searches) {
      const { pair } = search;
      if (pair && !this.#timeIsUp) search.judge(await this.#isFaster(search, pair, options));
    }
    if (!this.#timeIsUp && !searches.every(([, { done }]) => done)) return undefined;
    const bestOf = (some: typeof searches) => Object.fromEntries(some.map(([key, { best }]) => [key, best]));
    return { best: bestOf(searches), known: bestOf(searches.filter(([, { done }]) => done)) };
  }

  get #timeIsUp(): boolean {
    return this.#seconds + this.#longestStart >= SECONDS;
  }

  async #isFaster(search: Search, pair: readonly [Dispatch, Dispatch], options: PassOptions): Promise<boolean> {
    // Before they are timed: a driver may compile now, or raise its clock.
    const first = await this.#submit(pair[0], 1, options);
    this.#longestStart = Math.max(this.#longestStart, await this.#submit(pair[1], 1, options));
    let repeats = this.#repeats.get(search) ?? 1;
    for (let seconds = first; !this.#repeats.has(search) && seconds < LEAST_SECONDS; ) {
      repeats = Math.ceil(repeats * Math.min(16, (1.2 * LEAST_SECONDS) / seconds));
      seconds = await this.#submit(pair[0], repeats, options);
    }
    this.#repeats.set(search, repeats);
    let [best, other] = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS && (round < 2 || other < HOPELESS * best); round++) {
      best = Math.min(best, await this.#submit(pair[0], repeats, options));
      other = Math.min(other, await this.#submit(pair[1], repeats, options));
    }
    return other < MARGIN * best;
  }

  /** Seconds of a dispatch, repeated. */
  async #submit(dispatch: Dispatch, repeats: number, { signal, check }: PassOptions): Promise<number> {
    throwIfAborted(signal);
    check();
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) recordDispatch(pass, dispatch);
    pass.end();
    const began = performance.now();
    this.#device.queue.submit([encoder.finish()]);
    await workDone(this.#device, 1);
    const seconds = (performance.now() - began) / 1000;
    this.#seconds += seconds;
    return seconds;
  }
}
