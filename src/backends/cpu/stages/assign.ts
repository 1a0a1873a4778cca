import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, splat, square, sub } from './shared/vector';

/**
 * The nearest center of every point; ties go to the lowest index.
 * @param x D × TILE
 * @param centers K × D
 * @param labels TILE 64-bit integers, written
 * @param nearest TILE, written: squared distance to the nearest center
 */
export function assign(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  centers: usize,
  labels: usize,
  nearest: usize,
): void {
  const bytes = stripBytes(count);
  for (let strip: usize = 0; strip < bytes; strip += STRIP) {
    let n0 = f64x2.splat(Infinity);
    let n1 = n0;
    let n2 = n0;
    let n3 = n0;
    let l0 = i64x2.splat(0);
    let l1 = l0;
    let l2 = l0;
    let l3 = l0;
    let center = centers;
    for (let k: usize = 0; k < nComponents; k++) {
      let s0 = f64x2.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let row = x + strip;
      const end = center + d * 8;
      for (; center < end; center += 8) {
        const c = splat(center);
        s0 = add(s0, square(sub(v128.load(row, 0), c)));
        s1 = add(s1, square(sub(v128.load(row, 16), c)));
        s2 = add(s2, square(sub(v128.load(row, 32), c)));
        s3 = add(s3, square(sub(v128.load(row, 48), c)));
        row += ROW;
      }
      const label = i64x2.splat(k as i64);
      l0 = v128.bitselect(label, l0, f64x2.lt(s0, n0));
      l1 = v128.bitselect(label, l1, f64x2.lt(s1, n1));
      l2 = v128.bitselect(label, l2, f64x2.lt(s2, n2));
      l3 = v128.bitselect(label, l3, f64x2.lt(s3, n3));
      n0 = f64x2.pmin(n0, s0);
      n1 = f64x2.pmin(n1, s1);
      n2 = f64x2.pmin(n2, s2);
      n3 = f64x2.pmin(n3, s3);
    }
    v128.store(labels + strip, l0, 0);
    v128.store(labels + strip, l1, 16);
    v128.store(labels + strip, l2, 32);
    v128.store(labels + strip, l3, 48);
    v128.store(nearest + strip, n0, 0);
    v128.store(nearest + strip, n1, 16);
    v128.store(nearest + strip, n2, 32);
    v128.store(nearest + strip, n3, 48);
  }
}
