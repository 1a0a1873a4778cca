/** Points per tile: `TILE` in `../../tile.ts`. */
export const TILE: usize = 256;

/** Bytes from one row of a tile to the next. */
export const ROW: usize = TILE * 8;

/**
 * Bytes of a strip: 8 points, which are four vectors of two. Four sums of vectors at once hide the latency of an
 * addition; eight were no faster and four more are needed for a second output.
 */
export const STRIP: usize = 64;

/** The bytes of a row that hold `count` points, in whole strips. */
export function stripBytes(count: usize): usize {
  return (count * 8 + STRIP - 1) & ~(STRIP - 1);
}
