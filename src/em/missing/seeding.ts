import { SEEDING_TILE, type SeedingDistances } from '../seeding-distances.ts';
import type { Part } from './part.ts';
import { columns } from './patterns.ts';
import { eachInTurn } from './turns.ts';

/** The distances of one part's rows, and its place among the tiles of all. */
interface SeedingPart extends Part {
  readonly distances: SeedingDistances;
  readonly firstTile: number;
  readonly tiles: number;
}

/** Starts a seeding over parts, or over their rows at `sample` (ascending). `weights`: what a squared difference counts for in each of D features. */
export function startSeeding(
  chosen: readonly { readonly part: Part; readonly sample: Uint32Array | undefined }[],
  weights: Float64Array,
): SeedingDistances {
  const parts: SeedingPart[] = [];
  let tiles = 0;
  for (const { part, sample } of chosen) {
    const { observed } = part.pattern;
    const scale = weights.length / observed.length;
    const distances = part.dataset.seedingDistances(
      columns(weights, weights.length, observed).map((weight) => weight * scale),
      sample,
    );
    parts.push({ ...part, distances, firstTile: tiles, tiles: Math.ceil(distances.size / SEEDING_TILE) });
    tiles += parts.at(-1)!.tiles;
  }
  return new IncompleteSeeding(parts, weights.length, tiles);
}

class IncompleteSeeding implements SeedingDistances {
  readonly size: number;
  readonly #parts: readonly SeedingPart[];
  readonly #nFeatures: number;
  readonly #tiles: number;

  constructor(parts: readonly SeedingPart[], nFeatures: number, tiles: number) {
    this.size = tiles * SEEDING_TILE;
    this.#parts = parts;
    this.#nFeatures = nFeatures;
    this.#tiles = tiles;
  }

  rowAt(position: number): number {
    const { distances, firstTile, pattern } = this.#partAt(Math.floor(position / SEEDING_TILE));
    // Positions past the last row of a part, where values are 0, stand for that row: so blind draws get a row, too.
    const local = Math.min(position - firstTile * SEEDING_TILE, distances.size - 1);
    return pattern.rows[distances.rowAt(local)]!;
  }

  async tileSums(candidates: Float64Array): Promise<Float64Array> {
    const sets = 1 + candidates.length / this.#nFeatures;
    const out = new Float64Array(sets * this.#tiles);
    await eachInTurn(
      this.#parts,
      undefined,
      ({ distances, pattern }) => distances.tileSums(columns(candidates, this.#nFeatures, pattern.observed)),
      (sums, { firstTile, tiles }) => {
        for (let set = 0; set < sets; set++) {
          out.set(sums.subarray(set * tiles, (set + 1) * tiles), set * this.#tiles + firstTile);
        }
      },
    );
    return out;
  }

  async tileValues(tiles: Uint32Array): Promise<Float64Array> {
    const out = new Float64Array(tiles.length * SEEDING_TILE);
    const wanted = new Map<SeedingPart, number[]>();
    tiles.forEach((tile, i) => {
      const part = this.#partAt(tile);
      wanted.set(part, [...(wanted.get(part) ?? []), i]);
    });
    await eachInTurn(
      [...wanted],
      undefined,
      ([{ distances, firstTile }, places]) =>
        distances.tileValues(Uint32Array.from(places, (i) => tiles[i]! - firstTile)),
      (values, [, places]) => {
        places.forEach((i, from) => {
          out.set(values.subarray(from * SEEDING_TILE, (from + 1) * SEEDING_TILE), i * SEEDING_TILE);
        });
      },
    );
    return out;
  }

  async add(center: Float64Array): Promise<void> {
    await eachInTurn(
      this.#parts,
      undefined,
      ({ distances, pattern }) => distances.add(columns(center, this.#nFeatures, pattern.observed)),
      () => {},
    );
  }

  destroy(): void {
    for (const { distances } of this.#parts) distances.destroy();
  }

  #partAt(tile: number): SeedingPart {
    let [low, high] = [0, this.#parts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#parts[middle]!.firstTile <= tile) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low]!;
  }
}
