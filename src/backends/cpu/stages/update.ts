import { addLong, LONG } from './shared/long-sums';
import { ROW } from './shared/tile';
import { add, mul, square, sub } from './shared/vector';

/**
 * k-means sums of points with weights w: counts[label] += w, first[label] += w (x − c_label) and objective −= w |x − c_label|². Eight points go through
 * the rows of a tile together: rows are 2 KiB apart, so that more than 16 do not stay in the first cache from one point to the next.
 * @param x D × TILE
 * @param centers K × D
 * @param labels TILE integers
 * @param weights TILE, 0 after the last point
 * @param tileSums K × D and K, scratch: zeros before and after
 * @param counts K long sums
 * @param first K × D long sums
 * @param objective long sum
 */
export function update(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  centers: usize,
  labels: usize,
  weights: usize,
  tileSums: usize,
  counts: usize,
  first: usize,
  objective: usize,
): void {
  const tileCounts = tileSums + nComponents * d * 8;
  const end = weights + count * 8;
  const size = d * 8;
  let inertia: f64 = 0;
  for (; weights < end; weights += 64) {
    const w0 = v128.load(weights, 0);
    const w1 = v128.load(weights, 16);
    const w2 = v128.load(weights, 32);
    const w3 = v128.load(weights, 48);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let row = x;
    for (let at: usize = 0; at < size; at += 8) {
      s0 = add(s0, square(addTwo(v128.load(row, 0), w0, labels, size, centers + at, tileSums + at)));
      s1 = add(s1, square(addTwo(v128.load(row, 16), w1, labels + 8, size, centers + at, tileSums + at)));
      s2 = add(s2, square(addTwo(v128.load(row, 32), w2, labels + 16, size, centers + at, tileSums + at)));
      s3 = add(s3, square(addTwo(v128.load(row, 48), w3, labels + 24, size, centers + at, tileSums + at)));
      row += ROW;
    }
    inertia = countTwo(inertia, s0, w0, labels, tileCounts);
    inertia = countTwo(inertia, s1, w1, labels + 8, tileCounts);
    inertia = countTwo(inertia, s2, w2, labels + 16, tileCounts);
    inertia = countTwo(inertia, s3, w3, labels + 24, tileCounts);
    x += 64;
    labels += 32;
  }
  addLong(objective, -inertia);
  takeTile(tileSums, nComponents * d, first);
  takeTile(tileCounts, nComponents, counts);
}

/**
 * Adds one feature of two points to the sums of their clusters.
 * @param size bytes from one cluster to the next
 * @returns how far the points are from their centers
 */
function addTwo(x: v128, w: v128, labels: usize, size: usize, centers: usize, sums: usize): v128 {
  const a = (load<u32>(labels, 0) as usize) * size;
  const b = (load<u32>(labels, 4) as usize) * size;
  const z = sub(x, v128.load64_lane(centers + b, v128.load64_zero(centers + a), 1));
  const wz = mul(w, z);
  // One after the other, as both may be of the same cluster.
  store<f64>(sums + a, load<f64>(sums + a) + f64x2.extract_lane(wz, 0));
  store<f64>(sums + b, load<f64>(sums + b) + f64x2.extract_lane(wz, 1));
  return z;
}

/** Adds the weights of two points to the counts of their clusters; returns the inertia with theirs. */
function countTwo(inertia: f64, distances: v128, w: v128, labels: usize, counts: usize): f64 {
  const a = counts + (load<u32>(labels, 0) as usize) * 8;
  const b = counts + (load<u32>(labels, 4) as usize) * 8;
  store<f64>(a, load<f64>(a) + f64x2.extract_lane(w, 0));
  store<f64>(b, load<f64>(b) + f64x2.extract_lane(w, 1));
  // A point without weight is as if it were not there, even where its distance overflows.
  const both = v128.and(mul(w, distances), f64x2.ne(w, f64x2.splat(0)));
  return inertia + f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** Adds the sums of a tile to long sums, and leaves zeros. */
function takeTile(tileSums: usize, length: usize, sums: usize): void {
  for (let i: usize = 0; i < length; i++) {
    addLong(sums + i * LONG, load<f64>(tileSums + i * 8));
    store<f64>(tileSums + i * 8, 0);
  }
}
