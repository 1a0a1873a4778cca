import type { EmgpuError } from '../errors.ts';
import { type CovarianceType, covarianceShapes, factorize } from '../families/covariance.ts';
import {
  checkArray,
  checkKind,
  checkNames,
  checkSizes,
  checkWeights,
  flatten,
  isObject,
  refuse,
} from './model-json.ts';
import type { GaussianMixtureJSON } from './types.ts';

/** The shape of `covariances` as nested arrays. */
export function covarianceDimensions(type: CovarianceType, K: number, D: number): number[] {
  const { form, shared } = covarianceShapes[type];
  const block = { matrix: [D, D], diagonal: [D], scalar: [] }[form];
  if (!shared) return [K, ...block];
  return form === 'scalar' ? [1] : block;
}

/** Checks the model file of a Gaussian mixture. Throws `invalid-model`. */
export function checkGaussian(json: unknown): GaussianMixtureJSON {
  const file = checkKind(json, 'gaussian-mixture');
  const { K, D } = checkSizes(file, 'nComponents');
  const type = file.covarianceType as CovarianceType;
  if (!Object.hasOwn(covarianceShapes, String(type)))
    refuse(`covarianceType must be one of ${Object.keys(covarianceShapes).join(', ')}, got ${JSON.stringify(type)}`);
  checkNames(file.featureNames, D);
  checkArray('weights', file.weights, [K]);
  checkArray('means', file.means, [K, D]);
  checkArray('covariances', file.covariances, covarianceDimensions(type, K, D));
  checkWeights(file.weights as number[], checkNoise(file.noise));
  checkDensity(type, flatten(file.covariances), D);
  return file as unknown as GaussianMixtureJSON;
}

/** Throws `invalid-model` unless covariances are symmetric and positive definite: without that there is no density. */
function checkDensity(type: CovarianceType, covariances: Float64Array, D: number): void {
  if (covarianceShapes[type].form === 'matrix') {
    const scale = covariances.reduce((largest, c) => Math.max(largest, Math.abs(c)), 0);
    const mirror = (i: number) => i - (i % (D * D)) + (i % D) * D + (Math.floor(i / D) % D);
    const isSymmetric = covariances.every((c, i) => Math.abs(c - covariances[mirror(i)]!) <= 1e-9 * scale);
    if (!isSymmetric) refuse('covariances must be symmetric');
  }
  try {
    factorize(covarianceShapes[type], covariances, D);
  } catch (error) {
    refuse((error as EmgpuError).problem.replace('The', 'the').replace(/\.$/, ''));
  }
}

/** Returns the weight of the noise component, 0 where there is none. */
function checkNoise(noise: unknown): number {
  if (noise === undefined) return 0;
  if (!isObject(noise)) refuse('noise must be { weight, logVolume }');
  checkArray('noise.weight', noise.weight, []);
  checkArray('noise.logVolume', noise.logVolume, []);
  if ((noise.weight as number) < 0) refuse(`noise.weight must be from 0 on, got ${noise.weight}`);
  return noise.weight as number;
}
