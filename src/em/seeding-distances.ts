/** Points per tile of {@link SeedingDistances}. */
export const SEEDING_TILE = 256;

/**
 * Weighted squared distances of points to the nearest of the centres chosen so far, kept where the points are: of all of them,
 * or of a sample. `value = w · min_c Σ_d weights_d (x_d − c_d)²`, and w before the first centre. Positions count the points
 * looked at; tile t holds positions 256 t … 256 t + 255, those past the last have value 0.
 */
export interface SeedingDistances {
  /** Positions, a multiple of 256 or the last tile is partial. */
  readonly size: number;
  /** The row of the dataset at a position whose value is not 0. */
  rowAt(position: number): number;
  /**
   * Sums of the values per tile: T of them as things stand, then, for each of M candidates (M × D, frame), T as they would be if that
   * candidate were added. (M + 1) × T numbers, T = ⌈size / 256⌉. M ≤ 16.
   */
  tileSums(candidates: Float64Array): Promise<Float64Array>;
  /** The values in these tiles, 256 each. */
  tileValues(tiles: Uint32Array): Promise<Float64Array>;
  /** Adds a centre (D numbers, frame). */
  add(center: Float64Array): Promise<void>;
  destroy(): void;
}
