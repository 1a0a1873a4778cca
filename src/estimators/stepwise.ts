import { type Frame, intoFrame, outOfFrame } from '../data/frame.ts';
import type { Dataset, Family, Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { mixStatistics, recenter } from '../families/scatter.ts';
import { begin, type Trials } from './restarts.ts';
import type { CallOptions } from './types.ts';

/** Iterations on the first chunk, as later chunks move the parameters ever less. */
const FIRST_ITERATIONS = 10;
/**
 * The chunk after t others has the share γ = (t + DELAY)^−DECAY in the sums. With a DECAY of 1/2 the noise of single chunks would never average
 * out, with 1 the start would never be forgotten (Liang & Klein 2009).
 */
const DECAY = 0.7;
const DELAY = 2;

/** Sums of the chunks seen so far, older ones counting less (mixtures) or the same (k-means), and the parameters they make. */
export class Stepwise<P, Model> {
  readonly frame: Frame;
  readonly #family: Family<P>;
  readonly #toModel: (parameters: P) => Model;
  #parameters: P | undefined;
  /** The sums, scaled to the weight of all points seen. */
  #sums: Statistics | undefined;
  #chunks = 0;

  /** @param toModel makes a model of parameters in data units */
  constructor(family: Family<P>, frame: Frame, toModel: (parameters: P) => Model) {
    this.#family = family;
    this.frame = frame;
    this.#toModel = toModel;
  }

  /** Takes the first chunk: a start, and some iterations. */
  async begin(trials: Trials<P>): Promise<Model> {
    const settings = { ...trials.settings, tol: 0, maxIter: FIRST_ITERATIONS };
    const { run } = await begin({ ...trials, settings, warmUpRows: undefined }, trials.seed);
    while (!run.done) await run.step();
    return this.#take(await run.expectation(), run.parameters);
  }

  /** Takes a further chunk: one E-step on it, and one M-step with the sums of all chunks. */
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

  /** The sums of a chunk, in this object's frame. A device knows a frame only to float32; then the chunk is in a slightly different one. */
  async #sumsOf(dataset: Dataset, parameters: P, signal: AbortSignal | undefined): Promise<Statistics> {
    const { frame } = dataset;
    if (frame === this.frame) return dataset.expectation(this.#family.pack(parameters, frame), { signal });
    const there = this.#family.toFrame(this.#family.toData(parameters, this.frame), frame);
    const sums = await dataset.expectation(this.#family.pack(there, frame), { signal });
    return { ...sums, centers: intoFrame(outOfFrame(sums.centers, frame), this.frame) };
  }

  #take(fresh: Statistics, parameters: P): Model {
    const old = this.#sums && recenter(this.#sums, fresh.centers);
    this.#sums = old ? this.#mix(old, fresh) : fresh;
    this.#chunks++;
    this.#parameters = this.#family.maximization(this.#sums, parameters, this.frame).parameters;
    return this.#toModel(this.#family.toData(this.#parameters, this.frame));
  }

  #mix(old: Statistics, fresh: Statistics): Statistics {
    const total = old.totalWeight + fresh.totalWeight;
    // k-means forgets nothing: its centres are means of all points that were assigned to them.
    const share = this.#family.hard ? fresh.totalWeight / total : this.#share(old, fresh);
    return mixStatistics(old, fresh, ((1 - share) * total) / old.totalWeight, (share * total) / fresh.totalWeight);
  }

  /** γ for a chunk of the usual weight; a chunk of a tenth of it (the last of a stream, say) counts for about a tenth. */
  #share(old: Statistics, fresh: Statistics): number {
    const usual = old.totalWeight / this.#chunks;
    return 1 - (1 - (this.#chunks + DELAY) ** -DECAY) ** (fresh.totalWeight / usual);
  }
}
