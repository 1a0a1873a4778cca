import { type Frame, intoFrame, outOfFrame } from '../data/frame.ts';
import { logWeight } from '../em/log-weight.ts';
import { leastCount } from '../em/statistics.ts';
import type { Degeneracy, Family, KernelParameters, Statistics } from '../em/types.ts';
import { coincidingPair } from './coincidence.ts';
import { collapsesOf } from './collapse.ts';
import {
  blockSize,
  type CovarianceShape,
  type CovarianceType,
  countBlocks,
  countCovarianceParameters,
  covarianceShapes,
  factorize,
  rescale,
  writeBlock,
} from './covariance.ts';
import { entriesOf } from './entries.ts';
import type { Freezable, MixtureParameters } from './parameters.ts';
import { type ConjugatePrior, logPriorOf, priorCount, priorMoment, squareOf, traceWith } from './prior.ts';
import { pool, scatterAbout } from './scatter.ts';
import { fromVector, toVector } from './unconstrained.ts';

export interface GaussianFamilyOptions {
  readonly covarianceType: CovarianceType;
  /** Added to variances at every M-step, in squared data units. */
  readonly regCovar: number;
  readonly freeze?: readonly Freezable[] | undefined;
  /** The prior, in data units. */
  readonly prior?: ConjugatePrior | undefined;
  /** Adds a last component of the constant density 1 / volume (Banfield & Raftery 1993). The logarithm of the volume is in data units. */
  readonly noise?: { readonly logVolume: number } | undefined;
}

/**
 * The Gaussian mixture as a family: the M-step of Dempster, Laird & Rubin (1977) with the moments taken about the old means,
 * `μ = c + δ`, `Σ = s₂ / N_k − δ δᵀ + reg`, `δ = s₁ / N_k`, which loses nothing where `E[xxᵀ] − μμᵀ` cancels.
 */
export function gaussianFamily(options: GaussianFamilyOptions): Family<MixtureParameters> {
  const { covarianceType, regCovar, prior, noise, freeze = [] } = options;
  const shape = covarianceShapes[covarianceType];
  const frozen = new Set(freeze);
  const plain = frozen.size === 0 && !prior && !noise && (!shape.shared || shape.kernel === 'tied');
  const regularizer = (frame: Frame) => frame.scale.map((s) => regCovar / (s * s));
  return {
    // The tied kernel has one factor for all components, but noise has a factor of its own: 0.
    kind: noise && shape.kernel === 'tied' ? 'full' : shape.kernel,
    hard: false,
    scaling: shape.form === 'scalar' ? 'isotropic' : 'per-feature',
    pack: (parameters, frame) => packMixture(shape, parameters, frame, noise?.logVolume),
    ...(plain && { regularizer }),

    maximization(statistics, previous, frame) {
      const believed = prior && priorIn(prior, frame);
      const { means, degeneracies } = moveMeans(statistics, previous, believed, frozen.has('means'));
      const covariances = frozen.has('covariances')
        ? previous.covariances
        : maximizeCovariances(shape, statistics, means, previous, regularizer(frame), believed);
      const total = statistics.counts.reduce((a, b) => a + b, 0);
      const weights = frozen.has('weights') ? previous.weights : statistics.counts.map((count) => count / total);
      return { parameters: { weights, means, covariances }, degeneracies };
    },

    ...(prior && {
      logPrior: ({ means, covariances }: MixtureParameters, frame: Frame) =>
        logPriorOf(shape, priorIn(prior, frame), means, factorize(shape, covariances, frame.shift.length)),
    }),

    expectedLogLikelihood: (statistics, parameters, frame) =>
      expectedLogLikelihood(shape, statistics, parameters, frame, noise?.logVolume),

    toVector: (parameters) => toVector(shape, frozen, parameters),
    fromVector: (vector, like) => fromVector(shape, frozen, vector, like),

    collapses: (parameters, frame, limits) =>
      collapsesOf(shape, parameters, frame, { ...limits, regCovar, fixed: frozen.has('covariances') }),

    // With covariances that are given, wide ones may leave no other optimum. The noise has a weight, but neither mean nor covariance.
    coinciding: ({ means, covariances, weights }) =>
      frozen.has('covariances')
        ? undefined
        : coincidingPair(shape, means, covariances, weights.length - (noise ? 1 : 0)),

    countParameters: (K, D) =>
      (frozen.has('weights') ? 0 : K - (noise ? 0 : 1)) +
      (frozen.has('means') ? 0 : K * D) +
      (frozen.has('covariances') ? 0 : countCovarianceParameters(shape, K, D)),

    ...unitsOf(shape),
    report: (objective) => objective,
  };
}

function unitsOf(shape: CovarianceShape): Pick<Family<MixtureParameters>, 'toFrame' | 'toData'> {
  return {
    toFrame: ({ weights, means, covariances }, frame) => {
      const factors = frame.scale.map((s) => 1 / s);
      return { weights, means: intoFrame(means, frame), covariances: rescale(shape, covariances, factors) };
    },
    toData: ({ weights, means, covariances }, frame) => ({
      weights,
      means: outOfFrame(means, frame),
      covariances: rescale(shape, covariances, frame.scale),
    }),
  };
}

/** log |∂ data / ∂ frame|: densities come out in data units. */
function logJacobian({ scale }: Frame): number {
  return scale.reduce((sum, s) => sum + Math.log(s), 0);
}

function packMixture(
  shape: CovarianceShape,
  { weights, means, covariances }: MixtureParameters,
  frame: Frame,
  logVolume: number | undefined,
): KernelParameters {
  const D = frame.shift.length;
  const K = means.length / D;
  const { precisionsCholesky: blocks, halfLogDets } = factorize(shape, covariances, D);
  const constant = -0.5 * D * Math.log(2 * Math.PI) - logJacobian(frame);
  const logNormalizers = weights.map((weight, k) =>
    k < K ? logWeight(weight) + halfLogDets[shape.shared ? 0 : k]! + constant : logWeight(weight) - logVolume!,
  );
  const nComponents = weights.length;
  // The padding is the noise component: with precision 0 its distance is 0 everywhere, so its density is constant.
  const pad = (numbers: Float64Array, size: number) => {
    const padded = new Float64Array(nComponents * size);
    padded.set(numbers);
    return padded;
  };
  const size = blockSize(shape, D);
  const kind = nComponents > K && shape.kernel === 'tied' ? 'full' : shape.kernel;
  const own = shape.shared && kind !== 'tied' ? repeat(blocks, K) : blocks;
  return {
    ...{ kind, nComponents, nFeatures: D, logNormalizers },
    means: pad(means, D),
    precisionsCholesky: kind === 'tied' ? own : pad(own, size),
  };
}

function repeat(block: Float64Array, times: number): Float64Array {
  const all = new Float64Array(block.length * times);
  for (let k = 0; k < times; k++) all.set(block, k * block.length);
  return all;
}

function priorIn(prior: ConjugatePrior, { shift, scale }: Frame): ConjugatePrior {
  const D = shift.length;
  return {
    ...prior,
    mean: prior.mean.map((m, d) => (m - shift[d]!) / scale[d]!),
    scale: prior.scale.map((c, i) => c / (scale[Math.floor(i / D)]! * scale[i % D]!)),
  };
}

/** `μ = c + s₁ / N`; a prior draws it towards the prior's mean, as κ more points there would. */
function moveMeans(
  statistics: Statistics,
  previous: MixtureParameters,
  prior: ConjugatePrior | undefined,
  frozen: boolean,
) {
  const { nFeatures: D, counts, centers, first } = statistics;
  const means = Float64Array.from(previous.means);
  const degeneracies: Degeneracy[] = [];
  const least = leastCount(statistics);
  for (let k = 0; k < means.length / D; k++) {
    const count = counts[k]! + (prior?.shrinkage ?? 0);
    if (counts[k]! < least && !prior) degeneracies.push(emptyComponent(k));
    if (frozen || count < least) continue;
    for (let i = k * D; i < (k + 1) * D; i++) {
      const pull = prior ? prior.shrinkage * (prior.mean[i % D]! - centers[i]!) : 0;
      means[i] = centers[i]! + (first[i]! + pull) / count;
    }
  }
  return { means, degeneracies };
}

/** `Σ = W / N + reg`, block by block; with a prior, the mode of the posterior (table in Fraley & Raftery 2007). */
function maximizeCovariances(
  shape: CovarianceShape,
  statistics: Statistics,
  means: Float64Array,
  previous: MixtureParameters,
  regularizer: Float64Array,
  prior: ConjugatePrior | undefined,
): Float64Array {
  const { nFeatures: D, counts } = statistics;
  const K = means.length / D;
  const { size } = entriesOf(shape.form, D);
  const own = scatterAbout(statistics, shape.form, means, K);
  const scatter = shape.shared ? pool(own, size) : own;
  const covariances = Float64Array.from(previous.covariances);
  const features = shape.form === 'scalar' ? D : 1;
  for (let b = 0; b < countBlocks(shape, K); b++) {
    const [from, to] = shape.shared ? [0, K] : [b, b + 1];
    const count = counts.subarray(from, to).reduce((x, y) => x + y, 0);
    const moment = scatter.slice(b * size, (b + 1) * size);
    let denominator = count * features;
    if (prior) {
      addPrior(shape, moment, prior, means, from, to);
      denominator += priorCount(shape, prior, D, to - from);
    } else if (count < leastCount(statistics)) continue;
    writeBlock(shape, covariances, b * blockSize(shape, D), moment, denominator, regularizer);
  }
  return covariances;
}

/**
 * Adds Λ and, for each of a block's components, `κ (μ − μ_p)(μ − μ_p)ᵀ`: with the scatter about μ, where the prior lets it move, this is
 * the scatter about x̄ and `κ N / (κ + N) (x̄ − μ_p)(x̄ − μ_p)ᵀ`.
 */
function addPrior(
  shape: CovarianceShape,
  moment: Float64Array,
  prior: ConjugatePrior,
  means: Float64Array,
  from: number,
  to: number,
): void {
  const D = prior.mean.length;
  const add = (more: Float64Array, factor: number) => {
    for (let i = 0; i < moment.length; i++) moment[i]! += factor * more[i]!;
  };
  add(priorMoment(shape, prior, D), 1);
  for (let k = from; k < to; k++) {
    const away = prior.mean.map((m, d) => means[k * D + d]! - m);
    add(squareOf(shape, away), prior.shrinkage);
  }
}

function expectedLogLikelihood(
  shape: CovarianceShape,
  statistics: Statistics,
  { weights, means, covariances }: MixtureParameters,
  frame: Frame,
  logVolume: number | undefined,
): number {
  const { nFeatures: D, counts } = statistics;
  const K = means.length / D;
  const { precisionsCholesky, halfLogDets } = factorize(shape, covariances, D);
  const constant = -0.5 * D * Math.log(2 * Math.PI) - logJacobian(frame);
  let sum = 0;
  weights.forEach((weight, k) => {
    const density = k < K ? halfLogDets[shape.shared ? 0 : k]! + constant : -logVolume!;
    if (counts[k]! > 0) sum += counts[k]! * (logWeight(weight) + density);
  });
  const { size } = entriesOf(shape.form, D);
  const own = scatterAbout(statistics, shape.form, means, K);
  const scatter = shape.shared ? pool(own, size) : own;
  for (let b = 0; b < countBlocks(shape, K); b++) {
    const u = precisionsCholesky.subarray(b * blockSize(shape, D), (b + 1) * blockSize(shape, D));
    sum -= 0.5 * traceWith(shape, u, scatter.subarray(b * size, (b + 1) * size), D);
  }
  return sum;
}

function emptyComponent(component: number): Degeneracy {
  return {
    component,
    code: 'empty-component',
    message: `Component ${component} has no points left; its weight is 0, its mean and covariance stay where they were.`,
  };
}

/** The population mean and variances, from statistics of a single component (see {@link standardNormal}). */
export function populationMoments(statistics: Statistics): { mean: Float64Array; variance: Float64Array } {
  const { counts, first, second, centers } = statistics;
  const n = counts[0]!;
  const delta = first.map((s) => s / n);
  return {
    mean: delta.map((d, i) => d + centers[i]!),
    variance: second.map((s, i) => Math.max(0, s / n - delta[i]! ** 2)),
  };
}

/** The parameters of a single standard normal component, whose statistics give {@link populationMoments}, or a full second moment. */
export function standardNormal(frame: Frame, kind: 'diag' | 'full' = 'diag'): KernelParameters {
  const D = frame.shift.length;
  const identity = new Float64Array(D * D).map((_, i) => (i % (D + 1) === 0 ? 1 : 0));
  return {
    kind,
    nComponents: 1,
    nFeatures: D,
    means: new Float64Array(D),
    precisionsCholesky: kind === 'diag' ? new Float64Array(D).fill(1) : identity,
    logNormalizers: new Float64Array(1),
  };
}
