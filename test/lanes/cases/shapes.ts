import { type GaussianFamilyOptions, gaussianFamily } from '../../../src/families/gaussian.ts';
import { assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { cpuBackend, drawSample, gpuBackend, iterate, randomFor } from './gpu.ts';

const SPEC = { D: 3, K: 3, N: 2003, type: 'diag' } as const;
const ITERATIONS = 5;

/** Models that share kernels with others and differ in the M-step, or in what is packed for the kernels. */
const MODELS: readonly (Omit<GaussianFamilyOptions, 'regCovar'> & { readonly name: string })[] = [
  { name: 'tied-diag', covarianceType: 'tied-diag' },
  { name: 'tied-spherical', covarianceType: 'tied-spherical' },
  { name: 'soft k-means', covarianceType: 'tied-spherical', freeze: ['weights', 'covariances'] },
  { name: 'diag with frozen means', covarianceType: 'diag', freeze: ['means'] },
  ...(['full', 'tied', 'diag', 'spherical'] as const).map((covarianceType) => ({
    name: `${covarianceType} with noise`,
    covarianceType,
    noise: { logVolume: Math.log(1e3) },
  })),
];

/** Variances of 1 in the form of a covariance type. */
function unit(covarianceType: GaussianFamilyOptions['covarianceType'], K: number, D: number): Float64Array {
  const identity = Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0));
  const block = /full|^tied$/.test(covarianceType)
    ? identity
    : /diag/.test(covarianceType)
      ? identity.slice(0, D).fill(1)
      : [1];
  return Float64Array.from(covarianceType.startsWith('tied') ? block : Array.from({ length: K }, () => block).flat());
}

export const shapes: readonly LaneCase[] = MODELS.map(({ name, ...options }) => ({
  name: `shapes: ${name} agrees with float64`,
  async run(context) {
    const { points, start } = drawSample(SPEC, randomFor(context.seed, `shapes ${name}`));
    const { K, D } = SPEC;
    const share = options.noise ? 0.9 / K : 1 / K;
    const weights = Float64Array.from({ length: K }, () => share);
    const from = {
      weights: options.noise ? Float64Array.of(...weights, 0.1) : weights,
      means: start.means,
      covariances: unit(options.covarianceType, K, D),
    };
    const family = gaussianFamily({ regCovar: 1e-6, ...options });
    const gpu = await iterate(gpuBackend(context), family, points, from, ITERATIONS);
    const cpu = await iterate(cpuBackend(), family, points, from, ITERATIONS);
    const what = `${name}, seed ${context.seed}`;
    assertClose(gpu.history, cpu.history, { relative: 1e-6 }, `${what}: log-likelihoods`);
    assertClose(gpu.parameters.weights, cpu.parameters.weights, { absolute: 1e-5 }, `${what}: weights`);
    assertClose(gpu.parameters.means, cpu.parameters.means, { absolute: 1e-4 }, `${what}: means`);
    assertClose(gpu.parameters.covariances, cpu.parameters.covariances, { absolute: 1e-4 }, `${what}: covariances`);
  },
}));
