import type { ResidentPoints } from '../em/resident.ts';
import type { EmRun } from '../em/run.ts';
import type { Backend, Reached, Readout, ReadoutKind, Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { blendOnDevice, blendOnHost, type ComponentColors } from './colors.ts';
import { examine, lightWeights } from './soundness.ts';
import type { ColorOptions, FitRecord, FitWarning, ReadOptions } from './types.ts';

/** What a run needs to turn into a model or a fit, and to report its progress. */
export interface RunParts<P, Model, Fit> extends Pick<FitRecord, 'warmUp'> {
  readonly run: EmRun<P>;
  readonly backend: Backend;
  readonly rowNumbers: Uint32Array | undefined;
  /** How the starts ended, once they have. */
  readonly restarts: () => FitRecord['restarts'];
  /** Seconds spent on loading; then, in `begin`, on seeding and on runs that have already ended. */
  readonly seconds: { readonly load: number; readonly begin: number; readonly perIteration?: number };
  readonly toModel: (run: EmRun<P>) => Model;
  /** `last`: the statistics of the run's last E-step. */
  readonly toFit: (run: EmRun<P>, last: Statistics, record: FitRecord) => Fit;
  readonly onStep: (reached: Reached) => void;
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

  /** Log-likelihood (mixtures, total) or inertia (k-means) after 0, 1, 2 … M-steps, as far as E-steps have been done. */
  get history(): readonly number[] {
    return this.#parts.run.history;
  }

  /** The parameters now, in data units: a copy, safe to keep. */
  get model(): Model {
    return this.#parts.toModel(this.#parts.run);
  }

  /** Where it computes. */
  get backend(): FitRecord['backend'] {
    return this.#parts.backend.name;
  }

  /** Name of the adapter, or the number of workers. */
  get adapter(): string {
    return this.#parts.backend.adapter;
  }

  /** Why this backend was taken, for people. */
  get backendReason(): string {
    return this.#parts.backend.reason;
  }

  /** The E-step of the current parameters: after it `history` ends with their value. */
  async expectation(): Promise<void> {
    await this.#timed(() => this.#parts.run.expectation());
  }

  /** The M-step (after an E-step if there was none): new parameters. */
  async maximization(): Promise<void> {
    await this.#timed(() => this.#parts.run.maximization());
  }

  /** One E-step and M-step, and the E-step that shows what they gained. Does nothing once `done`. */
  async step(): Promise<void> {
    if (this.done) return;
    await this.#timed(() => this.#parts.run.step());
    this.#tell();
  }

  /**
   * As `step()`, but where the device can, up to 128 iterations come before it, done and judged on the device alone. `onProgress` reports them as
   * they happen; `iteration` and `history` change only when all are done. Where float32 is not precise enough, the run falls back to single steps.
   * Other calls wait. `fit()` calls this until `done`.
   */
  async advance(): Promise<void> {
    if (this.done) return;
    await this.#timed(() => this.#parts.run.advance(this.#parts.onStep));
    this.#tell();
  }

  /** Steps until `done`; each iteration yields the state after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FitState<Model>> {
    while (!this.done) {
      await this.step();
      yield { iteration: this.iteration, value: this.history.at(-1)!, converged: this.converged, model: this.model };
    }
  }

  /** Returns the fit as it stands, which from now on owns the points. Runs an E-step if the last parameters have had none. */
  async finish(): Promise<Fit> {
    await this.expectation();
    const { run, backend, seconds, restarts, warmUp, rowNumbers, toFit } = this.#parts;
    const { dataset, iteration, converged, expectations } = run;
    return toFit(run, await run.expectation(), {
      ...{ nSamples: dataset.nSamples, totalWeight: dataset.totalWeight },
      ...{ nIter: iteration, nExpectations: expectations, converged },
      warnings: await this.#warnings(),
      restarts: restarts(),
      ...(warmUp && { warmUp }),
      ...(rowNumbers && { rowNumbers }),
      ...{ backend: backend.name, adapter: backend.adapter, backendReason: backend.reason },
      seconds: {
        load: seconds.load,
        fit: seconds.begin + this.#seconds,
        perIteration: seconds.perIteration ?? this.#seconds / (run.iteration + 1),
      },
    });
  }

  async #warnings(): Promise<FitWarning[]> {
    const { run, restarts } = this.#parts;
    const { iteration } = run;
    const warnings: FitWarning[] = [...run.warnings];
    const { collapses, cautions } = await examine(run.family, run.dataset, run.parameters, run.settings);
    // Where there were several starts, only sound ones were kept.
    const findings = [...(restarts().length === 1 ? collapses : []), ...cautions];
    warnings.push(...findings.map(({ code, message }) => ({ code, iteration, message })));
    warnings.push(
      ...lightWeights(run.family, run.dataset).map((message) => ({
        code: 'light-weights' as const,
        iteration,
        message,
      })),
    );
    if (run.settings.tol > 0 && !run.converged) {
      const message = `Not converged after ${iteration} iterations; raise maxIter (--max-iter) or tol (--tol).`;
      warnings.push({ code: 'not-converged', iteration, message });
    }
    return warnings;
  }

  /** N labels under the parameters as they are now: the component with the largest responsibility, or the nearest centre. */
  async predict({ signal }: ReadOptions = {}): Promise<Uint32Array> {
    return this.#read('labels', signal);
  }

  /** N × K responsibilities under the parameters as they are now, row-major. Rejects with `invalid-option` for k-means. */
  async predictProba({ signal }: ReadOptions = {}): Promise<Float32Array | Float64Array> {
    if (this.#parts.run.family.hard) {
      throw new EmgpuError('invalid-option', 'k-means has no responsibilities.', 'Ask for labels: predict().');
    }
    return this.#read('responsibilities', signal);
  }

  /**
   * The points in the device's memory, to draw from; undefined where they are not all there: on the CPU, of streams, with `missing: 'em'`. Do not
   * write to them; they are gone when the run or its fit is destroyed, and then this throws `destroyed`. Throws `device-lost` when the device is.
   */
  residentPoints(): ResidentPoints | undefined {
    return this.#parts.run.dataset.resident?.();
  }

  /**
   * Colours of the points on their device, for drawing, under the parameters as they are now: N rgba8 numbers (red in the lowest byte). They are
   * the `[K][3]` colours blended by responsibility; alpha is the entropy of the responsibilities divided by ln K (k-means: 0). Written to a new
   * buffer that the caller owns (usage `STORAGE | COPY_SRC | COPY_DST`), or to `into`. Rejects with `invalid-option` where the points are not on a
   * device.
   */
  async colorsBuffer(colors: ComponentColors, options: ColorOptions = {}): Promise<GPUBuffer> {
    const { dataset, family, parameters } = this.#parts.run;
    return blendOnDevice(dataset, family.pack(parameters, dataset.frame), colors, options);
  }

  /** The colours of {@link colorsBuffer} in host memory, wherever the points are. */
  async colors(colors: ComponentColors, { signal }: ReadOptions = {}): Promise<Uint32Array> {
    const { dataset, family, parameters } = this.#parts.run;
    return blendOnHost(dataset, family.pack(parameters, dataset.frame), colors, { signal });
  }

  /** Frees the points. */
  destroy(): void {
    this.#parts.run.dataset.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #read<Kind extends ReadoutKind>(what: Kind, signal: AbortSignal | undefined): Promise<Readout[Kind]> {
    const { dataset, family, parameters } = this.#parts.run;
    return dataset.read(what, family.pack(parameters, dataset.frame), { signal });
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
    this.#parts.onStep(this.#parts.run.reached);
  }
}
