/** Points per tile of {@link SeedingDistances}. */
export const SEEDING_TILE = 256;

/**
 * Weighted squared distances of all points, or of a sample, to the nearest of the centres chosen so far, kept where the points are.
 * `value = w · min_c Σ_d weights_d (x_d − c_d)²`, and w before the first centre. Positions number the points that are
 * looked at; tile t holds positions 256 t … 256 t + 255, and positions past the last point have value 0.
 */
export interface SeedingDistances {
  /** How many positions there are. Unless it is a multiple of 256, the last tile is partial. */
  readonly size: number;
  /** The row of the dataset at a position whose value is not 0. */
  rowAt(position: number): number;
  /**
   * Sums of the values per tile: first T sums as things stand, then, for each of M candidates (M × D, frame), T sums as they would be if that
   * candidate were added as a centre. (M + 1) × T numbers, T = ⌈size / 256⌉, M ≤ 16.
   */
  tileSums(candidates: Float64Array): Promise<Float64Array>;
  /** The values in these tiles, 256 each. */
  tileValues(tiles: Uint32Array): Promise<Float64Array>;
  /** Adds a centre (D numbers, frame). */
  add(center: Float64Array): Promise<void>;
  destroy(): void;
}
