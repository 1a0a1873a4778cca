import type { Frame } from '../data/frame.ts';
import { checkOptionNames, type OptionNames } from '../data/option-names.ts';
import type { Dataset, Family, KernelParameters, Readout, ReadoutKind, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { checkIsObject } from '../judging/checks.ts';
import { blendOnDevice, blendOnHost, type ComponentColors } from './colors.ts';
import { DEVICE_OPTIONS } from './options.ts';
import { checkFits, isStream, type PointSource, withDataset } from './session.ts';
import type { ColorOptions, DeviceOptions, ReadOptions } from './types.ts';

/** Options of the calls on points: where to compute, and what to do with missing cells. */
export interface ScoreOptions extends DeviceOptions, ReadOptions {
  /** Gaussian mixtures: cells that are NaN are an `error` (default), or integrated out (`em`). */
  readonly missing?: 'error' | 'em' | undefined;
}

const SCORE_OPTIONS = {
  ...DEVICE_OPTIONS,
  ...{ signal: true, missing: true },
} satisfies OptionNames<ScoreOptions>;

/** What models of all kinds share: parameters in data units, and passes over given points or over those they were fitted to. */
export abstract class PointModel<P> {
  /** D */
  abstract readonly nFeatures: number;
  /** Names of the columns, where they had some. */
  readonly featureNames?: readonly string[];
  #home: Dataset | undefined;

  constructor(featureNames: readonly string[] | undefined) {
    if (featureNames) this.featureNames = featureNames;
  }

  /** @internal */
  protected abstract get family(): Family<P>;

  /** @internal Parameters in data units. */
  protected abstract flatten(): P;

  /** @internal Keeps the points of a fit: passes that are given none go over these. */
  protected keepPoints(dataset: Dataset): void {
    this.#home = dataset;
  }

  /**
   * N labels: the component with the largest responsibility, or the nearest centre; the lowest index among equals. Without points, for those
   * it was fitted to.
   */
  predict(points?: PointSource, options: ScoreOptions = {}): Promise<Uint32Array> {
    return this.read('labels', points, options);
  }

  /** @internal Kernel parameters in a dataset's frame. */
  protected packFor({ frame }: Pick<Dataset, 'frame'>): KernelParameters {
    return this.family.pack(this.family.toFrame(this.flatten(), frame), frame);
  }

  /** @internal */
  protected read<Kind extends ReadoutKind>(
    what: Kind,
    points: PointSource | undefined,
    options: ScoreOptions,
  ): Promise<Readout[Kind]> {
    return this.over(points, options, (dataset, run) => dataset.read(what, this.packFor(dataset), run));
  }

  /** @internal Does a pass over points; without points, over those of the fit. */
  protected async over<T>(
    points: PointSource | undefined,
    options: ScoreOptions,
    pass: (dataset: Dataset, run: RunOptions) => Promise<T>,
  ): Promise<T> {
    checkIsObject('The options of the call', options, "{ backend: 'cpu' }");
    checkOptionNames(options, SCORE_OPTIONS);
    const run = { signal: options.signal };
    if (points === undefined) return pass(this.home(), run);
    checkFits(points, this);
    const frame = this.frameOfModel();
    const within = (bringNear: boolean) =>
      withDataset(points, this.family.scaling, { ...options, frame, bringNear }, (dataset) => pass(dataset, run));
    return within(false).catch((error: unknown) => {
      // Rows may be so far from the model that a GPU has no numbers for them. A stream may be readable only once.
      const isRange = error instanceof EmgpuError && ['non-finite', 'invalid-points'].includes(error.code);
      if (!frame || !isRange || options.missing === 'em' || isStream(points)) throw error;
      return within(true);
    });
  }

  /**
   * @internal The frame to load other points in, as the model knows it; undefined where it does not. A frame derived from those points would be
   * poor where they are few, and one point far away would make it coarse for all others.
   */
  protected frameOfModel(): Frame | undefined {
    return undefined;
  }

  /** @internal A new buffer on the device of the fitted points. */
  protected readToBuffer(what: ReadoutKind, { signal }: ReadOptions): Promise<GPUBuffer> {
    const home = this.home();
    const buffer = home.readToBuffer?.(what, this.packFor(home), { signal });
    if (buffer) return buffer;
    return Promise.reject(
      new EmgpuError(
        'invalid-option',
        "The points of this fit are not in a device's memory, so there are no GPU buffers to give.",
        'Use predict(), predictProba() or scoreSamples().',
      ),
    );
  }

  /** @internal */
  protected async blend(colors: ComponentColors, options: ColorOptions): Promise<GPUBuffer> {
    const home = this.home();
    return blendOnDevice(home, this.packFor(home), colors, options);
  }

  /** @internal */
  protected async blendToHost(colors: ComponentColors, { signal }: ReadOptions): Promise<Uint32Array> {
    const home = this.home();
    return blendOnHost(home, this.packFor(home), colors, { signal });
  }

  /** @internal */
  protected home(): Dataset {
    if (this.#home) return this.#home;
    throw new EmgpuError('invalid-points', 'This model holds no points.', 'Pass the points, or call this on the fit.');
  }
}
