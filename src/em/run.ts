import { EmgpuError, throwIfAborted } from '../errors.ts';
import { Acceleration, type AccelerationChoice } from './acceleration.ts';
import { BoundCourse, type BoundStep } from './bound.ts';
import { reseed } from './reseed.ts';
import { checkInRange } from './statistics.ts';
import { Steps } from './steps.ts';
import { judge, roundingOf, type Trend } from './stopping.ts';
import type { Dataset, Degeneracy, Family, Reached, Statistics } from './types.ts';

export interface RunSettings {
  /** Stop when what is still to gain per point is below this; 0 never stops before `maxIter`. In units of the objective. */
  readonly tol: number;
  readonly maxIter: number;
  /** The backend's relative rounding of the mean objective. */
  readonly precision: number;
  /** Jumps ahead between EM's steps; default `off`. */
  readonly accelerate?: AccelerationChoice | undefined;
  /** Whether to keep what each iteration did to the bound. */
  readonly bounds?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How many M-steps the host does, in float64, after a stretch: so a run ends as exactly as without stretches. A hard family's
 * stretch ends before the step that ends the run, if any does, so one is enough.
 */
const OWED = { soft: 3, hard: 1 };
/**
 * Stretches start `after` this many iterations, as short runs do not repay the compilation. A stretch has from `fewest` to `most` E-steps. One
 * that ends with fewer than `worth` is the last.
 */
const STRETCH = { after: 8, fewest: 8, most: 128, worth: 32 };

/** Something worth telling that did not stop the run. */
export interface RunWarning {
  readonly code: Degeneracy['code'] | 'log-likelihood-fell' | 'reseeded-cluster';
  /** M-steps done when it happened. */
  readonly iteration: number;
  readonly message: string;
}

/**
 * Expectation–maximization, one step at a time, for any family on any backend. After each `step()` the parameters and their
 * objective belong together. Nothing runs between calls: to pause, do not call.
 */
export class EmRun<P> {
  /** In the dataset's frame. */
  parameters: P;
  /** Log-likelihood or inertia after 0, 1, 2 … M-steps, as `family.report` gives them. */
  readonly history: number[] = [];
  readonly warnings: RunWarning[] = [];
  /** M-steps done. */
  iteration = 0;
  /** `tol` was reached. */
  converged = false;
  /** E-steps done, including those of jumps that were taken back. */
  expectations = 0;
  /** Objectives after 0, 1, 2 … M-steps, with the logarithm of the prior added where there is one: EM does not lower this sum. */
  readonly #objectives: number[] = [];
  readonly #told = new Set<string>();
  readonly #acceleration: Acceleration<P> | undefined;
  #statistics: Statistics | undefined;
  /** The M-step's own parameters, while a jump from them is on trial. */
  #fallback: P | undefined;
  /** Points per component at the last E-step of a hard family. */
  #counts: Float64Array | undefined;
  readonly #bounds: BoundCourse<P> | undefined;
  readonly #steps: Steps<P>;
  /** Whether stretches without the host are still worth trying. */
  #stretches = true;
  /** M-steps that the host still has to do before the run may end. */
  #owed = 0;

  constructor(
    readonly family: Family<P>,
    readonly dataset: Dataset,
    start: P,
    readonly settings: RunSettings,
  ) {
    this.parameters = start;
    const { accelerate = 'off', tol, precision, bounds } = settings;
    this.#steps = new Steps(family, dataset);
    if (bounds) this.#bounds = new BoundCourse(family, dataset);
    if (accelerate !== 'off' && family.toVector) {
      this.#acceleration = new Acceleration(family, { choice: accelerate, tol, precision });
    }
  }

  /** With `bounds`: one entry per M-step whose gain is known. */
  get bounds(): readonly BoundStep[] {
    return this.#bounds?.steps ?? [];
  }

  /** What EM maximises, at the end of the history: the log-likelihood (plus the log-prior, where there is one), or minus the inertia. */
  get objective(): number {
    return this.#objectives.at(-1)!;
  }

  /** No further step will change anything: converged, or `maxIter` M-steps done, and the objective known. */
  get done(): boolean {
    return this.#statistics !== undefined && (this.converged || this.iteration >= this.settings.maxIter);
  }

  /** The E-step of the current parameters and the sums for the M-step; computed once. */
  async expectation(): Promise<Statistics> {
    if (this.#statistics) return this.#statistics;
    throwIfAborted(this.settings.signal);
    const jump = await this.#evaluateJump();
    this.#acceleration?.record(jump !== undefined);
    const statistics = jump ?? (await this.#evaluate());
    checkInRange(statistics);
    this.#bounds?.complete(statistics.objective, this.parameters, this.iteration);
    this.#statistics = statistics;
    this.#record(statistics.objective);
    this.#judge();
    if (this.family.hard) this.#judgeStrictly(statistics);
    return statistics;
  }

  /** The M-step, in closed form; runs the E-step first if the current parameters have had none. */
  async maximization(): Promise<P> {
    const statistics = await this.expectation();
    const { family, dataset } = this;
    const before = this.parameters;
    const { parameters, degeneracies } = family.maximization(statistics, before, dataset.frame);
    this.parameters = parameters;
    this.iteration++;
    this.#owed--;
    this.#statistics = undefined;
    await this.#tell(degeneracies);
    this.#bounds?.open(statistics, before);
    this.#steps.record({ statistics, before, after: parameters });
    if (degeneracies.length === 0) this.#jump(before);
    return this.parameters;
  }

  /** One E-step and M-step, and the E-step that shows what they gained. Does nothing once `done`. */
  async step(): Promise<void> {
    await this.expectation();
    if (this.done) return;
    await this.maximization();
    await this.expectation();
  }

  /** Iteration and value now; there must have been an E-step. */
  get reached(): Reached {
    return { iteration: this.iteration, value: this.history.at(-1)! };
  }

  /** As `step()`; where the dataset can, a stretch of many iterations without the host comes before it, which `onProgress` reports. */
  async advance(onProgress?: (reached: Reached) => void): Promise<void> {
    await this.expectation();
    if (this.done) return;
    await this.#stretch(onProgress);
    await this.step();
  }

  /** Runs a stretch where it pays. It leaves the statistics of the last E-step; the parameters follow with the next M-step. */
  async #stretch(onProgress: ((reached: Reached) => void) | undefined): Promise<void> {
    const { family, dataset, settings, iteration } = this;
    const { tol, precision, signal } = settings;
    const owed = family.hard ? OWED.hard : OWED.soft;
    const steps = Math.min(settings.maxIter - this.iteration - owed + 1, STRETCH.most);
    if (!this.#stretches || this.#owed > 0 || this.iteration < STRETCH.after || steps < STRETCH.fewest) return;
    if (!dataset.stretch || !family.regularizer || this.#acceleration?.active || settings.bounds) return;
    const { rounding, noise } = roundingOf(this.#objectives.at(-1)!, dataset, precision);
    const stretch = await dataset.stretch(family.pack(this.parameters, dataset.frame), {
      ...{ steps, signal, tolerance: tol * dataset.totalWeight, regularizer: family.regularizer(dataset.frame) },
      ...{ noise: noise * dataset.totalWeight, fall: rounding * dataset.totalWeight },
      // The first E-step is that of parameters that are known already.
      onProgress: (done, objective) =>
        done > 1 && onProgress?.({ iteration: iteration + done - 1, value: family.report(objective, dataset.frame) }),
    });
    if (!stretch?.objectives.every(Number.isFinite)) {
      this.#stretches = false;
      return;
    }
    this.#stretches = stretch.objectives.length >= STRETCH.worth;
    // The first had been counted.
    this.expectations += stretch.objectives.length - 1;
    this.#owed = owed;
    for (const objective of stretch.objectives.slice(1)) {
      this.iteration++;
      this.#record(objective);
      this.#judge();
    }
    this.#statistics = stretch.statistics;
    this.#steps.restart();
    if (family.hard) this.#counts = stretch.statistics.counts;
  }

  async #evaluate(): Promise<Statistics> {
    const { family, dataset, settings } = this;
    this.expectations++;
    return dataset.expectation(family.pack(this.parameters, dataset.frame), { signal: settings.signal });
  }

  /** The E-step of a jump on trial, if there is one and it leads uphill; else takes back EM's own parameters, which still need an E-step. */
  async #evaluateJump(): Promise<Statistics | undefined> {
    const fallback = this.#fallback;
    if (fallback === undefined) return undefined;
    this.#fallback = undefined;
    const statistics = await this.#evaluate().catch((error: unknown) => {
      // A jump may lead to covariances that cannot be factorised.
      if (error instanceof EmgpuError && error.code === 'singular-covariance') return undefined;
      throw error;
    });
    const isUphill = statistics && this.#penalized(statistics.objective) >= this.#objectives.at(-1)!;
    this.#acceleration!.tried(isUphill === true);
    if (isUphill) {
      this.#steps.restart();
      return statistics;
    }
    this.parameters = fallback;
    return undefined;
  }

  /** After an M-step from `before`: jumps ahead on trial, where acceleration proposes it. */
  #jump(before: P): void {
    const jump = this.#acceleration?.propose(before, this.parameters, this.#objectives, this.dataset);
    if (jump === undefined) return;
    this.#fallback = this.parameters;
    this.parameters = jump;
  }

  /** Reports components without points; where the family can, they get points again. */
  async #tell(degeneracies: readonly Degeneracy[]): Promise<void> {
    if (degeneracies.length === 0) return;
    if (!this.family.moveTo) {
      for (const { code, message } of degeneracies) this.#warn(code, message);
      return;
    }
    const empty = degeneracies.map(({ component }) => component);
    const { parameters, moved } = await reseed(this.family, this.dataset, this.parameters, empty);
    this.parameters = parameters;
    for (const { component, code, message } of degeneracies) {
      if (moved.includes(component)) {
        const story = `Cluster ${component} lost all its points; its centre went to the point farthest from all centres.`;
        this.#warn('reseeded-cluster', story);
      } else this.#warn(code, message);
    }
  }

  #penalized(objective: number): number {
    return objective + (this.family.logPrior?.(this.parameters, this.dataset.frame) ?? 0);
  }

  #record(objective: number): void {
    this.#objectives.push(this.#penalized(objective));
    this.history.push(this.family.report(objective, this.dataset.frame));
  }

  #judge(): void {
    if (this.#objectives.length < 2) return;
    const { tol, precision } = this.settings;
    const trend = judge(this.#objectives, this.dataset, precision);
    if (trend.alarming && !this.warnings.some(({ code }) => code === 'log-likelihood-fell')) {
      const [what, where] = this.family.hard
        ? ['inertia rose', 'which k-means never does']
        : ['log-likelihood fell', 'which EM does only where regCovar is not small beside the variances'];
      const amount = Math.abs(trend.gain).toPrecision(3);
      this.#warn('log-likelihood-fell', `The ${what} by ${amount} per point in iteration ${this.iteration}, ${where}.`);
    }
    const isClose = tol > 0 && this.#remaining(trend) < tol && this.#owed <= 0;
    this.converged = isClose && this.#steps.confirm(trend, tol);
  }

  /** With responsibilities of 0 and 1 the end can be seen: as many points everywhere as before, and nothing gained. */
  #judgeStrictly({ counts }: Statistics): void {
    const before = this.#counts;
    this.#counts = counts;
    if (!before || this.#objectives.length < 2) return;
    const { gain, fell, idle } = judge(this.#objectives, this.dataset, this.settings.precision);
    const still = idle > 0 && !fell && counts.every((count, k) => count === before[k]);
    this.converged ||= still && gain <= 0;
  }

  /** What is still to gain per unit of weight. A hard family's gains end abruptly: there the last one counts, and no trend. */
  #remaining(trend: Trend): number {
    if (this.family.hard && !trend.fell) return trend.gain;
    return this.#acceleration?.remaining(trend) ?? trend.remaining;
  }

  /** Adds a warning, unless the same words were said before. */
  #warn(code: RunWarning['code'], message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.warnings.push({ code, iteration: this.iteration, message });
  }
}
