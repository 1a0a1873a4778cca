import { type Frame, intoFrame, outOfFrame } from '../data/frame.ts';
import type { Dataset, Family, Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { blend, recenter } from '../families/scatter.ts';
import { begin, type Trials } from './restarts.ts';
import type { CallOptions } from './types.ts';

/** Iterations on the first chunk: what follows moves the parameters ever less. */
const FIRST_ITERATIONS = 10;
/**
 * The chunk after t others has the share γ = (t + DELAY)^−DECAY in the sums; with DECAY between 1/2, where all noise stays, and 1, where the
 * start does (Liang & Klein 2009).
 */
const DECAY = 0.7;
const DELAY = 2;

/** Sums of the chunks seen so far, older ones counting less (mixtures) or the same (k-means), and the parameters they make. */
export class Stepwise<P, Model> {
  readonly frame: Frame;
  readonly #family: Family<P>;
  readonly #toModel: (parameters: P) => Model;
  #parameters: P | undefined;
  /** Scaled to the weight of all points seen. */
  #sums: Statistics | undefined;
  #chunks = 0;

  /** @param toModel of parameters in data units */
  constructor(family: Family<P>, frame: Frame, toModel: (parameters: P) => Model) {
    this.#family = family;
    this.frame = frame;
    this.#toModel = toModel;
  }

  /** The first chunk: a start, and some iterations. */
  async begin(trials: Trials<P>): Promise<Model> {
    const settings = { ...trials.settings, tol: 0, maxIter: FIRST_ITERATIONS };
    const { run } = await begin({ ...trials, settings, warmUpRows: undefined }, trials.seed);
    while (!run.done) await run.step();
    return this.#take(await run.expectation(), run.parameters);
  }

  /** A further chunk: one E-step on it, one M-step with all. */
  async add(dataset: Dataset, { signal }: CallOptions): Promise<Model> {
    const parameters = this.#parameters!;
    const { length: D } = this.frame.shift;
    if (dataset.nFeatures !== D) {
      throw new EmgpuError(
        'model-mismatch',
        `The chunks before had ${D} columns, this one has ${dataset.nFeatures}.`,
        'Pass chunks with the same columns, or begin anew with a new estimator.',
      );
    }
    return this.#take(await this.#sumsOf(dataset, parameters, signal), parameters);
  }

  /** In this frame. A device knows it to float32, and then has the chunk in one of its own. */
  async #sumsOf(dataset: Dataset, parameters: P, signal: AbortSignal | undefined): Promise<Statistics> {
    const { frame } = dataset;
    if (frame === this.frame) return dataset.expectation(this.#family.pack(parameters, frame), { signal });
    const there = this.#family.toFrame(this.#family.toData(parameters, this.frame), frame);
    const sums = await dataset.expectation(this.#family.pack(there, frame), { signal });
    return { ...sums, centers: intoFrame(outOfFrame(sums.centers, frame), this.frame) };
  }

  #take(fresh: Statistics, parameters: P): Model {
    const old = this.#sums && recenter(this.#sums, fresh.centers);
    this.#sums = old ? this.#blend(old, fresh) : fresh;
    this.#chunks++;
    this.#parameters = this.#family.maximization(this.#sums, parameters, this.frame).parameters;
    return this.#toModel(this.#family.toData(this.#parameters, this.frame));
  }

  #blend(old: Statistics, fresh: Statistics): Statistics {
    const total = old.totalWeight + fresh.totalWeight;
    // Responsibilities of 0 and 1 are never to be forgotten: centres are means of all points that went to them.
    const share = this.#family.hard ? fresh.totalWeight / total : this.#share(old, fresh);
    return blend(old, fresh, ((1 - share) * total) / old.totalWeight, (share * total) / fresh.totalWeight);
  }

  /** γ for a chunk of the usual weight; one of a tenth of it, as the last of a stream may be, counts for about a tenth. */
  #share(old: Statistics, fresh: Statistics): number {
    const usual = old.totalWeight / this.#chunks;
    return 1 - (1 - (this.#chunks + DELAY) ** -DECAY) ** (fresh.totalWeight / usual);
  }
}
