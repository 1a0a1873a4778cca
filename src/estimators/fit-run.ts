import type { EmRun } from '../em/run.ts';
import type { Backend } from '../em/types.ts';
import type { CallOptions, FitRecord, FitWarning, Progress } from './types.ts';

/** What a run needs to turn into a model or a fit, and to tell of its progress. */
export interface RunParts<P, Model, Fit> {
  readonly run: EmRun<P>;
  readonly backend: Backend;
  /** Seconds that loading and seeding took. */
  readonly seconds: { readonly load: number; readonly seed: number };
  readonly toModel: (run: EmRun<P>) => Model;
  readonly toFit: (run: EmRun<P>, record: FitRecord) => Fit;
  readonly toProgress: (run: EmRun<P>) => Pick<Progress, 'logLikelihood' | 'inertia'>;
  readonly onProgress: CallOptions['onProgress'];
}

/** What an iteration hands to `for await`. */
export interface FitState<Model> {
  /** M-steps done. */
  readonly iteration: number;
  /** The log-likelihood (mixtures, total) or inertia (k-means) of `model`, in data units. */
  readonly value: number;
  readonly converged: boolean;
  /** The parameters now. */
  readonly model: Model;
}

/**
 * A fit that the caller steps: E-step and M-step apart, together, or all of them by `for await`. Nothing runs between calls.
 * `finish()` hands the points over to the fit; call it or `destroy()`, or the points stay on the device.
 */
export class FitRun<P, Model, Fit> implements AsyncIterable<FitState<Model>> {
  readonly #parts: RunParts<P, Model, Fit>;
  #seconds = 0;
  /** Calls follow one another: a second step waits for the first. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: RunParts<P, Model, Fit>) {
    this.#parts = parts;
  }

  /** M-steps done. */
  get iteration(): number {
    return this.#parts.run.iteration;
  }

  /** Converged, or `maxIter` M-steps done. */
  get done(): boolean {
    return this.#parts.run.done;
  }

  get converged(): boolean {
    return this.#parts.run.converged;
  }

  /** Log-likelihood (mixtures, total) or inertia (k-means) after 0, 1, 2 … M-steps, as far as E-steps have told. */
  get history(): readonly number[] {
    return this.#parts.run.history;
  }

  /** The parameters now, in data units: a copy, safe to keep. */
  get model(): Model {
    return this.#parts.toModel(this.#parts.run);
  }

  /** The E-step of the current parameters: after it `history` ends with their value. */
  async expectation(): Promise<void> {
    await this.#timed(() => this.#parts.run.expectation());
  }

  /** The M-step (after an E-step if there was none): new parameters. */
  async maximization(): Promise<void> {
    await this.#timed(() => this.#parts.run.maximization());
  }

  /** One E-step and M-step, and the E-step that tells what they gained. Does nothing once `done`. */
  async step(): Promise<void> {
    if (this.done) return;
    await this.#timed(() => this.#parts.run.step());
    this.#tell();
  }

  /**
   * As `step()`; for problems so small that talking to the device takes longer than the work, many iterations in a row come
   * before it, done and judged on the device alone. What `fit()` does until `done`.
   */
  async advance(): Promise<void> {
    if (this.done) return;
    await this.#timed(() => this.#parts.run.advance());
    this.#tell();
  }

  /** Steps until `done`; each iteration yields the state after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FitState<Model>> {
    while (!this.done) {
      await this.step();
      yield { iteration: this.iteration, value: this.history.at(-1)!, converged: this.converged, model: this.model };
    }
  }

  /** The fit as it stands, which from now on owns the points. Runs an E-step if the last parameters have had none. */
  async finish(): Promise<Fit> {
    await this.expectation();
    const { run, backend, seconds } = this.#parts;
    const warnings: FitWarning[] = [...run.warnings];
    if (run.settings.tol > 0 && !run.converged) {
      const message = `Not converged after ${run.iteration} iterations; raise maxIter (--max-iter) or tol (--tol).`;
      warnings.push({ code: 'not-converged', iteration: run.iteration, message });
    }
    return this.#parts.toFit(run, {
      nSamples: run.dataset.nSamples,
      nIter: run.iteration,
      converged: run.converged,
      warnings,
      backend: backend.name,
      adapter: backend.adapter,
      backendReason: backend.reason,
      seconds: {
        load: seconds.load,
        fit: seconds.seed + this.#seconds,
        perIteration: this.#seconds / (run.iteration + 1),
      },
    });
  }

  /** Frees the points. */
  destroy(): void {
    this.#parts.run.dataset.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async #timed(work: () => Promise<unknown>): Promise<void> {
    const result = this.#last.then(async () => {
      const start = performance.now();
      await work();
      this.#seconds += (performance.now() - start) / 1000;
    });
    this.#last = result.catch(() => {});
    await result;
  }

  #tell(): void {
    const { run, onProgress, toProgress } = this.#parts;
    const { iteration } = run;
    onProgress?.({ stage: 'fit', fraction: iteration / run.settings.maxIter, iteration, ...toProgress(run) });
  }
}

/** Runs to the end; frees the points when something fails. */
export async function runToEnd<P, Model, Fit>(run: FitRun<P, Model, Fit>): Promise<Fit> {
  try {
    while (!run.done) await run.advance();
    return await run.finish();
  } catch (error) {
    run.destroy();
    throw error;
  }
}
