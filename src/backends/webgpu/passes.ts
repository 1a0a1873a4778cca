import type { Frame } from '../../data/frame.ts';
import { SharedScatter } from '../../em/shared-scatter.ts';
import { addStatistics } from '../../em/statistics.ts';
import type { KernelParameters, Statistics, Stretch, StretchOptions } from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import type { GpuContext } from './context.ts';
import { expectation, type Passing } from './expectation.ts';
import { type Kernel, kernelFor, leanFromOf } from './kernels.ts';
import { createLean, type Lean, leanExpectation } from './lean.ts';
import { leanCapacity, leanWay } from './lean-plan.ts';
import { suitsLeanStretch } from './lean-stretch.ts';
import { leanCandidates } from './lean-trial.ts';
import type { LeanWay } from './lean-ways.ts';
import type { LoadedPoints } from './load.ts';
import type { PassOptions } from './pace.ts';
import { type LeanPass, Stretches } from './stretches.ts';
import { Trials } from './trials.ts';
import { choosePoints, chooseVariant, defaultVariant, type Variant } from './variant.ts';
import type { Window } from './windows.ts';
import { chunkCapacity, createWorkspace, summation, type Workspace } from './workspace.ts';
import { workspaceCandidates } from './workspace-trial.ts';

/** A chunk is cut anew when the device turns out this much faster or slower than it was cut for. */
const RECUT = 4;

/**
 * How far from the origin means may lie, in standard deviations, where tied sums come from the shared scatter. Float32 rounds responsibilities near
 * 1 by up to 2⁻²⁵, all in one direction within a region; a covariance is then off by that times the squared distance, at most 1e-6.
 */
const REACH = 6;
/** Points of the smallest window whose tied sums come from the shared scatter: the roundings of fewer do not average out. */
const SHARED_FROM = 2 ** 16 + 1;

function countOf(windows: readonly Window[]): number {
  return windows.reduce((n, { count }) => n + count, 0);
}

function isRecut(before: number, now: number): boolean {
  return now >= RECUT * before || before >= RECUT * now;
}

/**
 * Passes over a dataset that follow one another: which way each goes, the memory of the last kind of pass, and what is known of its speed. Passes
 * side by side have such an object each.
 */
export class Passes {
  readonly #context: GpuContext;
  readonly #points: LoadedPoints;
  readonly #tune: boolean;
  /** By the size of the windows that they are for: the last window may be smaller than the others. */
  #workspaces: ReadonlyMap<number, Workspace> = new Map();
  readonly #trials: Trials;
  #lean: Lean | undefined;
  readonly #leanTrials: Trials;
  /** There was no memory for a stretch: step by step will do. */
  #crowded = false;
  readonly #stretches: Stretches;
  #scatter = new SharedScatter(REACH);
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(context: GpuContext, points: LoadedPoints, tune: boolean) {
    this.#context = context;
    this.#points = points;
    this.#tune = tune;
    this.#trials = new Trials(context);
    this.#leanTrials = new Trials(context);
    this.#stretches = new Stretches(context, points);
  }

  /** Passes under way or waiting for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Runs `work` after whatever runs here now. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(work).finally(() => {
      this.#waiting--;
    });
    this.#last = result.catch(() => {});
    return result;
  }

  /** An E-step. Windows are added up in order, and what each gives does not depend on the others. */
  async expectation(parameters: KernelParameters, options: PassOptions): Promise<Statistics> {
    const { windows } = this.#points;
    const leanFrom = leanFromOf(this.#context, kernelFor(parameters));
    const shares = this.#scatter.suits(parameters);
    const from = shares ? Math.min(leanFrom, SHARED_FROM) : this.#wayOf(parameters) ? leanFrom : Infinity;
    const large = windows.filter(({ count }) => count >= from);
    const areLean = large.every(({ count }) => count >= leanFrom);
    const pass = async (p: KernelParameters) =>
      (areLean ? await this.#leanSums(p, large, options) : undefined) ?? (await this.#tunedSums(p, large, options));
    const sums =
      large.length === 0 ? [] : await (shares ? this.#scatter.expectation(parameters, pass) : pass(parameters));
    // The last window may be a small one.
    const rest = windows.slice(large.length);
    const more = rest.length === 0 ? [] : await this.#tunedSums(parameters, rest, options);
    return [...sums, ...more].reduce(addStatistics);
  }

  async #leanSums(
    parameters: KernelParameters,
    windows: readonly Window[],
    options: PassOptions,
  ): Promise<Statistics[] | undefined> {
    const lean = await this.#prepareTunedLean(parameters, windows, options);
    if (!lean) return undefined;
    const began = performance.now();
    const sums = await leanExpectation(this.#context, this.#points.shape, lean.work, lean.packed, parameters, options);
    this.#leanTrials.note((performance.now() - began) / 1000);
    return sums;
  }

  /** Memory for a lean pass, in the fastest variant as far as is known. */
  async #prepareTunedLean(parameters: KernelParameters, windows: readonly Window[], options: PassOptions) {
    const lean = await this.#prepareLean(parameters, windows);
    if (!lean || !this.#tune) return lean;
    const { shape } = this.#points;
    const candidates = (seconds: number) => leanCandidates(lean.work, shape, countOf(windows), seconds);
    const ended = await this.#leanTrials.advance(candidates, options);
    return ended ? this.#prepareLean(parameters, windows) : lean;
  }

  /** The sums of windows by passes in the fastest variant as far as is known. Between passes that take long enough others are timed. */
  async #tunedSums(
    parameters: KernelParameters,
    windows: readonly Window[],
    options: PassOptions,
  ): Promise<Statistics[]> {
    const passing = await this.#prepareTuned(parameters, windows, options);
    const { statistics, seconds } = await expectation(passing, parameters, undefined, options);
    this.#trials.note(seconds);
    return statistics;
  }

  /** Iterations without the host; undefined where they do not pay, or there is no memory for them. */
  async stretch(
    parameters: KernelParameters,
    frame: Frame,
    options: StretchOptions & PassOptions,
  ): Promise<Stretch | undefined> {
    if (this.#crowded) return undefined;
    const { windows } = this.#points;
    const kernel = kernelFor(parameters);
    const areLarge = windows.every(({ count }) => count >= leanFromOf(this.#context, kernel));
    try {
      return (
        (areLarge ? await this.#leanStretch(parameters, frame, options) : undefined) ??
        (await this.#stretches.runSmall(parameters, frame, options))
      );
    } catch (error) {
      if (!(error instanceof EmgpuError) || error.code !== 'out-of-memory') throw error;
      this.#crowded = true;
      // What was made for it lies with the memory of passes.
      this.#freeLean();
      return undefined;
    }
  }

  async #leanStretch(parameters: KernelParameters, frame: Frame, options: StretchOptions & PassOptions) {
    const { shape, windows } = this.#points;
    if (!suitsLeanStretch(kernelFor(parameters), shape, parameters.nComponents, windows)) return undefined;
    const lean = await this.#prepareLean(parameters, windows);
    return lean && this.#stretches.runLean(lean, parameters, frame, options);
  }

  /** Memory for a pass with these parameters, and what else it works with. */
  async prepare(parameters: KernelParameters, windows: readonly Window[] = this.#points.windows): Promise<Passing> {
    const { shape } = this.#points;
    const context = this.#context;
    const kernel = kernelFor(parameters);
    const K = parameters.nComponents;
    const packed = kernel.pack(parameters, shape);
    const variant = this.#tune ? await chooseVariant(context.tuning, kernel, shape, K) : defaultVariant(shape);
    const loan = this.#lean;
    const capacityFor = (count: number) =>
      chunkCapacity(kernel, packed, shape.D, summation(kernel, shape, K, count), count, context.pace.budget, loan);
    if (!this.#serves(windows, kernel, K, variant, capacityFor(windows[0]!.count))) {
      this.#freeWorkspaces();
      const works = new Map<number, Workspace>();
      this.#workspaces = works;
      for (const count of new Set(windows.map((window) => window.count))) {
        const capacity = capacityFor(count);
        const model = { kernel, K, packed, count, capacity };
        works.set(count, await createWorkspace(context, shape, model, { variant, loan }));
      }
    }
    const portions = windows.map((window) => ({ window, work: this.#workspaces.get(window.count)! }));
    return { context, shape, packed, portions };
  }

  /** The stages of lean passes with these parameters; undefined where there are none. */
  #wayOf(parameters: KernelParameters): LeanWay | undefined {
    return leanWay(kernelFor(parameters), this.#points.shape, parameters.nComponents);
  }

  /** Memory for a lean pass over some windows; undefined where that cannot be. */
  async #prepareLean(parameters: KernelParameters, windows: readonly Window[]): Promise<LeanPass | undefined> {
    const { shape } = this.#points;
    const context = this.#context;
    const kernel = kernelFor(parameters);
    const K = parameters.nComponents;
    const way = this.#wayOf(parameters);
    if (!way) return undefined;
    const packed = kernel.pack(parameters, shape, Number.POSITIVE_INFINITY);
    const capacity = leanCapacity(way, kernel, shape, K, windows[0]!.count, context.pace.budget);
    const points = this.#tune ? await choosePoints(context.tuning, way, shape, K) : way.points(shape);
    const old = this.#lean;
    const serves = old?.kernel === kernel && old.K === K && old.points === points && !isRecut(old.capacity, capacity);
    if (!serves) {
      this.#freeLean();
      this.#leanTrials.reset();
      this.#lean = await createLean(context, shape, { kernel, way, points, packed, K }, windows);
    }
    return { work: this.#lean!, packed };
  }

  /** Forgets what is known of the points: others take their place. */
  renew(): void {
    this.#scatter = new SharedScatter(REACH);
    this.#trials.reset();
    this.#leanTrials.reset();
  }

  destroy(): void {
    this.#freeLean();
    this.#stretches.destroy();
  }

  /** Workspaces may have borrowed from it, or will do better to. */
  #freeLean(): void {
    this.#freeWorkspaces();
    this.#lean?.memory.destroy();
    this.#lean = undefined;
  }

  #freeWorkspaces(): void {
    for (const work of this.#workspaces.values()) work.memory.destroy();
    this.#workspaces = new Map();
    this.#trials.reset();
  }

  /** Whether the workspaces that are there will do: for as many points per chunk, more or less. */
  #serves(windows: readonly Window[], kernel: Kernel, K: number, variant: Variant, capacity: number): boolean {
    const work = this.#workspaces.get(windows[0]!.count);
    return (
      work?.kernel === kernel &&
      this.#workspaces.has(windows.at(-1)!.count) &&
      work.K === K &&
      !isRecut(work.capacity, capacity) &&
      work.variant.points === variant.points &&
      work.variant.across === variant.across
    );
  }

  async #prepareTuned(
    parameters: KernelParameters,
    windows: readonly Window[],
    options: PassOptions,
  ): Promise<Passing> {
    const passing = await this.prepare(parameters, windows);
    if (!this.#tune) return passing;
    const portion = passing.portions[0]!;
    const share = portion.window.count / countOf(windows);
    const candidates = (seconds: number) => workspaceCandidates({ ...passing, ...portion, seconds: seconds * share });
    const ended = await this.#trials.advance(candidates, options);
    return ended ? this.prepare(parameters, windows) : passing;
  }
}
