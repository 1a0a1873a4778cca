import type { Frame, Scaling } from '../data/frame.ts';
import { checkPoints, countSamples } from '../data/points.ts';
import type { EmRun } from '../em/run.ts';
import type { ExpectedPasses, Family, KernelKind, Reached, Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { FitRun } from './fit-run.ts';
import { type CheckedIteration, checkCall, checkEnoughPoints, warmUpRows } from './options.ts';
import { begin, bestOf, describe, type Trials } from './restarts.ts';
import { checkFits, isStream, openSession, type PointSource, type Session, type SessionOptions } from './session.ts';
import { Stepwise } from './stepwise.ts';
import type { CallOptions, FitRecord, MixtureOptions, Progress } from './types.ts';

/** What one kind of estimator contributes once the points are loaded; everything else is shared. */
export interface Recipe<P, Model, Fit> {
  readonly family: Family<P>;
  /** Tolerance as the loop wants it: in units of the objective per unit of weight, in the frame. */
  readonly tol: number;
  /** Parameters to start from, in the frame. */
  readonly start: (seed: number, onProgress: (fraction: number) => void) => Promise<P>;
  /** Makes a model of parameters in data units. */
  readonly toModel: (parameters: P) => Model;
  readonly toFit: (parameters: P, run: EmRun<P>, last: Statistics, record: FitRecord) => Fit;
  readonly toProgress: (value: number) => Pick<Progress, 'logLikelihood' | 'inertia'>;
}

type EstimatorOptions = CheckedIteration & SessionOptions & Pick<MixtureOptions, 'accelerate' | 'warmUp' | 'bounds'>;

/** What all estimators share: loading, starts, restarts, the loop. */
export abstract class Estimator<P, Model, Fit> {
  abstract readonly options: EstimatorOptions;
  #stepwise: Stepwise<P, Model> | undefined;
  #chunks: Promise<unknown> = Promise.resolve();

  /** @internal How many components or clusters there are to be. */
  protected abstract readonly count: number;
  /** @internal */
  protected abstract readonly what: 'components' | 'clusters';
  /** @internal How points are to be scaled. */
  abstract readonly scaling: Scaling;
  /** @internal Of the family. */
  protected abstract readonly kind: KernelKind;

  /** @internal What the E-steps will be. */
  protected get expected(): ExpectedPasses {
    return { kind: this.kind, nComponents: this.count };
  }

  /** @internal Checks that the options suit points of D features, for instance a start that is given. */
  abstract checkFor(nFeatures: number): void;

  /** @internal Checks what can be checked before any work; returns the points that are to be loaded. */
  abstract check(points: PointSource): PointSource;

  /** @internal */
  protected abstract prepare(session: Session, points: PointSource, call: CallOptions): Promise<Recipe<P, Model, Fit>>;

  /**
   * Fits to N × D points: host arrays, a GPUBuffer on the shared device, or a stream of chunks. The points stay on the backend until the fit
   * is destroyed. Rejects with an {@link EmgpuError}, `aborted` among them, leaving nothing behind.
   */
  async fit(points: PointSource, call: CallOptions = {}): Promise<Fit> {
    if (this.options.nInit === 1) return runToEnd(await this.start(points, call));
    const { session, checked } = await this.open(points, call);
    try {
      return await this.fitOn(session, checked, call);
    } catch (error) {
      session.dataset.destroy();
      throw error;
    }
  }

  /** @internal Fits to points that are loaded, and does not destroy them when it fails. */
  async fitOn(session: Session, points: PointSource, call: CallOptions): Promise<Fit> {
    const { nInit } = this.options;
    const equipped = await this.#equip(session, points, call);
    const began = performance.now();
    const { run, restarts, warmUp } = await bestOf(equipped.trials, nInit);
    const begin = (performance.now() - began) / 1000;
    const perIteration = begin / restarts.reduce((n, { nIter }) => n + nIter + 1, 0);
    const begun = { run, restarts: () => restarts, ...(warmUp && { warmUp }) };
    return this.#hand(equipped, begun, call, { begin, perIteration }).finish();
  }

  /** Loads the points, draws the start and hands over the loop. The loop has one start: `nInit` must be 1. */
  async start(points: PointSource, call: CallOptions = {}): Promise<FitRun<P, Model, Fit>> {
    const { nInit, seed } = this.options;
    if (nInit !== 1) {
      throw new EmgpuError(
        'invalid-option',
        `start() hands over one run, nInit is ${nInit}.`,
        'Leave nInit out, or call fit().',
      );
    }
    const { session, checked } = await this.open(points, call);
    try {
      const equipped = await this.#equip(session, checked, call);
      const began = performance.now();
      const begun = await begin(equipped.trials, seed);
      const restarts = () => [describe(begun.run, seed)];
      const seconds = { begin: (performance.now() - began) / 1000 };
      return this.#hand(equipped, { ...begun, restarts }, call, seconds);
    } catch (error) {
      session.dataset.destroy();
      throw error;
    }
  }

  /**
   * Takes a chunk of points into account without keeping it: stepwise EM (Cappé & Moulines 2009, JRSS B 71, 593–613), k-means by mini-batches
   * (Sculley 2010). From the first chunk come the start, a few iterations and the coordinates, so it should have some thousand rows; `maxIter`, `tol`
   * and `nInit` do not matter. State is kept in this object: a new estimator starts anew. A call waits for the calls before it, and its rows must not
   * change until it is done.
   * @returns the model so far
   */
  partialFit(points: PointSource, call: CallOptions = {}): Promise<Model> {
    // One after the other: each chunk starts from what those before it led to.
    const model = this.#chunks.then(() => this.#takeChunk(points, call));
    this.#chunks = model.catch(() => {});
    return model;
  }

  async #takeChunk(points: PointSource, call: CallOptions): Promise<Model> {
    const frame = this.#stepwise?.frame;
    if (frame) checkFits(points, { nFeatures: frame.shift.length });
    const { session, checked } = await this.open(points, call, { ...(frame && { frame }) });
    try {
      if (!this.#stepwise) {
        const { recipe, trials } = await this.#equip(session, checked, call);
        const stepwise = new Stepwise(recipe.family, session.dataset.frame, recipe.toModel);
        const model = await stepwise.begin(trials);
        this.#stepwise = stepwise;
        return model;
      }
      return await this.#stepwise.add(session.dataset, call);
    } finally {
      session.dataset.destroy();
    }
  }

  /** @internal Checks and loads. The caller destroys the session's dataset. */
  async open(
    points: PointSource,
    call: CallOptions,
    { scaling = this.scaling, frame }: { scaling?: Scaling; frame?: Frame } = {},
  ) {
    checkCall(call);
    if (!isStream(points)) checkPoints(points);
    const checked = this.check(points);
    if (!isStream(checked)) {
      if (!frame) checkEnoughPoints(countSamples(checked), this.count, this.what);
    }
    return {
      session: await openSession(checked, scaling, { ...this.options, frame, expected: this.expected }, call),
      checked,
    };
  }

  async #equip(session: Session, points: PointSource, call: CallOptions) {
    const { maxIter, seed, accelerate, bounds, warmUp } = this.options;
    const { backend, dataset } = session;
    // Rows of weight 0 do not count.
    checkEnoughPoints(dataset.nWeighted, this.count, this.what);
    const recipe = await this.prepare(session, points, call);
    const { family, tol } = recipe;
    let started = 0;
    const trials: Trials<P> = {
      ...{ backend, dataset, family, seed, warmUpRows: warmUpRows(warmUp) },
      settings: { tol, maxIter, accelerate, bounds, precision: backend.precision, signal: call.signal },
      start: (one) => {
        const restart = started++;
        return recipe.start(one, (fraction) => {
          call.onProgress?.({ stage: 'seed', fraction, iteration: 0, restart });
        });
      },
      onStep: (reached, index) => tell(reached, maxIter, index, recipe.toProgress, call),
    };
    return { session, recipe, trials };
  }

  #hand(
    { session, recipe }: { session: Session; recipe: Recipe<P, Model, Fit> },
    begun: Pick<FitRecord, 'warmUp'> & { run: EmRun<P>; restarts: () => FitRecord['restarts'] },
    call: CallOptions,
    seconds: { readonly begin: number; readonly perIteration?: number },
  ): FitRun<P, Model, Fit> {
    const { dataset, backend } = session;
    const inData = (parameters: P) => recipe.family.toData(parameters, dataset.frame);
    return new FitRun<P, Model, Fit>({
      ...begun,
      ...{ backend, rowNumbers: session.rowNumbers },
      seconds: { load: session.seconds, ...seconds },
      toModel: ({ parameters }) => recipe.toModel(inData(parameters)),
      toFit: (run, last, record) => recipe.toFit(inData(run.parameters), run, last, record),
      onStep: (reached) => tell(reached, begun.run.settings.maxIter, 0, recipe.toProgress, call),
    });
  }
}

function tell(
  { iteration, value }: Reached,
  maxIter: number,
  restart: number,
  toProgress: (value: number) => Pick<Progress, 'logLikelihood' | 'inertia'>,
  { onProgress }: CallOptions,
): void {
  onProgress?.({
    stage: 'fit',
    fraction: iteration / maxIter,
    iteration,
    restart,
    ...toProgress(value),
  });
}

/** Runs to the end; frees the points when something fails. */
async function runToEnd<P, Model, Fit>(run: FitRun<P, Model, Fit>): Promise<Fit> {
  try {
    while (!run.done) await run.advance();
    return await run.finish();
  } catch (error) {
    run.destroy();
    throw error;
  }
}
