import { throwIfAborted } from '../errors.ts';
import { type Random, sampleWithoutReplacement } from '../math/random.ts';
import { SEEDING_TILE, type SeedingDistances } from './seeding-distances.ts';
import type { Dataset } from './types.ts';

/** Seeding looks at this many points at most: where there are more, at a random sample of this size. */
const SEEDING_SAMPLE = 2 ** 20;

export interface SeedingOptions {
  /** `k-means++`: greedy, by distances; `uniform`: by weights alone. */
  readonly method: 'k-means++' | 'uniform';
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
  /** The mean squared distance (by `weights`) to the nearest centre, over the points looked at. */
  readonly meanDistance: number;
}

/**
 * Chooses K points to start from. `k-means++` (Arthur & Vassilvitskii 2007) draws each next centre with probability proportional to
 * weight times squared distance to the nearest centre so far. It is greedy: among 2 + ⌊log K⌋ points drawn in this way it takes the one that
 * leaves the smallest sum (their §7; scikit-learn does the same). `uniform` draws by weight. The points differ where there are enough of them.
 */
export async function seed(dataset: Dataset, options: SeedingOptions): Promise<Seeds> {
  const { count, weights, random } = options;
  const { nSamples: n } = dataset;
  const sample = n > SEEDING_SAMPLE ? sampleWithoutReplacement(n, SEEDING_SAMPLE, random) : undefined;
  const distances = dataset.seedingDistances(weights, sample);
  try {
    const draw =
      options.method === 'uniform' ? await uniformDraw(distances, count, random) : greedyDraw(distances, count, random);
    const centers = new Float64Array(count * dataset.nFeatures);
    // Before the first centre a point's value is its weight.
    let sums = await distances.tileSums(new Float64Array(0));
    const total = add(sums);
    for (let k = 0; k < count; k++) {
      throwIfAborted(options.signal);
      const next = await draw(dataset, sums, k);
      centers.set(next.center, k * dataset.nFeatures);
      await distances.add(next.center);
      sums = next.sums ?? (await distances.tileSums(new Float64Array(0)));
      options.onProgress?.((k + 1) / count);
    }
    return { centers, meanDistance: add(sums) / total };
  } finally {
    distances.destroy();
  }
}

/** A centre, and the sums of the tiles once it is added, if they are known. */
interface Draw {
  readonly center: Float64Array;
  readonly sums?: Float64Array;
}

/** Draws some points by their values and takes the best. */
function greedyDraw(distances: SeedingDistances, count: number, random: Random) {
  const trials = 2 + Math.floor(Math.log(count));
  return async (dataset: Dataset, sums: Float64Array, k: number): Promise<Draw> => {
    const positions = await drawPositions(distances, sums, k === 0 ? 1 : trials, random);
    const candidates = await dataset.rows(positions.map((position) => distances.rowAt(position)));
    const all = await distances.tileSums(candidates);
    const T = sums.length;
    let best = 0;
    let least = Infinity;
    for (let m = 0; m < positions.length; m++) {
      const left = add(all.subarray((m + 1) * T, (m + 2) * T));
      if (left < least) [best, least] = [m, left];
    }
    const D = dataset.nFeatures;
    return {
      center: candidates.slice(best * D, (best + 1) * D),
      sums: all.slice((best + 1) * T, (best + 2) * T),
    };
  };
}

/** K different points drawn by their weights, all before the first is added. */
async function uniformDraw(distances: SeedingDistances, count: number, random: Random) {
  const sums = await distances.tileSums(new Float64Array(0));
  const chosen = new Set<number>();
  // A point of large weight is drawn again and again; where too few points have weight, some are taken twice.
  for (let round = 0; round < 16 && chosen.size < count; round++) {
    for (const position of await drawPositions(distances, sums, count, random)) {
      if (chosen.size < count) chosen.add(position);
    }
  }
  const positions = [...chosen];
  return async (dataset: Dataset, _: Float64Array, k: number): Promise<Draw> => {
    const position = positions[k % positions.length]!;
    return { center: await dataset.rows(Uint32Array.of(distances.rowAt(position))) };
  };
}

/** Positions drawn in proportion to their values, tile first, then within it; by the rows' own numbers where all values are 0. */
async function drawPositions(
  distances: SeedingDistances,
  sums: Float64Array,
  count: number,
  random: Random,
): Promise<Uint32Array> {
  const total = add(sums);
  if (!(total > 0)) return Uint32Array.from({ length: count }, () => random.below(distances.size));
  const tiles = Uint32Array.from({ length: count }, () => pick(sums, total, random.uniform()));
  const values = await distances.tileValues(tiles);
  return tiles.map((tile, i) => {
    const within = values.subarray(i * SEEDING_TILE, (i + 1) * SEEDING_TILE);
    return tile * SEEDING_TILE + pick(within, add(within), random.uniform());
  });
}

function add(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/** The index in whose share of `total` the number `u` in [0, 1) falls: never one of value 0. */
function pick(values: Float64Array, total: number, u: number): number {
  let left = u * total;
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! <= 0) continue;
    last = i;
    left -= values[i]!;
    if (left < 0) break;
  }
  return last;
}
