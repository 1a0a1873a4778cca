import { randomNormal } from 'd3-random';
import { EmgpuError } from '../errors.ts';
import type { CovarianceType } from '../families/covariance.ts';
import { cholesky } from '../math/cholesky.ts';
import { seededRandom } from '../math/random.ts';
import { flatten } from './model-json.ts';
import { checkSeed, checkWhole } from './options.ts';
import type { GaussianMixtureJSON } from './types.ts';

/** Lower factors L (D × D each) with `Σ_k = L Lᵀ`; one that all components share where the type is tied. */
function lowerFactors(type: CovarianceType, covariances: Float64Array, K: number, D: number): Float64Array[] {
  const matrices = type === 'tied' ? 1 : K;
  return Array.from({ length: K }, (_, k) => {
    if (type === 'full' || type === 'tied') {
      const factor = cholesky(covariances, D, matrices === 1 ? 0 : k * D * D);
      if (!factor) {
        throw new EmgpuError(
          'singular-covariance',
          `The covariance of component ${k} is not positive definite.`,
          'Check the model file.',
        );
      }
      return factor;
    }
    const factor = new Float64Array(D * D);
    for (let d = 0; d < D; d++) factor[d * D + d] = Math.sqrt(covariances[type === 'diag' ? k * D + d : k]!);
    return factor;
  });
}

/** Draws n points from a mixture: a component by its weight, then `μ + L ε` with standard normal ε. */
export function sampleMixture(
  model: GaussianMixtureJSON,
  n: number,
  seed: number,
): { data: Float64Array; labels: Uint32Array } {
  checkWhole('n', n, 1);
  checkSeed(seed);
  const { nComponents: K, nFeatures: D, weights, means, covarianceType } = model;
  const random = seededRandom(seed);
  const normal = randomNormal.source(random.uniform)();
  const factors = lowerFactors(covarianceType, flatten(model.covariances), K, D);
  const data = new Float64Array(n * D);
  const labels = new Uint32Array(n);
  const noise = new Float64Array(D);
  for (let i = 0; i < n; i++) {
    const k = drawComponent(weights, random.uniform());
    labels[i] = k;
    for (let d = 0; d < D; d++) {
      noise[d] = normal();
      let x = means[k]![d]!;
      for (let e = 0; e <= d; e++) x += factors[k]![d * D + e]! * noise[e]!;
      data[i * D + d] = x;
    }
  }
  return { data, labels };
}

/** The component in whose share of [0, 1) `u` falls. */
function drawComponent(weights: readonly number[], u: number): number {
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
