import { throwIfAborted } from '../errors.ts';
import { type Random, sampleWithoutReplacement } from '../math/random.ts';
import type { Dataset } from './types.ts';

/** Points that seeding looks at, at most; of more, a random sample of this size. */
const SEEDING_SAMPLE = 2 ** 20;

export interface SeedingOptions {
  readonly method: 'k-means++' | 'random';
  /** K */
  readonly count: number;
  /** D weights of squared differences: 1 / variance makes every feature count alike. */
  readonly weights: Float64Array;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface Seeds {
  /** K × D, in the frame: K of the points. */
  readonly centers: Float64Array;
  /** Mean over the points looked at of the weighted squared distance to the nearest centre. */
  readonly meanDistance: number;
}

/**
 * Chooses K points to start from: uniformly, or by k-means++ (Arthur & Vassilvitskii 2007), which draws each next centre with
 * probability proportional to its squared distance to the nearest so far. Different points where there are enough of them.
 */
export async function seed(dataset: Dataset, options: SeedingOptions): Promise<Seeds> {
  const { count, weights, random, method } = options;
  const { nSamples: n, nFeatures: D } = dataset;
  const sample = n > SEEDING_SAMPLE ? sampleWithoutReplacement(n, SEEDING_SAMPLE, random) : undefined;
  const size = sample?.length ?? n;
  const rowAt = (i: number) => sample?.[i] ?? i;
  const uniform = method === 'random' ? sampleWithoutReplacement(size, Math.min(size, count), random) : undefined;
  const distances = dataset.seedingDistances(weights, sample);
  try {
    const centers = new Float64Array(count * D);
    let nearest: Float32Array | Float64Array = new Float32Array(0);
    for (let k = 0; k < count; k++) {
      throwIfAborted(options.signal);
      const next = uniform?.[k] ?? (k === 0 ? random.below(size) : draw(nearest, random));
      const center = await dataset.rows(Uint32Array.of(rowAt(next)));
      centers.set(center, k * D);
      nearest = await distances.add(center);
      options.onProgress?.((k + 1) / count);
    }
    return { centers, meanDistance: sum(nearest) / size };
  } finally {
    distances.destroy();
  }
}

function sum(values: Float32Array | Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** An index drawn in proportion to `weights`; uniformly where all are zero (every point is a centre already). */
function draw(weights: Float32Array | Float64Array, random: Random): number {
  const total = sum(weights);
  if (!(total > 0)) return random.below(weights.length);
  let left = random.uniform() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! <= 0) continue;
    last = i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return last;
}
