import { EmgpuError, throwIfAborted } from '../errors.ts';
import { judge } from './stopping.ts';
import type { Dataset, Degeneracy, Family, Statistics } from './types.ts';

export interface RunSettings {
  /** Stop when what is still to gain per point is below this; 0 never stops before `maxIter`. In units of the objective. */
  readonly tol: number;
  readonly maxIter: number;
  /** The backend's relative rounding of the mean objective. */
  readonly precision: number;
  readonly signal?: AbortSignal | undefined;
}

/** M-steps that the host does, in float64, after a stretch without it: a run ends with the exactness of the host's path. */
const OWED = 2;
/**
 * When stretches start: short runs do not pay for compiling what they need. How many E-steps they have: fewer are not worth
 * it, and progress should be told now and then. One that ends sooner than `worth` is the last.
 */
const STRETCH = { after: 8, fewest: 8, most: 128, worth: 32 };

/** Something worth telling that did not stop the run. */
export interface RunWarning {
  readonly code: Degeneracy['code'] | 'log-likelihood-fell';
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
  /** Objectives of the parameters after 0, 1, 2 … M-steps, as `family.report` gives them: log-likelihood or inertia. */
  readonly history: number[] = [];
  readonly warnings: RunWarning[] = [];
  /** M-steps done. */
  iteration = 0;
  /** `tol` was reached. */
  converged = false;
  readonly #objectives: number[] = [];
  readonly #told = new Set<string>();
  #statistics: Statistics | undefined;
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
  }

  /** No further step will change anything: converged, or `maxIter` M-steps done, and the objective known. */
  get done(): boolean {
    return this.#statistics !== undefined && (this.converged || this.iteration >= this.settings.maxIter);
  }

  /** The E-step of the current parameters and the sums for the M-step; computed once. */
  async expectation(): Promise<Statistics> {
    if (this.#statistics) return this.#statistics;
    const { family, dataset, settings } = this;
    throwIfAborted(settings.signal);
    const packed = family.pack(this.parameters, dataset.frame);
    const statistics = await dataset.expectation(packed, { signal: settings.signal });
    if (!Number.isFinite(statistics.objective)) refuseOutOfRange(statistics.objective);
    this.#statistics = statistics;
    this.#record(statistics.objective);
    this.#judge();
    return statistics;
  }

  /** The M-step, in closed form; runs the E-step first if the current parameters have had none. */
  async maximization(): Promise<P> {
    const statistics = await this.expectation();
    const { parameters, degeneracies } = this.family.maximization(statistics, this.parameters, this.dataset.frame);
    this.parameters = parameters;
    this.iteration++;
    this.#owed--;
    this.#statistics = undefined;
    for (const { code, message } of degeneracies) this.#warn(code, message);
    return parameters;
  }

  /** One E-step and M-step, and the E-step that tells what they gained. Does nothing once `done`. */
  async step(): Promise<void> {
    await this.expectation();
    if (this.done) return;
    await this.maximization();
    await this.expectation();
  }

  /** As `step()`; where the dataset can, many iterations in a row without the host come before it. */
  async advance(): Promise<void> {
    await this.expectation();
    if (this.done) return;
    await this.#stretch();
    await this.step();
  }

  /** Leaves the statistics of the last E-step; the parameters follow with the next M-step. */
  async #stretch(): Promise<void> {
    const { family, dataset, settings } = this;
    const { tol, precision, signal } = settings;
    const steps = Math.min(settings.maxIter - this.iteration - OWED + 1, STRETCH.most);
    if (!this.#stretches || this.#owed > 0 || this.iteration < STRETCH.after || steps < STRETCH.fewest) return;
    if (!dataset.stretch || !family.regularizer) return;
    const size = 1 + Math.abs(this.#objectives.at(-1)!) / dataset.nSamples;
    const stretch = await dataset.stretch(family.pack(this.parameters, dataset.frame), {
      ...{ steps, signal, tolerance: tol * dataset.nSamples, regularizer: family.regularizer(dataset.frame) },
      noise: 2 * precision * size * Math.sqrt(dataset.nSamples),
    });
    if (!stretch?.objectives.every(Number.isFinite)) {
      this.#stretches = false;
      return;
    }
    this.#stretches = stretch.objectives.length >= STRETCH.worth;
    this.#owed = OWED;
    for (const objective of stretch.objectives.slice(1)) {
      this.iteration++;
      this.#record(objective);
      this.#judge();
    }
    this.#statistics = stretch.statistics;
  }

  #record(objective: number): void {
    this.#objectives.push(objective);
    this.history.push(this.family.report(objective, this.dataset.frame));
  }

  #judge(): void {
    if (this.#objectives.length < 2) return;
    const { tol, precision } = this.settings;
    const trend = judge(this.#objectives, this.dataset.nSamples, precision);
    if (trend.fell) {
      const name = this.family.hard ? 'inertia rose' : 'log-likelihood fell';
      const amount = Math.abs(trend.gain).toPrecision(3);
      this.#warn(
        'log-likelihood-fell',
        `The ${name} by ${amount} per point in iteration ${this.iteration}, which EM should never do.`,
      );
    }
    const left = this.family.hard && !trend.fell ? trend.gain : trend.remaining;
    this.converged = tol > 0 && left < tol && this.#owed <= 0;
  }

  /** The same words are said once. */
  #warn(code: RunWarning['code'], message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.warnings.push({ code, iteration: this.iteration, message });
  }
}

function refuseOutOfRange(objective: number): never {
  throw new EmgpuError(
    'invalid-points',
    `The points and parameters leave the range of numbers: the objective is ${objective}.`,
    'Bring the columns to comparable units, remove outliers that are orders of magnitude away, or use the CPU backend, whose range is wider.',
  );
}
