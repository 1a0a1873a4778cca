import { randomNormal } from 'd3-random';
import { EmgpuError } from '../errors.ts';
import { blockSize, type CovarianceType, covarianceShapes } from '../families/covariance.ts';
import { checkSeed, checkWhole } from '../judging/checks.ts';
import { cholesky } from '../math/cholesky.ts';
import { seededRandom } from '../math/random.ts';
import { flatten } from './model-json.ts';
import type { GaussianMixtureJSON } from './types.ts';

/** The lower factors L of the covariances, `Σ_k = L Lᵀ`, D × D each; a single one where all components share it. */
function lowerFactors(type: CovarianceType, covariances: Float64Array, D: number): Float64Array[] {
  const shape = covarianceShapes[type];
  const size = blockSize(shape, D);
  return Array.from({ length: covariances.length / size }, (_, b) => {
    if (shape.form === 'matrix') return cholesky(covariances, D, b * size) ?? refuseSingular(b);
    const factor = new Float64Array(D * D);
    for (let d = 0; d < D; d++) factor[d * D + d] = Math.sqrt(covariances[b * size + (d % size)]!);
    return factor;
  });
}

function refuseSingular(component: number): never {
  throw new EmgpuError(
    'singular-covariance',
    `The covariance of component ${component} is not positive definite.`,
    'Check the model file.',
  );
}

/** Points that were drawn: n × D numbers, row-major, and the component of each of the n points. */
export interface Draws {
  readonly data: Float64Array;
  readonly labels: Uint32Array;
}

/** Room for n draws of D numbers. Throws `invalid-option` unless n is a whole number from 1 on, and `out-of-memory`. */
export function roomForDraws(n: number, D: number): Draws {
  checkWhole('n', n, 1);
  try {
    return { data: new Float64Array(n * D), labels: new Uint32Array(n) };
  } catch (cause) {
    throw new EmgpuError(
      'out-of-memory',
      `There is no room for ${n} × ${D} numbers.`,
      'Draw fewer at a time, each time with another seed.',
      { cause },
    );
  }
}

/** Draws n points from a mixture: a component by its weight, then `μ + L ε` with standard normal ε. */
export function sampleMixture(model: GaussianMixtureJSON, n: number, seed: number): Draws {
  const { nFeatures: D, weights, means, covarianceType } = model;
  checkSeed(seed);
  if (model.noise) {
    throw new EmgpuError(
      'invalid-option',
      'A model with a noise component cannot be sampled: the region of the noise is not kept, only its volume.',
      'Sample from the model without `noise`, its weights divided by their sum.',
    );
  }
  const random = seededRandom(seed);
  const normal = randomNormal.source(random.uniform)();
  const factors = lowerFactors(covarianceType, flatten(model.covariances), D);
  const { data, labels } = roomForDraws(n, D);
  const noise = new Float64Array(D);
  for (let i = 0; i < n; i++) {
    const k = drawComponent(weights, random.uniform());
    labels[i] = k;
    for (let d = 0; d < D; d++) {
      noise[d] = normal();
      let x = means[k]![d]!;
      for (let e = 0; e <= d; e++) x += factors[k % factors.length]![d * D + e]! * noise[e]!;
      data[i * D + d] = x;
    }
  }
  return { data, labels };
}

/** The component in whose share of [0, 1) `u` falls. */
export function drawComponent(weights: readonly number[], u: number): number {
  let left = u;
  let last = 0;
  for (let k = 0; k < weights.length; k++) {
    if (weights[k]! <= 0) continue;
    last = k;
    left -= weights[k]!;
    if (left < 0) break;
  }
  return last;
}
