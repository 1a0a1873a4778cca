import { batch, signal } from '@preact/signals';
import type { HostPoints, KMeansModel, MixtureFit, MixtureModel, MixtureRun, ResidentPoints } from 'emgpu';
import type { ModelChoice } from '../models/choices.ts';
import { estimatorOf, type Fit, type Run } from '../models/estimator.ts';
import { rgbOf, type Scheme } from '../shared/palette.ts';

/** Colours of the points: on the device, or on the host. */
export type Colors = GPUBuffer | Uint32Array;

/** What progress of opening and fitting is told by. */
export type OnStage = (stage: string, fraction: number) => void;

/** What colours depend on besides responsibilities. */
export interface Palette {
  readonly scheme: Scheme;
  /** The one component that keeps its colour. */
  readonly isolated?: number | undefined;
}

/** Of components that are not the isolated one. */
const FADED: Record<Scheme, number[]> = { light: [0.8, 0.82, 0.84], dark: [0.27, 0.29, 0.31] };

let sessionsMade = 0;

/** One model on the points: a run that can be stepped, and what the page shows of it. */
export class Session {
  /** Tells it from all others. */
  readonly id = ++sessionsMade;
  readonly choice: ModelChoice;
  readonly points: HostPoints;
  readonly model = signal<MixtureModel | KMeansModel | undefined>(undefined);
  /** Log-likelihood or inertia after 0, 1, 2 … M-steps. */
  readonly history = signal<readonly number[]>([]);
  readonly iteration = signal(0);
  /** Colours under the responsibilities of the last E-step; the version counts what was written into the buffer. */
  readonly colors = signal<{ readonly values: Colors | undefined; readonly version: number }>({
    values: undefined,
    version: 0,
  });
  /** Set once the run has ended, and unset by steps beyond. */
  readonly fit = signal<Fit | undefined>(undefined);
  readonly msPerIteration = signal<number | undefined>(undefined);
  /** The points where the engine has them; undefined on the CPU. */
  readonly resident = signal<ResidentPoints | undefined>(undefined);
  #run: Run | undefined;
  /** The parameters have had their E-step. */
  #expected = false;
  #buffer: GPUBuffer | undefined;
  /** Milliseconds that colours took, and when they were last made. */
  #colored = { cost: 0, at: 0 };
  #coloring: Promise<void> = Promise.resolve();
  /** Ends with the session. */
  readonly #life = new AbortController();
  #destroyed = false;

  constructor(choice: ModelChoice, points: HostPoints) {
    this.choice = choice;
    this.points = points;
  }

  /** Brings the points home and draws the start. */
  async open(signal: AbortSignal, onStage: OnStage): Promise<void> {
    const estimator = estimatorOf(this.choice, this.points, 1);
    // The signal is for the opening alone; the run lives on.
    const stop = () => this.#life.abort();
    signal.addEventListener('abort', stop);
    try {
      const run = await estimator.start(this.points, {
        signal: this.#life.signal,
        onProgress: ({ stage, fraction }) => stage !== 'fit' && onStage(stage, fraction),
      });
      this.#run = run;
      this.model.value = run.model;
      this.resident.value = run.residentPoints();
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (this.#destroyed) this.destroy();
  }

  get backend() {
    const { backend, adapter, backendReason } = this.#source;
    return { backend, adapter, reason: backendReason };
  }

  get #source(): Run | Fit {
    return (this.#run ?? this.fit.value)!;
  }

  get objective(): 'inertia' | 'log-likelihood' {
    return this.choice.kind === 'k-means' ? 'inertia' : 'log-likelihood';
  }

  /** There is nothing left that `iterate` would do. */
  get done(): boolean {
    return this.fit.value !== undefined;
  }

  /** Whether E-step and M-step are to be had: not after several starts, of which only the best fit was kept. */
  get canStep(): boolean {
    return this.#run !== undefined;
  }

  /** New responsibilities and their value; parameters stay. */
  async expectation(palette: Palette): Promise<void> {
    await this.#run!.expectation();
    this.#expected = true;
    this.#show();
    await this.recolor(palette);
  }

  /** New parameters from the responsibilities of the last E-step, which stay. */
  async maximization(palette: Palette): Promise<void> {
    if (!this.#expected) await this.expectation(palette);
    await this.#run!.maximization();
    this.#expected = false;
    this.fit.value = undefined;
    this.#show();
  }

  /** One iteration; after the last one the fit. `true`: colours may be left for later. */
  async iterate(palette: Palette, lazily: boolean): Promise<void> {
    const run = this.#run!;
    const began = performance.now();
    await run.step();
    this.#expected = true;
    const took = performance.now() - began;
    const before = this.msPerIteration.value;
    this.msPerIteration.value = before === undefined ? took : 0.8 * before + 0.2 * took;
    this.#show();
    if (!lazily || run.done || performance.now() - this.#colored.at > 3 * this.#colored.cost) {
      await this.recolor(palette);
    }
    if (run.done) this.fit.value = (await run.finish()) as Fit;
  }

  /** All starts that were asked for, of which the best is kept. */
  async fitAll(palette: Palette, signal: AbortSignal, onStage: OnStage): Promise<void> {
    const { restarts } = this.choice;
    const estimator = estimatorOf(this.choice, this.points, restarts);
    const fit = await estimator.fit(this.points, {
      signal,
      onProgress: ({ stage, fraction, restart }) =>
        stage === 'load'
          ? onStage('Loading the points', fraction)
          : onStage(`Start ${restart + 1} of ${restarts}`, restart / restarts),
    });
    this.#run?.destroy();
    this.#run = undefined;
    if (this.#destroyed) return fit.destroy();
    batch(() => {
      this.fit.value = fit;
      this.model.value = fit;
      this.resident.value = fit.residentPoints();
      this.history.value = fit.history;
      this.iteration.value = fit.nIter;
      this.msPerIteration.value = 1000 * fit.seconds.perIteration;
    });
    await this.recolor(palette);
  }

  /** Colours of the responsibilities as they are now. The last that was asked for comes last. */
  recolor(palette: Palette): Promise<void> {
    const made = this.#coloring.then(() => this.#recolor(palette));
    this.#coloring = made.catch(() => {});
    return made;
  }

  async #recolor({ scheme, isolated }: Palette): Promise<void> {
    if (this.#destroyed) return;
    const source = this.#source;
    const began = performance.now();
    const palette = rgbOf(this.choice.k, scheme).map((color, k) =>
      isolated === undefined || isolated === k ? color : FADED[scheme],
    );
    let values: Colors;
    if (this.resident.value) {
      this.#buffer = await source.colorsBuffer(palette, { ...(this.#buffer && { into: this.#buffer }) });
      values = this.#buffer;
    } else {
      values = await source.colors(palette);
    }
    this.#colored = { cost: performance.now() - began, at: performance.now() };
    if (this.#destroyed) this.#buffer?.destroy();
    else this.colors.value = { values, version: this.colors.value.version + 1 };
  }

  /** Labels of the points under the parameters as they are now. */
  labels(): Promise<Uint32Array> {
    return this.#source.predict();
  }

  /** N × K; undefined for k-means. */
  get responsibilities(): (() => Promise<Float32Array | Float64Array>) | undefined {
    if (this.choice.kind === 'k-means') return undefined;
    return () => (this.#source as MixtureRun | MixtureFit).predictProba();
  }

  /** Frees everything. What is under way then fails with `destroyed`. */
  destroy(): void {
    this.#destroyed = true;
    this.#life.abort();
    this.fit.value?.destroy();
    this.#run?.destroy();
    this.#buffer?.destroy();
  }

  #show(): void {
    const run = this.#run!;
    batch(() => {
      this.model.value = run.model;
      this.history.value = [...run.history];
      this.iteration.value = run.iteration;
    });
  }
}
