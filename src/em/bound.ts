import type { Frame } from '../data/frame.ts';
import { roundingOf } from './stopping.ts';
import type { Dataset, Family, Statistics } from './types.ts';

/**
 * The log-likelihood taken apart (Neal & Hinton 1998): for any responsibilities q, `log-likelihood = ELBO(q, θ) + KL(q ‖ posterior of θ)` and
 * `ELBO = expected complete log-likelihood + entropy of q`. Totals, natural logarithms, data units.
 */
export interface Bound {
  readonly logLikelihood: number;
  /** Σ w Σ_k q log(w_k f_k(x)) */
  readonly expectedLogLikelihood: number;
  /**
   * −Σ w Σ_k q log q: 0 where every q is 0 or 1. Where rows lack numbers, q is also about these, and the entropy of theirs given the others
   * counts as well; it may be negative.
   */
  readonly entropy: number;
  readonly elbo: number;
  /** KL(q ‖ posterior) ≥ 0, to rounding. */
  readonly kl: number;
}

/**
 * What one iteration did: its E-step closed the gap, so that the bound touched; its M-step raised the bound; a gap opened again. Where
 * acceleration jumped, `maximization` is that of the jump, which raises the log-likelihood but need not raise this bound.
 */
export interface BoundStep {
  /** M-steps done, this one included. */
  readonly iteration: number;
  /** Old parameters, q their posterior: KL is 0. */
  readonly expectation: Bound;
  /** New parameters, the same q. */
  readonly maximization: Bound;
}

/**
 * The bound of q = the posterior, from the sums of that E-step alone: its entropy is what the log-likelihood has more than the
 * expected complete log-likelihood. Undefined for families without one.
 */
export function boundAtPosterior<P>(
  family: Family<P>,
  statistics: Statistics,
  parameters: P,
  dataset: Dataset,
): Bound | undefined {
  const expectedLogLikelihood = family.expectedLogLikelihood?.(statistics, parameters, dataset.frame);
  if (expectedLogLikelihood === undefined) return undefined;
  const logLikelihood = statistics.objective;
  const { missingEntropy = 0, nComponents, totalWeight } = statistics;
  const own = logLikelihood - expectedLogLikelihood - missingEntropy;
  // Where responsibilities are nearly 0 and 1 the two are as good as equal, and their difference is rounding, of either sign.
  const { rounding } = roundingOf(logLikelihood, dataset, dataset.precision);
  const entropy = own > rounding * totalWeight ? Math.min(own, totalWeight * Math.log(nComponents)) : 0;
  return { logLikelihood, expectedLogLikelihood, entropy: missingEntropy + entropy, elbo: logLikelihood, kl: 0 };
}

/**
 * The bound of other parameters under a q whose sums and entropy are known; `logLikelihood` is that of these parameters.
 */
export function boundUnder<P>(
  family: Family<P>,
  q: { readonly statistics: Statistics; readonly entropy: number },
  parameters: P,
  frame: Frame,
  logLikelihood: number,
): Bound {
  const expectedLogLikelihood = family.expectedLogLikelihood!(q.statistics, parameters, frame);
  const elbo = expectedLogLikelihood + q.entropy;
  return { logLikelihood, expectedLogLikelihood, entropy: q.entropy, elbo, kl: logLikelihood - elbo };
}

/** What every iteration of a run did to the bound. */
export class BoundCourse<P> {
  readonly steps: BoundStep[] = [];
  readonly #family: Family<P>;
  readonly #dataset: Dataset;
  /** What the last M-step started from; its step is complete once the next E-step tells the log-likelihood. */
  #pending: { readonly expectation: Bound; readonly statistics: Statistics } | undefined;

  constructor(family: Family<P>, dataset: Dataset) {
    this.#family = family;
    this.#dataset = dataset;
  }

  /** After an M-step: the sums that it came from, and the parameters that these are of. */
  open(statistics: Statistics, before: P): void {
    const expectation = boundAtPosterior(this.#family, statistics, before, this.#dataset);
    this.#pending = expectation && { expectation, statistics };
  }

  /** After the E-step of what the M-step led to. */
  complete(objective: number, parameters: P, iteration: number): void {
    if (!this.#pending) return;
    const { expectation, statistics } = this.#pending;
    const q = { statistics, entropy: expectation.entropy };
    const maximization = boundUnder(this.#family, q, parameters, this.#dataset.frame, objective);
    this.steps.push({ iteration, expectation, maximization });
    this.#pending = undefined;
  }
}
