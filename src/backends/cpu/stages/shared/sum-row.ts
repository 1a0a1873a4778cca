import { STRIP } from './tile';
import { add, sumLanes } from './vector';

/** The sum of the numbers in `bytes` from an address on. */
export function sumRow(row: usize, bytes: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = row + bytes;
  for (; row < end; row += STRIP) {
    s0 = add(s0, v128.load(row, 0));
    s1 = add(s1, v128.load(row, 16));
    s2 = add(s2, v128.load(row, 32));
    s3 = add(s3, v128.load(row, 48));
  }
  return sumLanes(add(add(s0, s1), add(s2, s3)));
}
