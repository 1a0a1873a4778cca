import type { Frame } from '../../data/frame.ts';
import type {
  Dataset,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  SeedingDistances,
  Statistics,
  Stretch,
  StretchOptions,
} from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import { expectation } from './expectation.ts';
import { kernelFor } from './kernels.ts';
import type { LoadedPoints } from './load.ts';
import type { PassOptions } from './pace.ts';
import type { PackedBatches } from './pack.ts';
import { type Reading, readToBuffer, readToHost } from './readout.ts';
import { createResident, type Resident, runStretch, suitsResident } from './resident.ts';
import { gatherRows, seedingDistances } from './rows.ts';
import type { Trial } from './trial.ts';
import { defaultVariant } from './variant.ts';
import { chunkCapacity, createWorkspace, summation, type Workspace } from './workspace.ts';

/** A chunk is cut anew when the device turns out this much faster or slower than it was cut for. */
const RECUT = 4;

interface Prepared {
  readonly packed: PackedBatches;
  readonly work: Workspace;
}

/** Points in a device's memory: windows of tiles, and the scratch memory of the last kind of pass. */
export class GpuDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly frame: Frame;
  readonly #context: GpuContext;
  readonly #points: LoadedPoints;
  readonly #tune: boolean;
  #workspace: Workspace | undefined;
  /** How long the shortest of its passes took, and how many there were: drivers may compile during the first. */
  #seconds = Infinity;
  #passes = 0;
  #trial: Trial | undefined;
  #resident: Resident | undefined;
  #destroyed = false;
  /** Passes share the workspace, so they follow one another. */
  #last: Promise<unknown> = Promise.resolve();

  /** `tune`: passes are run in the variant that the adapter is known, or found, to run fastest. */
  constructor(context: GpuContext, points: LoadedPoints, tune: boolean) {
    this.#context = context;
    this.#points = points;
    this.#tune = tune;
    this.frame = points.frame;
    this.nFeatures = points.shape.D;
    this.nSamples = points.windows.reduce((n, window) => n + window.count, 0);
  }

  expectation(parameters: KernelParameters, options: RunOptions = {}): Promise<Statistics> {
    return this.#alone(async () => {
      const { shape, windows } = this.#points;
      const guarded = this.#guarded(options);
      const { packed, work } = await this.#prepareTuned(parameters, guarded);
      const result = await expectation(this.#context, shape, work, packed, parameters, windows, guarded);
      this.#seconds = Math.min(this.#seconds, result.seconds);
      this.#passes++;
      return result.statistics;
    });
  }

  stretch(parameters: KernelParameters, options: StretchOptions): Promise<Stretch | undefined> {
    return this.#alone(async () => {
      const { shape, windows } = this.#points;
      const kernel = kernelFor(parameters);
      const packed = kernel.pack(parameters, shape);
      if (windows.length > 1 || !suitsResident(kernel, packed, shape, this.nSamples)) return undefined;
      const old = this.#resident;
      if (old?.work.kernel !== kernel || old.work.K !== parameters.nComponents) {
        old?.work.memory.destroy();
        this.#resident = undefined;
        this.#resident = await createResident(this.#context, shape, kernel, packed, windows[0]!);
      }
      const guarded = { ...options, ...this.#guarded(options) };
      return runStretch(this.#context, shape, this.#resident!, packed, parameters, this.frame, this.nSamples, guarded);
    });
  }

  readToBuffer(what: ReadoutKind, parameters: KernelParameters, options: RunOptions = {}): Promise<GPUBuffer> {
    return this.#alone(async () => readToBuffer(await this.#reading(what, parameters), this.#guarded(options)));
  }

  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    options: RunOptions = {},
  ): Promise<Readout[Kind]> {
    const bytes = await this.#alone(async () => {
      return readToHost(await this.#reading(what, parameters), this.#guarded(options));
    });
    return (what === 'labels' ? new Uint32Array(bytes) : new Float32Array(bytes)) as Readout[Kind];
  }

  rows(indices: Uint32Array): Promise<Float64Array> {
    return this.#alone(() => gatherRows(this.#context, this.#points.shape, this.#points.windows, indices));
  }

  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    const all = sample ?? Uint32Array.from({ length: this.nSamples }, (_, i) => i);
    const distances = seedingDistances(this.#context, this.#points.shape, this.#points.windows, weights, all);
    return { ...distances, add: (center) => this.#alone(() => distances.add(center)) };
  }

  /** Frees the points and the scratch memory. Work under way fails with `destroyed` at its next submit. */
  destroy(): void {
    this.#destroyed = true;
    // Not before that: a submit that uses a destroyed buffer is dropped, and its result would be whatever was there.
    void this.#last.then(() => {
      this.#points.memory.destroy();
      this.#workspace?.memory.destroy();
      this.#resident?.work.memory.destroy();
    });
  }

  /** Runs `work` after whatever runs now; turns what a lost device or a destroyed dataset causes into its proper error. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      this.#check();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof EmgpuError)) this.#check(error);
        throw error;
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async #reading(what: ReadoutKind, parameters: KernelParameters): Promise<Reading> {
    if (parameters.kind === 'k-means' && what !== 'labels') {
      throw new EmgpuError('invalid-option', `k-means has no ${what}.`, 'Ask for labels.');
    }
    const { shape, windows } = this.#points;
    const { packed, work } = await this.#prepare(parameters);
    return { context: this.#context, shape, work, packed, windows, what };
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

  async #prepare(parameters: KernelParameters): Promise<Prepared> {
    const { shape, windows } = this.#points;
    const kernel = kernelFor(parameters);
    const K = parameters.nComponents;
    const packed = kernel.pack(parameters, shape);
    const plan = summation(kernel, shape, K, this.nSamples);
    const capacity = chunkCapacity(kernel, packed, shape.D, plan, this.nSamples, this.#context.pace.budget);
    const variant = this.#tune ? await this.#context.tuning.variant(kernel, shape, K) : defaultVariant(shape);
    const old = this.#workspace;
    if (
      old?.kernel === kernel &&
      old.K === K &&
      capacity < RECUT * old.capacity &&
      old.capacity < RECUT * capacity &&
      old.variant.points === variant.points &&
      old.variant.across === variant.across
    ) {
      return { packed, work: old };
    }
    old?.memory.destroy();
    this.#workspace = undefined;
    this.#workspace = await createWorkspace(this.#context, shape, kernel, K, packed, windows, capacity, {
      variant,
    });
    this.#seconds = Infinity;
    this.#passes = 0;
    this.#trial = undefined;
    return { packed, work: this.#workspace };
  }

  /** The same. Between passes of a kind that is worth it, its variants are timed, if they never were. */
  async #prepareTuned(parameters: KernelParameters, options: PassOptions): Promise<Prepared> {
    const prepared = await this.#prepare(parameters);
    const { tuning } = this.#context;
    if (!this.#tune || this.#passes < 2 || this.#seconds < tuning.from) return prepared;
    const tried = { ...prepared, ...this.#points, context: this.#context, seconds: this.#seconds };
    this.#trial ??= await tuning.trial(tried);
    if (!this.#trial || !(await tuning.advance(this.#trial, tried, options))) return prepared;
    this.#trial = undefined;
    return this.#prepare(parameters);
  }
}
