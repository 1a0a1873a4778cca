import type { TextStore } from '../text-store.ts';
import type { Kernel } from './kernels.ts';
import type { PassOptions } from './pace.ts';
import type { Shape } from './shape.ts';
import { Trial, type Tried } from './trial.ts';
import {
  adapterKey,
  type Choices,
  formatTuning,
  listChoices,
  parseTuning,
  TUNING_FILE,
  type TunedStage,
} from './tuning-file.ts';
import { defaultVariant, type Ladder, laddersFor, type Variant } from './variant.ts';

/** What `emgpu info` tells of an adapter, fastest variants found so far. */
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

  /** Seconds of a pass from which on it is worth knowing how to make it faster. */
  readonly from: number;

  constructor(store: TextStore, info: GPUAdapterInfo | undefined, from: number) {
    this.from = from;
    this.#store = store;
    this.#adapter = adapterKey(info);
  }

  /** The fastest variant as far as is known, the default where it is not. */
  async variant(kernel: Kernel, shape: Shape, K: number): Promise<Variant> {
    const choices = await this.#load();
    const { points, across } = laddersFor(kernel, shape, K);
    const remembered = ({ key, rungs }: Ladder) => rungs.find((rung) => rung === choices[key]);
    const fallback = defaultVariant(shape);
    return { points: remembered(points) ?? fallback.points, across: remembered(across) ?? fallback.across };
  }

  /** A trial of what is not known; undefined where all is. */
  async trial(tried: Tried): Promise<Trial | undefined> {
    const { kernel, K, variant } = tried.work;
    const choices = await this.#load();
    const { points, across } = laddersFor(kernel, tried.shape, K);
    const open = ({ key, rungs }: Ladder, now: number) => {
      return rungs.some((rung) => rung === choices[key]) ? [now] : rungs;
    };
    const choice = { points: open(points, variant.points), across: open(across, variant.across) };
    return choice.points.length > 1 || choice.across.length > 1 ? Trial.start(tried, choice) : undefined;
  }

  /** Goes on with a trial, and remembers how it ends: what it ran out of time for, until this process ends. Whether it has ended. */
  async advance(trial: Trial, { work, shape }: Tried, options: PassOptions): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    try {
      const outcome = await trial.advance(options);
      if (!outcome) return false;
      const { best, known } = outcome;
      const ladders = laddersFor(work.kernel, shape, work.K);
      const parts = (['points', 'across'] as const).filter((part) => ladders[part].rungs.length > 1);
      const choicesOf = (names: typeof parts) =>
        Object.fromEntries(names.map((part) => [ladders[part].key, best[part]]));
      Object.assign(await this.#load(), choicesOf(parts));
      await this.#keep(choicesOf(parts.filter((part) => known[part])));
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
