import type { TextStore } from '../text-store.ts';
import type { PassOptions } from './pace.ts';
import { type Candidate, Trial } from './trial.ts';
import {
  adapterKey,
  type Choices,
  formatTuning,
  type Ladder,
  listChoices,
  parseTuning,
  TUNING_FILE,
  type TunedStage,
} from './tuning-file.ts';

/** The fastest variants found so far on an adapter, as `emgpu info` lists them. */
export async function rememberedStages(store: TextStore, info: GPUAdapterInfo): Promise<TunedStage[]> {
  return listChoices(parseTuning(await store.read(TUNING_FILE))[adapterKey(info)!] ?? {});
}

/** The fastest variants of an adapter: remembered between processes, and found by trial where they are not known. */
export class Tuning {
  readonly #store: TextStore;
  readonly #adapter: string | undefined;
  #choices: Promise<Choices> | undefined;
  /** Two trials at once would time each other. */
  #busy = false;

  /** Variants are tried where a pass takes at least so many seconds. */
  readonly from: number;

  constructor(store: TextStore, info: GPUAdapterInfo | undefined, from: number) {
    this.from = from;
    this.#store = store;
    this.#adapter = adapterKey(info);
  }

  /** The fastest value of a ladder as far as is known, `fallback` where it is not. */
  async choose({ key, rungs }: Ladder, fallback: number): Promise<number> {
    const choices = await this.#load();
    return rungs.find((rung) => rung === choices[key]) ?? fallback;
  }

  /** A trial of what is not known; undefined where all is. */
  async trial(device: GPUDevice, candidates: readonly Candidate[]): Promise<Trial | undefined> {
    const choices = await this.#load();
    const open = candidates.filter(
      ({ key, rungs }) => rungs.length > 1 && !rungs.some((rung) => rung === choices[key]),
    );
    return open.length > 0 ? new Trial(device, open) : undefined;
  }

  /**
   * Goes on with a trial; returns whether it has ended. Its outcome is remembered: for good where a search came to its end, until this process
   * ends where time ran out.
   */
  async advance(trial: Trial, options: PassOptions): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      const outcome = await trial.advance(options);
      if (!outcome) return false;
      Object.assign(await this.#load(), outcome.best);
      await this.#keep(outcome.known);
      return true;
    } finally {
      this.#busy = false;
    }
  }

  #load(): Promise<Choices> {
    this.#choices ??= this.#store.read(TUNING_FILE).then((text) => ({ ...parseTuning(text)[this.#adapter ?? ''] }));
    return this.#choices;
  }

  async #keep(found: Choices): Promise<void> {
    if (this.#adapter === undefined || Object.keys(found).length === 0) return;
    // Others may have written since this process read it.
    const file = parseTuning(await this.#store.read(TUNING_FILE));
    file[this.#adapter] = { ...file[this.#adapter], ...found };
    await this.#store.write(TUNING_FILE, formatTuning(file));
  }
}
