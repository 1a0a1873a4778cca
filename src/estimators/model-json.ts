import { MAX_COMPONENTS, MAX_FEATURES } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';
import { type CovarianceType, covarianceShapes } from '../families/covariance.ts';
import type { GaussianMixtureJSON, KMeansJSON, ModelJSON } from './types.ts';

const REMEDY = 'A model file holds what toJSON() gives: see "Model files" in the README.';

function refuse(what: string): never {
  throw new EmgpuError('invalid-model', `This is not a model that emgpu reads: ${what}.`, REMEDY);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks nested arrays of finite numbers against a shape such as `[K, D]`. */
function checkArray(name: string, value: unknown, shape: readonly number[]): void {
  const [length, ...rest] = shape;
  if (length === undefined) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      refuse(`${name} must be a finite number, got ${JSON.stringify(value)}`);
    return;
  }
  if (!Array.isArray(value)) refuse(`${name} must be an array of ${length}`);
  if (value.length !== length) refuse(`${name} must have ${length} entries, got ${value.length}`);
  value.forEach((entry, i) => {
    checkArray(`${name}[${i}]`, entry, rest);
  });
}

function checkSize(name: string, value: unknown, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most) {
    refuse(`${name} must be a whole number from 1 to ${most}, got ${JSON.stringify(value)}`);
  }
  return value as number;
}

function checkNames(names: unknown, D: number): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || names.length !== D || names.some((name) => typeof name !== 'string')) {
    refuse(`featureNames must be an array of ${D} strings`);
  }
}

/** The shape of `covariances` as nested arrays. */
export function covarianceDimensions(type: CovarianceType, K: number, D: number): number[] {
  return { full: [K, D, D], tied: [D, D], diag: [K, D], spherical: [K] }[type];
}

/** Covariances must be symmetric and positive definite, or there is no density. */
function checkDensity(type: CovarianceType, covariances: Float64Array, K: number, D: number): void {
  if (type === 'full' || type === 'tied') {
    const scale = covariances.reduce((largest, c) => Math.max(largest, Math.abs(c)), 0);
    const mirror = (i: number) => i - (i % (D * D)) + (i % D) * D + (Math.floor(i / D) % D);
    const isSymmetric = covariances.every((c, i) => Math.abs(c - covariances[mirror(i)]!) <= 1e-9 * scale);
    if (!isSymmetric) refuse('covariances must be symmetric');
  }
  try {
    covarianceShapes[type].factorize(covariances, K, D);
  } catch {
    refuse('every covariance must be positive definite');
  }
}

function checkMixture(json: Record<string, unknown>): GaussianMixtureJSON {
  const D = checkSize('nFeatures', json.nFeatures, MAX_FEATURES);
  const K = checkSize('nComponents', json.nComponents, MAX_COMPONENTS);
  const type = json.covarianceType as CovarianceType;
  if (!Object.hasOwn(covarianceShapes, String(type)))
    refuse(`covarianceType must be full, tied, diag or spherical, got ${JSON.stringify(type)}`);
  checkNames(json.featureNames, D);
  checkArray('weights', json.weights, [K]);
  checkArray('means', json.means, [K, D]);
  checkArray('covariances', json.covariances, covarianceDimensions(type, K, D));
  const weights = json.weights as number[];
  const sum = weights.reduce((a, b) => a + b, 0);
  if (weights.some((w) => w < 0) || Math.abs(sum - 1) > 1e-6)
    refuse(`weights must be from 0 on and sum to 1, their sum is ${sum}`);
  checkDensity(type, flatten(json.covariances), K, D);
  return json as unknown as GaussianMixtureJSON;
}

function checkKMeans(json: Record<string, unknown>): KMeansJSON {
  const D = checkSize('nFeatures', json.nFeatures, MAX_FEATURES);
  const K = checkSize('nClusters', json.nClusters, MAX_COMPONENTS);
  checkNames(json.featureNames, D);
  checkArray('centers', json.centers, [K, D]);
  return json as unknown as KMeansJSON;
}

/** Checks what a model file holds. Throws `invalid-model` saying what is wrong. */
export function checkModelJSON(json: unknown): ModelJSON {
  if (!isObject(json)) refuse('it must be a JSON object');
  if (json.format !== 'emgpu-model') refuse(`format must be "emgpu-model", got ${JSON.stringify(json.format)}`);
  if (json.version !== 1) refuse(`version must be 1, got ${JSON.stringify(json.version)}`);
  if (json.model === 'gaussian-mixture') return checkMixture(json);
  if (json.model === 'k-means') return checkKMeans(json);
  return refuse(`model must be "gaussian-mixture" or "k-means", got ${JSON.stringify(json.model)}`);
}

/** Nested arrays of the given shape from a flat array, row-major. */
export function nest(flat: Float64Array, shape: readonly number[]): unknown {
  const [length, ...rest] = shape;
  if (length === undefined) return flat[0]!;
  const size = flat.length / length;
  return Array.from({ length }, (_, i) => nest(flat.subarray(i * size, (i + 1) * size), rest));
}

/** A flat array from nested ones, row-major. */
export function flatten(nested: unknown): Float64Array {
  return Float64Array.from((nested as unknown[]).flat(3) as number[]);
}
