import type { Frame } from '../../data/frame.ts';
import { countSamples, type Points } from '../../data/points.ts';
import { checkAssignment } from '../../em/assignment.ts';
import type { ResidentPoints } from '../../em/resident.ts';
import type { SeedingDistances } from '../../em/seeding-distances.ts';
import { addStatistics } from '../../em/statistics.ts';
import type {
  BlendOptions,
  Dataset,
  ExpectationOptions,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  Statistics,
  Stretch,
  StretchOptions,
} from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import { blendToBuffer } from './blend.ts';
import type { GpuContext } from './context.ts';
import { expectation } from './expectation.ts';
import type { LoadedPoints } from './load.ts';
import type { PassOptions } from './pace.ts';
import { Passes } from './passes.ts';
import { type Reading, readBack, readToBuffer, readToHost } from './readout.ts';
import { gatherRows } from './rows.ts';
import { GpuSeeding } from './seeding.ts';
import { featurePlace } from './shape.ts';

/** Passes that a small dataset may have under way at once: while one waits for its readback the device computes another. */
const SIDE_BY_SIDE = 4;
/** Numbers of a dataset that a pass does not keep the device busy with, as far as measured (bench/NOTES.md). */
const FEW_NUMBERS = 2 ** 18;

/**
 * Relative rounding of the mean log-likelihood, at most: float32 log-densities are off by a few 2⁻²⁴ each, at random, and their mean over tiles
 * of 256 by less than 2⁻²³; this is twice as much.
 */
export const PRECISION = 2 ** -22;

/** Points in a device's memory: windows of tiles, and scratch memory for passes over them. */
export class GpuDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly totalWeight: number;
  readonly nWeighted: number;
  readonly frame: Frame;
  readonly precision = PRECISION;
  readonly sideBySide: number;
  readonly #context: GpuContext;
  readonly #points: LoadedPoints;
  readonly #tune: boolean;
  /** One, and more where passes run side by side. */
  readonly #passes: Passes[];
  #destroyed = false;

  /**
   * @param tune passes are run in the variant that the adapter is known, or found, to run fastest
   * @param passes over these windows, of a dataset that they were handed over by
   */
  constructor(context: GpuContext, points: LoadedPoints, tune: boolean, passes?: Passes[]) {
    this.#context = context;
    this.#points = points;
    this.#tune = tune;
    this.frame = points.frame;
    this.nFeatures = points.shape.D;
    this.nSamples = points.windows.reduce((n, window) => n + window.count, 0);
    this.totalWeight = points.windows.reduce((sum, window) => sum + window.totalWeight, 0);
    this.nWeighted = points.windows.reduce((n, window) => n + window.nWeighted, 0);
    this.sideBySide = this.nSamples * this.nFeatures <= FEW_NUMBERS ? SIDE_BY_SIDE : 1;
    this.#passes = passes ?? [new Passes(context, points, tune)];
  }

  expectation(parameters: KernelParameters, options: ExpectationOptions = {}): Promise<Statistics> {
    return this.#alone(async (passes) => {
      const { assignment } = options;
      const guarded = this.#guarded(options);
      if (!assignment) return passes.expectation(parameters, guarded);
      checkAssignment(assignment, this.nSamples, parameters);
      const passing = await passes.prepare(parameters);
      return (await expectation(passing, parameters, assignment, guarded)).statistics.reduce(addStatistics);
    });
  }

  stretch(parameters: KernelParameters, options: StretchOptions): Promise<Stretch | undefined> {
    return this.#alone((passes) => passes.stretch(parameters, this.frame, { ...options, ...this.#guarded(options) }));
  }

  readToBuffer(what: ReadoutKind, parameters: KernelParameters, options: RunOptions = {}): Promise<GPUBuffer> {
    return this.#alone(async (passes) => readToBuffer(await reading(passes, what, parameters), this.#guarded(options)));
  }

  blend(colors: Float32Array, parameters: KernelParameters, options: BlendOptions = {}): Promise<GPUBuffer> {
    return this.#alone(async (passes) => {
      return blendToBuffer(await passes.prepare(parameters), colors, options, this.#guarded(options));
    });
  }

  async colors(colors: Float32Array, parameters: KernelParameters, options: RunOptions = {}): Promise<Uint32Array> {
    const buffer = await this.blend(colors, parameters, options);
    try {
      return new Uint32Array(await readBack(this.#context, buffer, 4 * this.nSamples));
    } finally {
      buffer.destroy();
    }
  }

  resident(): ResidentPoints {
    this.#check();
    const { shape, windows } = this.#points;
    const places = Array.from({ length: shape.D }, (_, d) => featurePlace(shape, d));
    return {
      ...{ device: this.#context.device, nSamples: this.nSamples, nFeatures: shape.D },
      windows: windows.map(({ buffer, first, count }) => ({ buffer, firstRow: first, nRows: count })),
      offset: Uint32Array.from(places, ({ offset }) => offset),
      stride: Uint32Array.from(places, ({ stride }) => stride),
      ...{ shift: this.frame.shift, scale: this.frame.scale },
    };
  }

  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    options: RunOptions = {},
  ): Promise<Readout[Kind]> {
    const bytes = await this.#alone(async (passes) => {
      return readToHost(await reading(passes, what, parameters), this.#guarded(options));
    });
    return (what === 'labels' ? new Uint32Array(bytes) : new Float32Array(bytes)) as Readout[Kind];
  }

  rows(indices: Uint32Array): Promise<Float64Array> {
    return this.#alone(() => gatherRows(this.#context, this.#points.shape, this.#points.windows, indices));
  }

  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    const { shape, windows } = this.#points;
    const seeding = new GpuSeeding(this.#context, shape, windows, weights, sample);
    return {
      size: seeding.size,
      rowAt: (position) => seeding.rowAt(position),
      add: (center) => this.#alone(() => seeding.add(center)),
      tileSums: (candidates) => this.#alone(() => seeding.tileSums(candidates)),
      tileValues: (tiles) => this.#alone(() => seeding.tileValues(tiles)),
      destroy: () => seeding.destroy(),
    };
  }

  /**
   * Destroys the dataset, but not its memory where other points without weights, as many of as many features, can take it over.
   * @returns that memory, and the passes that work with it
   */
  async handOver(context: GpuContext, points: Points): Promise<{ points: LoadedPoints; passes: Passes[] } | undefined> {
    const { shape, windows } = this.#points;
    const isWeighted = points.sampleWeight !== undefined || windows.some(({ weights }) => weights !== undefined);
    const isAlike = countSamples(points) === this.nSamples && points.nFeatures === shape.D && !isWeighted;
    if (this.#destroyed || !isAlike || context !== this.#context) {
      this.destroy();
      return undefined;
    }
    this.#destroyed = true;
    await Promise.all(this.#passes.map((passes) => passes.alone(async () => passes.renew())));
    return { points: this.#points, passes: this.#passes };
  }

  /** Frees the points and the scratch memory. Work under way fails with `destroyed` at its next submit. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    // Not before that: a submit that uses a destroyed buffer is dropped, and its result would be whatever was there.
    void Promise.all(this.#passes.map((passes) => passes.alone(async () => passes.destroy()))).then(() => {
      this.#points.memory.destroy();
    });
  }

  /** Runs `work` after whatever runs in the same scratch memory now; turns what a lost device or a destroyed dataset causes into its proper error. */
  #alone<T>(work: (passes: Passes) => Promise<T>): Promise<T> {
    const passes = this.#leastBusy();
    return passes.alone(async () => {
      this.#check();
      try {
        return await work(passes);
      } catch (error) {
        const cause = await this.#context.watch.explain(error);
        if (!(cause instanceof EmgpuError)) this.#check(cause);
        throw cause;
      }
    });
  }

  /** Memory for passes that is free, or the least busy. Passes that follow one another all get the first. */
  #leastBusy(): Passes {
    const all = this.#passes;
    const least = all.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    if (least.waiting === 0 || all.length >= this.sideBySide || this.#destroyed) return least;
    const more = new Passes(this.#context, this.#points, this.#tune);
    all.push(more);
    return more;
  }

  /** Options of a pass that stops when the points are gone. */
  #guarded(options: RunOptions): PassOptions {
    return { signal: options.signal, check: () => this.#check() };
  }

  #check(cause?: unknown): void {
    this.#context.watch.check(cause);
    if (this.#destroyed) {
      throw new EmgpuError('destroyed', 'These points were destroyed.', 'Fit again, or call destroy() later.', {
        cause,
      });
    }
  }
}

async function reading(passes: Passes, what: ReadoutKind, parameters: KernelParameters): Promise<Reading> {
  if (parameters.kind === 'k-means' && what !== 'labels') {
    throw new EmgpuError('invalid-option', `k-means has no ${what}.`, 'Ask for labels.');
  }
  return { ...(await passes.prepare(parameters)), what };
}
