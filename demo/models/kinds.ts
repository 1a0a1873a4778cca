import type { ModelChoice, ModelKind } from './choices.ts';

/** Kinds of models, and what they are called in the form. */
export const KINDS: readonly (readonly [ModelKind, string])[] = [
  ['k-means', 'k-means'],
  ['soft-k-means', 'soft k-means'],
  ['full', 'mixture, full covariances'],
  ['tied', 'mixture, one shared covariance'],
  ['diag', 'mixture, diagonal'],
  ['spherical', 'mixture, spherical'],
  ['tied-diag', 'mixture, shared diagonal'],
  ['tied-spherical', 'mixture, shared spherical'],
];

/** What a form and a link accept; components and features are the engine's own limits. */
export const LIMITS = {
  components: 1024,
  features: 128,
  /** More would take hours. */
  restarts: 1000,
  seed: 2 ** 32 - 1,
  /** See `ModelChoice.softness`: less or more would be k-means or one cloud. */
  softness: [1e-3, 10],
  /** Columns of a pair plot: more would be too small to see. */
  paired: 6,
} as const;

export const BACKENDS: readonly (readonly [ModelChoice['backend'], string])[] = [
  ['auto', 'GPU if there is one'],
  ['webgpu', 'WebGPU, software too'],
  ['cpu', 'CPU'],
];

const STARTS: readonly (readonly [ModelChoice['init'], string])[] = [
  ['k-means++', 'k-means++'],
  ['k-means', 'short k-means run'],
  ['random-from-data', 'random points'],
  ['random', 'random responsibilities'],
];

/** The starts that a kind of model has. */
export function startsFor(kind: ModelKind): typeof STARTS {
  if (kind === 'k-means') return [STARTS[0]!, ['random', 'random points']];
  return kind === 'soft-k-means' ? STARTS.slice(0, 3) : STARTS;
}

/** The same choice of another kind, with a start that it has. */
export function withKind(choice: ModelChoice, kind: ModelKind): ModelChoice {
  const fits = startsFor(kind).some(([init]) => init === choice.init);
  return { ...choice, kind, init: fits ? choice.init : 'k-means++' };
}
