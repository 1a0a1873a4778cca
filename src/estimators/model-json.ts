import { MAX_COMPONENTS, MAX_FEATURES } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';

// What model files of all kinds have in common. Each kind checks its own: see `model.ts`.

const REMEDY = 'A model file holds what toJSON() gives: see "Model files" in the README.';

export function refuse(what: string): never {
  throw new EmgpuError('invalid-model', `This is not a model that emgpu reads: ${what}.`, REMEDY);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks that this is a model file of any kind. Throws `invalid-model`. */
export function checkHeader(json: unknown): Record<string, unknown> {
  if (!isObject(json)) refuse('it must be a JSON object');
  if (json.format !== 'emgpu-model') refuse(`format must be "emgpu-model", got ${JSON.stringify(json.format)}`);
  if (json.version !== 1) refuse(`version must be 1, got ${JSON.stringify(json.version)}`);
  return json;
}

/** Checks that this is a model file of this kind. Throws `invalid-model`. */
export function checkKind(json: unknown, kind: string): Record<string, unknown> {
  const file = checkHeader(json);
  if (file.model === kind) return file;
  throw new EmgpuError(
    'invalid-model',
    `A ${kind} model was expected, got ${JSON.stringify(file.model)}.`,
    'Use modelFromJSON, or fromJSON of the class it belongs to.',
  );
}

/** Checks nested arrays of finite numbers against a shape such as `[K, D]`. */
export function checkArray(name: string, value: unknown, shape: readonly number[]): void {
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

/** Checks and returns D, and K, which has this name in the kind's files. */
export function checkSizes(
  file: Record<string, unknown>,
  count: 'nComponents' | 'nClusters',
): { K: number; D: number } {
  const D = checkSize('nFeatures', file.nFeatures, MAX_FEATURES);
  return { K: checkSize(count, file[count], MAX_COMPONENTS), D };
}

function checkSize(name: string, value: unknown, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most) {
    refuse(`${name} must be a whole number from 1 to ${most}, got ${JSON.stringify(value)}`);
  }
  return value as number;
}

export function checkNames(names: unknown, D: number): void {
  if (names === undefined) return;
  if (!Array.isArray(names) || names.length !== D || names.some((name) => typeof name !== 'string')) {
    refuse(`featureNames must be an array of ${D} strings`);
  }
}

/** Throws `invalid-model` unless the weights sum to 1, together with `others` that stand elsewhere in the file. */
export function checkWeights(weights: readonly number[], others = 0): void {
  const sum = weights.reduce((a, b) => a + b, others);
  if (weights.some((w) => w < 0) || Math.abs(sum - 1) > 1e-6)
    refuse(`weights must be from 0 on and sum to 1, their sum is ${sum}`);
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
  return Float64Array.from([nested].flat(4) as number[]);
}
