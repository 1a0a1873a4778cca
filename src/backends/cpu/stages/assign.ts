import { areSure, narrowPoints, pick, scores } from './shared/scores';
import { ROW, STRIP, stripBytes } from './shared/tile';
import { add, splat, square, sub } from './shared/vector';

/** Where as many of a tile's 16 groups of points had to be looked at twice, the others are looked at by distance alone. */
const MOST_DOUBTS: u32 = 2;

/**
 * The nearest center of every point, by distances in float64; ties go to the lowest index.
 * @param x D × TILE
 * @param centers K × D
 * @param narrow the centers in float32, and one more
 * @param halfNorms K + 1: see `narrowCenters`
 * @param scratch 64 bytes for each of 3, of D features and of K + 1 centers
 * @param labels TILE integers, written
 */
export function assign(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  centers: usize,
  narrow: usize,
  halfNorms: usize,
  scratch: usize,
  labels: usize,
): void {
  const norms = scratch;
  const best = norms + STRIP;
  const second = best + STRIP;
  const z = second + STRIP;
  const values = z + d * STRIP;
  const end = x + stripBytes(count);
  let doubts: u32 = 0;
  for (; x < end; x += 2 * STRIP) {
    if (doubts < MOST_DOUBTS) {
      narrowPoints(x, d, z, norms);
      scores(z, d, nComponents, narrow, halfNorms, values);
      pick(values, nComponents, best, second, labels);
    }
    if (doubts === MOST_DOUBTS || !areSure(d, norms, best, second)) {
      assignByDistance(x, d, nComponents, centers, labels);
      assignByDistance(x + STRIP, d, nComponents, centers, labels + STRIP / 2);
      doubts = min(doubts + 1, MOST_DOUBTS);
    }
    labels += STRIP;
  }
}

/** The same for one strip. */
function assignByDistance(x: usize, d: usize, nComponents: usize, centers: usize, labels: usize): void {
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
    let row = x;
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
  v128.store(labels, v128.shuffle<i32>(l0, l1, 0, 2, 4, 6), 0);
  v128.store(labels, v128.shuffle<i32>(l2, l3, 0, 2, 4, 6), 16);
}

/**
 * The squared distance of every point to the center that its label names.
 * @param nearest TILE, written
 */
export function nearestDistances(
  x: usize,
  count: usize,
  d: usize,
  centers: usize,
  labels: usize,
  nearest: usize,
): void {
  for (let p: usize = 0; p < count; p++) {
    let row = x + p * 8;
    let distance: f64 = 0;
    const center = centers + (load<u32>(labels + p * 4) as usize) * d * 8;
    for (let at = center; at < center + d * 8; at += 8) {
      const z = load<f64>(row) - load<f64>(at);
      distance += z * z;
      row += ROW;
    }
    store<f64>(nearest + p * 8, distance);
  }
}
