import { type HostPoints, type PoissonMixtureJSON, PoissonModel } from '../../src/index.ts';

/** A model file of a Poisson mixture. */
export function mixtureJSON(weights: readonly number[], rates: readonly (readonly number[])[]): PoissonMixtureJSON {
  const sizes = { nFeatures: rates[0]!.length, nComponents: rates.length };
  return { format: 'emgpu-model', version: 1, model: 'poisson-mixture', ...sizes, weights, rates };
}

/** Three components that are told apart easily. */
export const THREE = mixtureJSON(
  [0.2, 0.5, 0.3],
  [
    [3, 20],
    [15, 4],
    [40, 40],
  ],
);

/** `n` rows of a model. */
export function countsOf(json: PoissonMixtureJSON, n: number, seed = 0): HostPoints {
  return { data: new PoissonModel(json).sample(n, seed).data, nFeatures: json.nFeatures };
}
