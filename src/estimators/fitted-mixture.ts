import { type BoundStep, boundAtPosterior } from '../em/bound.ts';
import type { ResidentPoints } from '../em/resident.ts';
import type { EmRun } from '../em/run.ts';
import type { Dataset, Statistics } from '../em/types.ts';
import type { ComponentColors } from './colors.ts';
import { type MixtureBase, type MixtureScore, scoreOf } from './mixture-base.ts';
import type { ColorOptions, FitRecord, ReadOptions } from './types.ts';

/** What every fit of a mixture reports besides its parameters. */
export interface MixtureRecord extends FitRecord, MixtureScore {
  /** Free parameters of the fit: what is frozen does not count. */
  readonly nParameters: number;
  /** Total log-likelihood after each E-step: of the start, and of what every iteration led to. */
  readonly history: readonly number[];
  /** With the option `bounds`: what every iteration did to the evidence lower bound. */
  readonly bounds: readonly BoundStep[];
}

/** The record of a run that has ended. `last`: the statistics of its last E-step. */
export function mixtureRecord<P>(run: EmRun<P>, K: number, last: Statistics, record: FitRecord): MixtureRecord {
  const { family, dataset, parameters, history, bounds } = run;
  const { entropy } = boundAtPosterior(family, last, parameters, dataset)!;
  const nParameters = family.countParameters(K, dataset.nFeatures);
  const score = scoreOf(last, entropy, nParameters);
  return { ...record, ...score, nParameters, history: [...history], bounds: [...bounds] };
}

/** What a fit of a mixture can do and its model cannot, as the points it was fitted to are still on the backend. */
export interface HasPoints {
  /** N uint32 labels of the fitted points in a new buffer on the same device, which the caller owns. */
  labelsBuffer(options?: ReadOptions): Promise<GPUBuffer>;
  /** N × K float32 responsibilities of the fitted points, row-major, in a new buffer that the caller owns. */
  responsibilitiesBuffer(options?: ReadOptions): Promise<GPUBuffer>;
  /** N float32 log-densities of the fitted points in a new buffer that the caller owns. */
  logDensitiesBuffer(options?: ReadOptions): Promise<GPUBuffer>;
  /**
   * Colours of the fitted points on their device, for drawing: N rgba8 numbers (red in the lowest byte). They are the `[K][3]` colours blended by
   * responsibility; alpha is the entropy of the responsibilities divided by ln K. Written to a new buffer that the caller owns (usage
   * `STORAGE | COPY_SRC | COPY_DST`), or to `into`. Rejects with `invalid-option` where the points are not on a device.
   */
  colorsBuffer(colors: ComponentColors, options?: ColorOptions): Promise<GPUBuffer>;
  /** The colours of `colorsBuffer` in host memory, wherever the points are. */
  colors(colors: ComponentColors, options?: ReadOptions): Promise<Uint32Array>;
  /**
   * The fitted points in the device's memory, to draw from; undefined where they are not all there: on the CPU, of streams, with `missing: 'em'`.
   * Do not write to them; they are gone after `destroy()`, and then this throws `destroyed`. Throws `device-lost` when the device is.
   */
  residentPoints(): ResidentPoints | undefined;
  /** Frees the points. Parameters, scores and everything that is given points remain usable. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/** The class of a model's fits: the model, its record, and its points. */
export function fittedMixture<Parts, Model extends MixtureBase<unknown>>(
  modelClass: new (parts: Parts) => Model,
): new (
  parts: Parts,
  record: MixtureRecord,
  dataset: Dataset,
) => Model & MixtureRecord & HasPoints {
  // TypeScript lets no class extend a type parameter, so the class is typed by the return type above.
  const base = modelClass as unknown as new (parts: Parts) => MixtureBase<unknown>;
  abstract class Fitted extends base implements HasPoints {
    constructor(parts: Parts, record: MixtureRecord, dataset: Dataset) {
      super(parts);
      const { nParameters, ...rest } = record;
      Object.assign(this, rest);
      // The model counts all of its parameters, a fit those that were free.
      Object.defineProperty(this, 'nParameters', { value: nParameters, enumerable: true });
      this.keepPoints(dataset);
    }

    labelsBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
      return this.readToBuffer('labels', options);
    }

    responsibilitiesBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
      return this.readToBuffer('responsibilities', options);
    }

    logDensitiesBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
      return this.readToBuffer('logDensities', options);
    }

    colorsBuffer(colors: ComponentColors, options: ColorOptions = {}): Promise<GPUBuffer> {
      return this.blend(colors, options);
    }

    colors(colors: ComponentColors, options: ReadOptions = {}): Promise<Uint32Array> {
      return this.blendToHost(colors, options);
    }

    residentPoints(): ResidentPoints | undefined {
      return this.home().resident?.();
    }

    destroy(): void {
      this.home().destroy();
    }

    [Symbol.dispose](): void {
      this.destroy();
    }
  }
  return Fitted as never;
}
