import { EmgpuError } from '../errors.ts';
import { type Random, sampleWithoutReplacement } from '../math/random.ts';
import { SEEDING_TILE, type SeedingDistances } from './seeding-distances.ts';
import type { Dataset } from './types.ts';

/** Where many rows weigh nothing, at most this many are looked at for those that do: as many as seeding looks at. */
const MOST_LOOKED_AT = 2 ** 20;
/** Sampling pays only above `WORTH × count` rows; a sample holds at least `count / WORTH` of them. */
const WORTH = 2;

/** Rows of a dataset that were drawn at random. */
export interface RowSample {
  /** M × D, in the frame. */
  readonly rows: Float64Array;
  /** M, all above 0; absent where every one is 1. */
  readonly weights?: Float64Array;
}

/**
 * Draws `count` different rows among those that weigh something, each with the same chance whatever it weighs, and returns them with their weights:
 * on average over draws, any weighted sum over the sample is the same share of the sum over all rows.
 *
 * Where most rows weigh nothing the sample may be smaller, but has at least half of `count`. Undefined where fewer are found, or where no more than
 * twice `count` rows weigh something.
 */
export async function drawRows(dataset: Dataset, count: number, random: Random): Promise<RowSample | undefined> {
  const { nSamples: n } = dataset;
  if (n <= WORTH * count) return undefined;
  const looked = Math.min(n, Math.max(MOST_LOOKED_AT, WORTH * count));
  // As a rule all rows weigh something, and then it is enough to look at as many as are wanted.
  return (
    (await drawAmong(dataset, { looked: count, count, least: count, random })) ??
    (await drawAmong(dataset, { looked, count, least: count / WORTH, random }))
  );
}

interface Draw {
  /** How many rows are looked at. */
  readonly looked: number;
  readonly count: number;
  /** A sample of fewer rows than this is given up. */
  readonly least: number;
  readonly random: Random;
}

async function drawAmong(dataset: Dataset, { looked, count, least, random }: Draw): Promise<RowSample | undefined> {
  const { nSamples: n, nFeatures: D } = dataset;
  const numbers = looked < n ? sampleWithoutReplacement(n, looked, random) : undefined;
  const distances = dataset.seedingDistances(new Float64Array(D).fill(1), numbers);
  try {
    const found = await weighty(distances);
    const all = (found.weights.length / looked) * n;
    if (found.weights.length < least || all <= WORTH * count) return undefined;
    const size = Math.min(count, found.weights.length);
    const chosen = sampleWithoutReplacement(found.weights.length, size, random);
    const weights = Float64Array.from(chosen, (i) => found.weights[i]!);
    // A stream holds the rows that were looked at until the distances are gone.
    const rows = await dataset.rows(chosen.map((i) => found.numbers[i]!));
    return { rows, ...(weights.some((w) => w !== 1) && { weights }) };
  } finally {
    distances.destroy();
  }
}

/** The rows that weigh something: before the first centre a row's value is its weight. */
async function weighty(distances: SeedingDistances): Promise<{ numbers: Uint32Array; weights: Float64Array }> {
  const tiles = Uint32Array.from({ length: Math.ceil(distances.size / SEEDING_TILE) }, (_, t) => t);
  const values = await distances.tileValues(tiles).catch((error: unknown) => {
    // Of a stream only these rows would be loaded, and no backend loads rows of which none weighs anything.
    if (error instanceof EmgpuError && error.code === 'invalid-weights') return new Float64Array(0);
    throw error;
  });
  const positions = Uint32Array.from(values.keys()).filter((at) => values[at]! > 0);
  return {
    numbers: positions.map((at) => distances.rowAt(at)),
    weights: Float64Array.from(positions, (at) => values[at]!),
  };
}
