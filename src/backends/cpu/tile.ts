/**
 * Points are kept in tiles of {@link TILE} points, feature-major: feature d of point p is at `d * TILE + p`. Inner loops
 * run over the points of a tile: the numbers of one feature lie side by side, and what belongs to a component stays in
 * registers. 256 points keep a tile, its responsibilities (K × 256) and its sums in the first two cache levels.
 *
 * Hot loops take row offsets from local constants computed before the loop: V8 does not fold an imported constant.
 */
export const TILE = 256;

/** Features are worked on in groups of this many: what 4 rows need fits the registers of x64 and arm64. */
export const GROUP = 4;

/** D rounded up to whole groups. */
export function padToGroups(nFeatures: number): number {
  return Math.ceil(nFeatures / GROUP) * GROUP;
}

/** Square matrices, count × d × d, padded with zeros to count × padded × padded. */
export function padSquares(matrices: Float64Array, d: number, padded: number): Float64Array {
  const count = matrices.length / (d * d);
  const out = new Float64Array(count * padded * padded);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < d; i++) {
      const from = (k * d + i) * d;
      out.set(matrices.subarray(from, from + d), (k * padded + i) * padded);
    }
  }
  return out;
}
