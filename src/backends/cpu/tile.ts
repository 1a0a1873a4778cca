/**
 * Points are kept in tiles of {@link TILE} points, feature-major: feature d of point p is at `d * TILE + p`. Inner loops
 * run over the points of a tile: the numbers of one feature lie side by side, and what belongs to a component stays in
 * registers. 256 points keep a tile, its responsibilities (K × 256) and its sums in the first two cache levels.
 * Numbers after a tile's last point are 0.
 */
export const TILE = 256;

/** Points that the stages work on together, see `stages/shared/tile.ts`. */
export const STRIP = 8;
