import { GaussianMixture, type HostPoints, MixtureModel, type MixtureParts, type MixtureRun } from 'emgpu';
import { ON_CPU, toRows } from '../kit/index.ts';

/** The two steps of EM, as the buttons are called. */
export type Step = 'E-step' | 'M-step';

/** What the dance looks like between two steps. */
export interface Pose {
  /** The Gaussians now. */
  readonly model: MixtureParts;
  /** `[N][K]` responsibilities of the last E-step; absent before the first. */
  readonly shares: readonly number[][] | undefined;
  /** Log-likelihood after 0, 1, 2 … M-steps, as far as E-steps have told. */
  readonly history: readonly number[];
  /** M-steps done. */
  readonly iteration: number;
  /** Whose turn it is. */
  readonly next: Step;
  readonly converged: boolean;
}

/** EM that is stepped by hand. */
export class Dance {
  readonly #points: HostPoints;
  readonly #run: Promise<MixtureRun>;
  /** Steps follow one another, however fast they are asked for. */
  #last: Promise<Pose>;

  constructor(points: HostPoints, start: MixtureParts) {
    this.#points = points;
    const { nComponents, covarianceType } = start;
    const init = new MixtureModel(start);
    this.#run = new GaussianMixture({ nComponents, covarianceType, init, ...ON_CPU }).start(points);
    this.#last = Promise.resolve(startingPose(start));
  }

  /** The E-step where it has just been changes nothing; the M-step takes one first if there was none. */
  step(which: Step): Promise<Pose> {
    this.#last = this.#last.then(async (pose) => {
      const expected = pose.next === 'E-step' ? await this.#expectation(pose) : pose;
      return which === 'E-step' ? expected : this.#maximization(expected);
    });
    return this.#last;
  }

  async #expectation(pose: Pose): Promise<Pose> {
    const run = await this.#run;
    await run.expectation();
    const { model, history, converged } = run;
    const shares = toRows(await model.predictProba(this.#points, ON_CPU), model.nComponents);
    return { ...pose, shares, history: [...history], converged, next: 'M-step' };
  }

  async #maximization(pose: Pose): Promise<Pose> {
    const run = await this.#run;
    await run.maximization();
    const { model, iteration } = run;
    return { ...pose, model, iteration, next: 'E-step' };
  }

  /** Frees the points once the steps under way are done. Steps that failed have been told to who asked for them. */
  async destroy(): Promise<void> {
    await this.#last.catch(() => {});
    const run = await this.#run.catch(() => undefined);
    run?.destroy();
  }
}

/** Before the first E-step. */
export function startingPose(model: MixtureParts): Pose {
  return { model, shares: undefined, history: [], iteration: 0, next: 'E-step', converged: false };
}
