import type { Readout } from '../../em/types.ts';

/**
 * A family's stages bound to parameters. Every method takes a tile `x` (D × TILE), of which the first `count` points
 * are looked at; readouts know no weights, and are written for the tile's points from point `from` of `out` on.
 */
export interface TileModel {
  /**
   * E-step and the sums of the M-step.
   * @param from number of the tile's first point in its shard
   * @param weights TILE, 0 after the last point; undefined: every point counts once
   */
  expectation(x: Float64Array, count: number, from: number, weights: Float64Array | undefined): void;
  /**
   * What {@link expectation} has summed up since the last call: objective, counts, first and second of `Statistics`, as
   * long sums one after the other.
   */
  takeSums(): Float64Array;
  labels(x: Float64Array, count: number, out: Readout['labels'], from: number): void;
  responsibilities(x: Float64Array, count: number, out: Readout['responsibilities'], from: number): void;
  logDensities(x: Float64Array, count: number, out: Readout['logDensities'], from: number): void;
  /** Gives the memory back. Call it once, and nothing else afterwards. */
  free(): void;
}
