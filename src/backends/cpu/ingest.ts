import type { Frame } from '../../data/frame.ts';
import { TILE } from './tile.ts';

/**
 * Copies row-major points into a tile, in the frame: (x − shift) / scale, in float64. Scales are powers of two, so that multiplying by 1 / scale
 * gives the same bits, in half the time.
 * @param rows row-major numbers; the tile's first point starts at `from`
 * @param tile D × TILE, written
 * @returns the index in `rows` of the first number that is not finite, or is not once it is in the frame; −1 if none
 */
export function ingest(
  rows: Float32Array | Float64Array,
  from: number,
  count: number,
  frame: Frame,
  tile: Float64Array,
): number {
  const d = frame.shift.length;
  // Each stays 0 as long as every number is finite: ∞ · 0 and NaN · 0 are NaN. Four sums do not wait for one another as one would (NOTES: 19 → 11 ms).
  let [a, b, c, e] = [0, 0, 0, 0];
  for (let i = 0; i < d; i++) {
    const shift = frame.shift[i]!;
    const factor = 1 / frame.scale[i]!;
    const end = i * TILE + count;
    let at = from + i;
    let to = i * TILE;
    for (; to + 4 <= end; to += 4, at += 4 * d) {
      const x0 = (rows[at]! - shift) * factor;
      const x1 = (rows[at + d]! - shift) * factor;
      const x2 = (rows[at + 2 * d]! - shift) * factor;
      const x3 = (rows[at + 3 * d]! - shift) * factor;
      tile[to] = x0;
      tile[to + 1] = x1;
      tile[to + 2] = x2;
      tile[to + 3] = x3;
      a += x0 * 0;
      b += x1 * 0;
      c += x2 * 0;
      e += x3 * 0;
    }
    for (; to < end; to++, at += d) {
      const x = (rows[at]! - shift) * factor;
      tile[to] = x;
      a += x * 0;
    }
  }
  return a + b + c + e === 0 ? -1 : firstNonFinite(rows, from, count, frame);
}

function firstNonFinite(rows: Float32Array | Float64Array, from: number, count: number, frame: Frame): number {
  const d = frame.shift.length;
  const end = from + count * d;
  for (let at = from; at < end; at++) {
    const i = (at - from) % d;
    if (!Number.isFinite((rows[at]! - frame.shift[i]!) / frame.scale[i]!)) return at;
  }
  return -1;
}
