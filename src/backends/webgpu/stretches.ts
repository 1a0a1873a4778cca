import type { Frame } from '../../data/frame.ts';
import type { KernelParameters, Stretch, StretchOptions } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { type Kernel, kernelFor } from './kernels.ts';
import type { Lean } from './lean.ts';
import { createLeanStretch, type LeanStretch, runLeanStretch } from './lean-stretch.ts';
import type { LoadedPoints } from './load.ts';
import type { PassOptions } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { createSmallStretch, runSmallStretch, type SmallStretch, suitsSmallStretch } from './small-stretch.ts';
import type { Window } from './windows.ts';

/** Memory for lean passes, and parameters as they read them. */
export interface LeanPass {
  readonly work: Lean;
  readonly packed: PackedBatches;
}

/** Iterations without the host over one dataset, and the memory of the last kind. */
export class Stretches {
  readonly #context: GpuContext;
  readonly #points: LoadedPoints;
  #small: SmallStretch | undefined;
  /** Its memory is that of the lean passes. */
  #lean: LeanStretch | undefined;

  constructor(context: GpuContext, points: LoadedPoints) {
    this.#context = context;
    this.#points = points;
  }

  /** By lean passes that suit it; undefined where their sums are read back in several batches, which share one place. */
  async runLean(
    { work, packed }: LeanPass,
    parameters: KernelParameters,
    frame: Frame,
    options: StretchOptions & PassOptions,
  ): Promise<Stretch | undefined> {
    if (work.batches.length > 1) return undefined;
    const context = this.#context;
    const { shape } = this.#points;
    if (this.#lean?.lean !== work) this.#lean = await createLeanStretch(context, shape, work);
    return runLeanStretch(context, shape, this.#lean, { parameters, packed, frame, options });
  }

  /** For a small problem; undefined where this is none. */
  async runSmall(
    parameters: KernelParameters,
    frame: Frame,
    options: StretchOptions & PassOptions,
  ): Promise<Stretch | undefined> {
    const { shape, windows } = this.#points;
    const [window] = windows;
    if (!window || windows.length > 1) return undefined;
    const kernel = kernelFor(parameters);
    const packed = kernel.pack(parameters, shape);
    if (!suitsSmallStretch(kernel, packed, shape, window.count)) return undefined;
    const stretch = await this.#prepareSmall(kernel, packed, parameters.nComponents, window);
    return runSmallStretch(this.#context, shape, stretch, window, { parameters, packed, frame, options });
  }

  destroy(): void {
    this.#small?.work.memory.destroy();
    this.#small = undefined;
  }

  async #prepareSmall(kernel: Kernel, packed: PackedBatches, K: number, window: Window): Promise<SmallStretch> {
    const old = this.#small;
    if (old?.work.kernel === kernel && old.work.K === K) return old;
    this.destroy();
    this.#small = await createSmallStretch(this.#context, this.#points.shape, kernel, packed, window);
    return this.#small;
  }
}
