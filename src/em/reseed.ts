import { SEEDING_TILE } from './seeding-distances.ts';
import type { Dataset, Family } from './types.ts';

/**
 * Gives each cluster that lost all its points the point farthest from all centres, one after the other: the objective cannot fall.
 * @returns the new parameters and the clusters that were moved: fewer than `empty` where all points left coincide with a centre
 */
export async function reseed<P>(
  family: Family<P>,
  dataset: Dataset,
  parameters: P,
  empty: readonly number[],
): Promise<{ parameters: P; moved: number[] }> {
  const D = dataset.nFeatures;
  const { means, nComponents } = family.pack(parameters, dataset.frame);
  const distances = dataset.seedingDistances(new Float64Array(D).fill(1));
  const tiles = Uint32Array.from({ length: Math.ceil(distances.size / SEEDING_TILE) }, (_, t) => t);
  const moved: number[] = [];
  let result = parameters;
  try {
    // Before the first centre a point's value is its weight, which its distance must not depend on.
    const weights = await distances.tileValues(tiles);
    for (let k = 0; k < nComponents; k++) {
      if (!empty.includes(k)) await distances.add(means.slice(k * D, (k + 1) * D));
    }
    for (const k of empty) {
      const farthest = largest(await distances.tileValues(tiles), weights);
      if (!(farthest.value > 0)) break;
      const point = await dataset.rows(Uint32Array.of(distances.rowAt(farthest.at)));
      await distances.add(point);
      result = family.moveTo!(result, k, point);
      moved.push(k);
    }
  } finally {
    distances.destroy();
  }
  return { parameters: result, moved };
}

/** The largest value per unit of weight, and where it is; points of weight 0 are left out. */
function largest(values: Float64Array, weights: Float64Array): { at: number; value: number } {
  let [at, value] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (weights[i]! > 0 && values[i]! / weights[i]! > value) [at, value] = [i, values[i]! / weights[i]!];
  }
  return { at, value };
}
