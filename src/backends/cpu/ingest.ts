import type { Frame } from '../../data/frame.ts';
import { TILE } from './tile.ts';

/**
 * Row-major points into a tile, in the frame: (x − shift) / scale, in float64.
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
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const shift = frame.shift[i]!;
    const scale = frame.scale[i]!;
    for (let p = 0; p < count; p++) {
      const x = (rows[from + p * d + i]! - shift) / scale;
      tile[i * TILE + p] = x;
      // Stays 0 as long as every number is finite: ∞ · 0 and NaN · 0 are NaN.
      sum += x * 0;
    }
  }
  return sum === 0 ? -1 : firstNonFinite(rows, from, count, frame);
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
