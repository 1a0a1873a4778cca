import { MAX_COMPONENTS } from '../data/points.ts';
import { EmgpuError } from '../errors.ts';

const CHOICES = {
  covarianceType: ['full', 'tied', 'diag', 'spherical'],
  backend: ['auto', 'webgpu', 'cpu'],
  init: ['k-means++', 'random'],
} as const;

function refuse(name: string, expected: string, got: unknown): never {
  const shown = typeof got === 'string' ? `'${got}'` : `${got}`;
  throw new EmgpuError('invalid-option', `${name} must be ${expected}, got ${shown}.`, `Pass ${expected}.`);
}

/** Checks K; throws `invalid-option` or `too-many-components`. */
export function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) refuse(name, 'a whole number from 1 on', value);
  if (value > MAX_COMPONENTS) {
    throw new EmgpuError(
      'too-many-components',
      `At most ${MAX_COMPONENTS} are supported, got ${name} ${value}.`,
      'Use fewer, or cluster hierarchically.',
    );
  }
}

export function checkNumber(name: string, value: number): void {
  if (!Number.isFinite(value) || value < 0) refuse(name, 'a number from 0 on', value);
}

export function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) refuse(name, `a whole number from ${least} on`, value);
}

export function checkChoice(name: keyof typeof CHOICES, value: unknown): void {
  const known: readonly unknown[] = CHOICES[name];
  if (!known.includes(value)) refuse(name, `one of ${known.join(', ')}`, value);
}

/** Seeds are 32-bit: a larger one would give the numbers of another. */
export function checkSeed(seed: number): void {
  checkWhole('seed', seed, 0);
  if (seed > 0xffffffff) refuse('seed', `at most ${0xffffffff}`, seed);
}

/** The start must be named, or a model. */
export function checkInit(init: unknown): void {
  if (typeof init !== 'object' || init === null) checkChoice('init', init ?? 'k-means++');
}

/** Options without those that are `undefined`, which then have their defaults. */
export function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** Throws `too-few-points` unless there are at least K. */
export function checkEnoughPoints(nSamples: number, K: number, what: 'components' | 'clusters'): void {
  if (nSamples >= K) return;
  throw new EmgpuError(
    'too-few-points',
    `At least as many points as ${what} are needed: ${K} ${what}, got ${nSamples} ${nSamples === 1 ? 'point' : 'points'}.`,
    `Use at most ${nSamples} ${what}.`,
  );
}
