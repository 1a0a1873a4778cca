import { LARGEST_COUNT } from '../data/counts.ts';
import { logWeight } from '../em/log-weight.ts';
import { leastCount } from '../em/statistics.ts';
import type { Degeneracy, Family, KernelParameters, Statistics } from '../em/types.ts';
import { softmax } from './unconstrained.ts';

/** Parameters of a Poisson mixture with K components in D dimensions, flat and float64. Counts are not scaled: frame and data units are the same. */
export interface PoissonParameters {
  /** K, summing to 1. */
  readonly weights: Float64Array;
  /** K × D, the expected counts. */
  readonly rates: Float64Array;
}

/** Rates are never below this, so that a count where a component has seen none is improbable and not impossible. */
const LEAST_RATE = 1e-10;

/**
 * The mixture of Poisson distributions, features independent within a component (Hasselblad 1969): the M-step is the weighted mean, taken
 * about the old rates, `λ = c + s₁ / N_k`.
 * @param logFactorials `Σ w Σ_d log x_d!` of the points: the only part of a bound that does not follow from the sums. Without it
 *   there are no bounds
 */
export function poissonFamily(logFactorials?: number): Family<PoissonParameters> {
  return {
    kind: 'poisson',
    hard: false,
    scaling: 'none',

    pack: packMixture,

    maximization(statistics, previous) {
      const { nComponents: K, nFeatures: D, counts, centers, first } = statistics;
      const least = leastCount(statistics);
      const degeneracies: Degeneracy[] = [];
      const rates = Float64Array.from(previous.rates);
      for (let k = 0; k < K; k++) {
        const count = counts[k]!;
        if (count < least) {
          const message = `Component ${k} has no points left; its weight is 0, its rates stay where they were.`;
          degeneracies.push({ component: k, code: 'empty-component', message });
          continue;
        }
        for (let i = k * D; i < (k + 1) * D; i++) rates[i] = inRange(centers[i]! + first[i]! / count);
      }
      const total = counts.reduce((a, b) => a + b, 0);
      return { parameters: { weights: counts.map((count) => count / total), rates }, degeneracies };
    },

    isRelative: logFactorials === undefined,
    expectedLogLikelihood: (statistics, parameters) => sumLogRates(statistics, parameters) - (logFactorials ?? 0),

    toVector({ weights, rates }) {
      if (weights.some((w) => !(w > 0))) return undefined;
      return Float64Array.of(...weights.map(Math.log), ...rates.map((rate) => Math.log(inRange(rate))));
    },

    fromVector(vector, { weights: { length: K } }) {
      return { weights: softmax(vector.slice(0, K)), rates: vector.slice(K).map((log) => inRange(Math.exp(log))) };
    },

    // No rate makes the likelihood infinite, so the only collapse is a component without rows.
    collapses: ({ weights }, _frame, { leastWeight }) =>
      [...weights.keys()].filter((k) => weights[k]! < leastWeight).map((component) => ({ component, cause: 'weight' })),

    countParameters: (K, D) => K - 1 + K * D,
    toFrame: (parameters) => parameters,
    toData: (parameters) => parameters,
    report: (objective) => objective,
  };
}

/** Keeps a rate in range: as no count is larger than {@link LARGEST_COUNT}, no mean of counts is. */
function inRange(rate: number): number {
  return Math.min(Math.max(rate, LEAST_RATE), LARGEST_COUNT);
}

/**
 * Packs for the stage `log-density-poisson`. `means` are the rates rounded to float32; the first of the vectors is what the rounding lost, as a
 * share of the rate. The second is about the log-density at the mean of all points, the same for all components: the stage takes it out before
 * densities are compared (and, on a device, rounded).
 */
function packMixture({ weights, rates }: PoissonParameters): KernelParameters {
  const K = weights.length;
  const D = rates.length / K;
  const means = rates.map((rate) => Math.fround(inRange(rate)));
  const rests = rates.map((rate, i) => (inRange(rate) - means[i]!) / means[i]!);
  const middle = meanRates({ weights, rates });
  const references = rates.map((_, i) => -0.5 * Math.log(2 * Math.PI * middle[i % D]! + 1));
  const reference = references.subarray(0, D).reduce((a, b) => a + b, 0);
  return {
    ...{ kind: 'poisson', nComponents: K, nFeatures: D, means, vectors: [rests, references] },
    precisionsCholesky: new Float64Array(0),
    logNormalizers: weights.map((weight) => logWeight(weight) + reference),
  };
}

/** D: the mean of the mixture. */
export function meanRates({ weights, rates }: PoissonParameters): Float64Array {
  const D = rates.length / weights.length;
  const mean = new Float64Array(D);
  for (let i = 0; i < rates.length; i++) mean[i % D]! += weights[Math.floor(i / D)]! * rates[i]!;
  return mean;
}

/** `Σ w Σ_k r (log w_k + Σ_d (x_d log λ_kd − λ_kd))`: the expected log-likelihood without the factorials. */
function sumLogRates(
  { nFeatures: D, counts, centers, first }: Statistics,
  { weights, rates }: PoissonParameters,
): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k]!;
    if (count === 0) continue;
    sum += count * logWeight(weights[k]!);
    for (let i = k * D; i < (k + 1) * D; i++) {
      const rate = inRange(rates[i]!);
      sum += (count * centers[i]! + first[i]!) * Math.log(rate) - count * rate;
    }
  }
  return sum;
}
