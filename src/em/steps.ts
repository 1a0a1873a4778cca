import { MOST_STEPS, type Trend } from './stopping.ts';
import type { Dataset, Family, Statistics } from './types.ts';

/** An M-step: the sums that it had, and the parameters that it led from and to. */
interface Step<P> {
  readonly statistics: Statistics;
  readonly before: P;
  readonly after: P;
}

/** How large a step was: what it gained in the bound, per unit of weight, and by how much that may be off. */
interface StepSize {
  /** Its number among those that follow from one another. */
  readonly index: number;
  readonly gain: number;
  readonly error: number;
}

/** A step that gains less than this share of what an earlier one did says nothing yet of the rate at which steps shrink. */
const SUDDEN = 1e-3;

/**
 * Watches whether the steps of EM shrink, as they do towards an optimum. Near a point that EM leaves (a saddle, where components coincide or nearly
 * so) it takes tiny steps first, which grow, and its gains may be less than the rounding of the objective, as if it had arrived.
 *
 * A step is measured by what it gains in the bound, Q(after) − Q(before) under the same responsibilities: half of what EM gains, or more. Both come
 * from one set of sums and in float64, and the difference is quadratic in the step. So float32 blurs it by about the square of its rounding,
 * where it blurs gains of the objective by the rounding itself.
 */
export class Steps<P> {
  readonly #family: Family<P>;
  readonly #dataset: Dataset;
  /** The last two in a row. */
  #last: readonly Step<P>[] = [];
  /** How many there were in a row. */
  #count = 0;
  /** There were steps that the last ones do not follow from. */
  #restarted = false;
  /** The largest and the smallest step that were measured in a row. */
  #largest: StepSize | undefined;
  #smallest: StepSize | undefined;

  constructor(family: Family<P>, dataset: Dataset) {
    this.#family = family;
    this.#dataset = dataset;
  }

  /** Called after an M-step. */
  record(step: Step<P>): void {
    this.#last = [...this.#last, step].slice(-2);
    this.#count++;
  }

  /** The next step does not follow from the last one. */
  restart(): void {
    this.#last = [];
    this.#count = 0;
    this.#restarted = true;
    this.#largest = undefined;
    this.#smallest = undefined;
  }

  /**
   * Whether steps bear out that less than `tol` per unit of weight is left, as the objective has it: the last one was no more than rounding, or they do
   * not grow, and where the objective shows nothing but rounding they shrink at a rate that leaves so little. True where there were no two in a row.
   */
  confirm({ idle }: Trend, tol: number): boolean {
    const last = this.#measure(-1);
    if (!last || last.gain <= last.error) return true;
    this.#largest ??= this.#measure(-2);
    this.#smallest ??= this.#largest;
    const [largest, smallest] = [this.#largest, this.#smallest];
    if (!largest || !smallest) return this.#restarted || idle === 0;
    const isSudden = last.gain < SUDDEN * largest.gain;
    if (isSudden || last.gain >= largest.gain) this.#largest = last;
    if (last.gain < smallest.gain) this.#smallest = last;
    if (last.gain - last.error > smallest.gain + smallest.error) return false;
    if (idle === 0 || idle === MOST_STEPS) return true;
    const shrunk = (last.gain + last.error) / Math.max(0, largest.gain - largest.error);
    const rate = shrunk ** (1 / (last.index - largest.index));
    return !isSudden && rate < 1 && (2 * last.gain * rate) / (1 - rate) < tol;
  }

  /** The size of the last step (−1) or of the one before (−2); undefined where there was none. The prior, where there is one, is part of the bound. */
  #measure(at: -1 | -2): StepSize | undefined {
    const step = this.#last.at(at);
    if (!step) return undefined;
    const family = this.#family;
    const { frame, totalWeight, precision } = this.#dataset;
    const [before, after] = [step.before, step.after].map((parameters) => {
      const expected = family.expectedLogLikelihood?.(step.statistics, parameters, frame) ?? 0;
      return (expected + (family.logPrior?.(parameters, frame) ?? 0)) / totalWeight;
    }) as [number, number];
    const gain = after - before;
    const floor = (4 * precision) ** 2 + 16 * Number.EPSILON * (1 + Math.abs(before));
    // A step that is off by s gains (√gain ± s)² in place of gain, where s² is the least that can be told.
    return { index: this.#count + at, gain, error: floor + 2 * Math.sqrt(Math.max(0, gain) * floor) };
  }
}
