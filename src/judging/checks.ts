import { checkPoints, type HostPoints, isDevicePoints } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';

/** Seeds are 32-bit: a larger one would give the same numbers as a smaller one. */
const LARGEST_SEED = 0xffffffff;

/** Throws `invalid-option` unless `value` is a whole number in the range. */
export function checkWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new EmgpuError(
    'invalid-option',
    `${name} must be a whole number ${range}, got ${value}.`,
    `Pass a whole number ${range}.`,
  );
}

export function checkSeed(seed: number): void {
  checkWhole('seed', seed, 0, LARGEST_SEED);
}

/** Throws `invalid-option` unless `value` is an object: callers in plain JavaScript have no compiler to tell them. */
export function checkIsObject(name: string, value: unknown, example: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new EmgpuError(
    'invalid-option',
    `${name} must be an object, got ${String(value)}.`,
    `Pass one like ${example}.`,
  );
}

/** Throws `invalid-option` unless `value` is a function. */
export function checkIsFunction(name: string, value: unknown, remedy: string): void {
  if (typeof value === 'function') return;
  throw new EmgpuError('invalid-option', `${name} must be a function, got ${String(value)}.`, remedy);
}

/** Whether a value is an array of any kind, typed or not. Text is none, though it has characters by number. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && value !== null && Number.isSafeInteger((value as ArrayLike<unknown>).length);
}

/** Throws `invalid-points` unless these are points in host memory. */
export function checkHostPoints(points: HostPoints): void {
  checkPoints(points);
  if (!isDevicePoints(points)) return;
  throw new EmgpuError(
    'invalid-points',
    'Points must be in host memory here, got a GPUBuffer.',
    'Pass { data, nFeatures } with the rows in a Float32Array or Float64Array.',
  );
}
