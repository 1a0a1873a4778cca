import type { Frame } from '../../data/frame.ts';
import type {
  Assignment,
  BlendOptions,
  Dataset,
  ExpectationOptions,
  KernelParameters,
  Readout,
  ReadoutKind,
  ResidentPoints,
  RunOptions,
  SeedingDistances,
  Statistics,
  Stretch,
  StretchOptions,
} from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import { checkAssignment } from './assignment.ts';
import { blendToBuffer } from './blend.ts';
import type { GpuContext } from './context.ts';
import { expectation, type Passing } from './expectation.ts';
import { type Kernel, kernelFor } from './kernels.ts';
import type { LoadedPoints } from './load.ts';
import type { PassOptions } from './pace.ts';
import { type Reading, readToBuffer, readToHost } from './readout.ts';
import { createResident, type Resident, runStretch, suitsResident } from './resident.ts';
import { gatherRows } from './rows.ts';
import { GpuSeeding } from './seeding.ts';
import type { Trial } from './trial.ts';
import { defaultVariant, type Variant } from './variant.ts';
import { chunkCapacity, createWorkspace, summation, type Workspace } from './workspace.ts';

/** A chunk is cut anew when the device turns out this much faster or slower than it was cut for. */
const RECUT = 4;

/** Points in a device's memory: windows of tiles, and the scratch memory of the last kind of pass. */
export class GpuDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly totalWeight: number;
  readonly frame: Frame;
  readonly #context: GpuContext;
  readonly #points: LoadedPoints;
  readonly #tune: boolean;
  /** By the size of the windows that they are for: the last window may be smaller than the others. */
  #workspaces: ReadonlyMap<number, Workspace> = new Map();
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
    this.totalWeight = points.windows.reduce((sum, window) => sum + window.totalWeight, 0);
  }

  expectation(parameters: KernelParameters, options: ExpectationOptions = {}): Promise<Statistics> {
    return this.#alone(async () => {
      const { assignment } = options;
      const guarded = this.#guarded(options);
      if (assignment) return this.#assigned(parameters, assignment, guarded);
      const passing = await this.#prepareTuned(parameters, guarded);
      const { statistics, seconds } = await expectation(passing, parameters, undefined, guarded);
      this.#seconds = Math.min(this.#seconds, seconds);
      this.#passes++;
      return statistics;
    });
  }

  async #assigned(parameters: KernelParameters, assignment: Assignment, options: PassOptions): Promise<Statistics> {
    checkAssignment(assignment, this.nSamples, parameters.nComponents, parameters.kind === 'k-means');
    const passing = await this.#prepare(parameters);
    return (await expectation(passing, parameters, assignment, options)).statistics;
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
      return runStretch(this.#context, shape, this.#resident!, packed, parameters, this.frame, windows[0]!, guarded);
    });
  }

  readToBuffer(what: ReadoutKind, parameters: KernelParameters, options: RunOptions = {}): Promise<GPUBuffer> {
    return this.#alone(async () => readToBuffer(await this.#reading(what, parameters), this.#guarded(options)));
  }

  blend(colors: Float32Array, parameters: KernelParameters, options: BlendOptions = {}): Promise<GPUBuffer> {
    return this.#alone(async () => {
      return blendToBuffer(await this.#prepare(parameters), colors, options, this.#guarded(options));
    });
  }

  resident(): ResidentPoints {
    this.#check();
    const { shape, windows } = this.#points;
    return {
      ...{ device: this.#context.device, nSamples: this.nSamples, nFeatures: shape.D },
      windows: windows.map(({ buffer, first, count }) => ({ buffer, firstRow: first, nRows: count })),
      ...{ blockWidth: shape.W, nBlocks: shape.DB, shift: this.frame.shift, scale: this.frame.scale },
    };
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

  /** Frees the points and the scratch memory. Work under way fails with `destroyed` at its next submit. */
  destroy(): void {
    this.#destroyed = true;
    // Not before that: a submit that uses a destroyed buffer is dropped, and its result would be whatever was there.
    void this.#last.then(() => {
      this.#points.memory.destroy();
      this.#free();
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
        const cause = await this.#context.watch.explain(error);
        if (!(cause instanceof EmgpuError)) this.#check(cause);
        throw cause;
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async #reading(what: ReadoutKind, parameters: KernelParameters): Promise<Reading> {
    if (parameters.kind === 'k-means' && what !== 'labels') {
      throw new EmgpuError('invalid-option', `k-means has no ${what}.`, 'Ask for labels.');
    }
    return { ...(await this.#prepare(parameters)), what };
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

  #free(): void {
    for (const work of this.#workspaces.values()) work.memory.destroy();
    this.#workspaces = new Map();
  }

  async #prepare(parameters: KernelParameters): Promise<Passing> {
    const { shape, windows } = this.#points;
    const context = this.#context;
    const kernel = kernelFor(parameters);
    const K = parameters.nComponents;
    const packed = kernel.pack(parameters, shape);
    const variant = this.#tune ? await context.tuning.variant(kernel, shape, K) : defaultVariant(shape);
    const capacityFor = (count: number) =>
      chunkCapacity(kernel, packed, shape.D, summation(kernel, shape, K, count), count, context.pace.budget);
    if (!this.#serves(kernel, K, variant, capacityFor(windows[0]!.count))) {
      this.#free();
      const works = new Map<number, Workspace>();
      this.#workspaces = works;
      for (const count of new Set(windows.map((window) => window.count))) {
        const capacity = capacityFor(count);
        works.set(count, await createWorkspace(context, shape, kernel, K, packed, count, capacity, { variant }));
      }
      this.#seconds = Infinity;
      this.#passes = 0;
      this.#trial = undefined;
    }
    const portions = windows.map((window) => ({ window, work: this.#workspaces.get(window.count)! }));
    return { context, shape, packed, portions };
  }

  /** Whether the workspaces that are there will do: for as many points per chunk, more or less. */
  #serves(kernel: Kernel, K: number, variant: Variant, capacity: number): boolean {
    const { windows } = this.#points;
    const work = this.#workspaces.get(windows[0]!.count);
    return (
      work?.kernel === kernel &&
      this.#workspaces.has(windows.at(-1)!.count) &&
      work.K === K &&
      capacity < RECUT * work.capacity &&
      work.capacity < RECUT * capacity &&
      work.variant.points === variant.points &&
      work.variant.across === variant.across
    );
  }

  /** The same. Between passes of a kind that is worth it, its variants are timed, if they never were. */
  async #prepareTuned(parameters: KernelParameters, options: PassOptions): Promise<Passing> {
    const passing = await this.#prepare(parameters);
    const { tuning } = this.#context;
    if (!this.#tune || this.#passes < 2 || this.#seconds < tuning.from) return passing;
    const portion = passing.portions[0]!;
    const tried = { ...passing, ...portion, seconds: (this.#seconds * portion.window.count) / this.nSamples };
    this.#trial ??= await tuning.trial(tried);
    if (!this.#trial || !(await tuning.advance(this.#trial, tried, options))) return passing;
    this.#trial = undefined;
    return this.#prepare(parameters);
  }
}
