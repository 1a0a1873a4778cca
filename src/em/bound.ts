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
   * −Σ w Σ_k q log q: 0 where every q is 0 or 1. Where rows lack numbers, q covers these too: their entropy given the observed numbers is added, and
   * it may be negative.
   */
  readonly entropy: number;
  readonly elbo: number;
  /** KL(q ‖ posterior): ≥ 0, up to rounding. */
  readonly kl: number;
}

/**
 * What one iteration did: its E-step closed the gap between bound and log-likelihood; its M-step raised the bound, and a gap opened again. Where
 * acceleration jumped, `maximization` holds the bound after the jump, which raises the log-likelihood but need not raise this bound.
 */
export interface BoundStep {
  /** M-steps done, this one included. */
  readonly iteration: number;
  /** The bound of the old parameters, with q their posterior: KL is 0. */
  readonly expectation: Bound;
  /** The bound of the new parameters under the same q. */
  readonly maximization: Bound;
}

/**
 * The bound for q = the posterior, from the sums of its E-step alone: the entropy is the log-likelihood less the expected complete
 * log-likelihood. Undefined for families without the latter.
 */
export function boundAtPosterior<P>(
  family: Family<P>,
  statistics: Statistics,
  parameters: P,
  dataset: Dataset,
): Bound | undefined {
  if (family.isRelative) return undefined;
  const expectedLogLikelihood = family.expectedLogLikelihood?.(statistics, parameters, dataset.frame);
  if (expectedLogLikelihood === undefined) return undefined;
  const logLikelihood = statistics.objective;
  const { missingEntropy = 0, nComponents, totalWeight } = statistics;
  const own = logLikelihood - expectedLogLikelihood - missingEntropy;
  // Where responsibilities are nearly 0 and 1 the two log-likelihoods are nearly equal, and their difference is rounding, of either sign.
  const { rounding } = roundingOf(logLikelihood, dataset, dataset.precision);
  const entropy = own > rounding * totalWeight ? Math.min(own, totalWeight * Math.log(nComponents)) : 0;
  return { logLikelihood, expectedLogLikelihood, entropy: missingEntropy + entropy, elbo: logLikelihood, kl: 0 };
}

/**
 * The bound of `parameters` under a q of other parameters whose sums and entropy are known.
 * @param logLikelihood of `parameters`
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
  /** What the last M-step started from. The step is complete once the next E-step gives the log-likelihood. */
  #pending: { readonly expectation: Bound; readonly statistics: Statistics } | undefined;

  constructor(family: Family<P>, dataset: Dataset) {
    this.#family = family;
    this.#dataset = dataset;
  }

  /** Called after an M-step with the sums that it came from, and the parameters of their E-step. */
  open(statistics: Statistics, before: P): void {
    const expectation = boundAtPosterior(this.#family, statistics, before, this.#dataset);
    this.#pending = expectation && { expectation, statistics };
  }

  /** Called after the E-step of the parameters that the M-step led to. */
  complete(objective: number, parameters: P, iteration: number): void {
    if (!this.#pending) return;
    const { expectation, statistics } = this.#pending;
    const q = { statistics, entropy: expectation.entropy };
    const maximization = boundUnder(this.#family, q, parameters, this.#dataset.frame, objective);
    this.steps.push({ iteration, expectation, maximization });
    this.#pending = undefined;
  }
}
