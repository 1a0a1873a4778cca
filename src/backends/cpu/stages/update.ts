import { addLong, LONG } from './shared/long-sums';
import { ROW } from './shared/tile';

/**
 * k-means sums: counts[label] += 1, first[label] += x − c_label and objective −= |x − c_label|².
 * @param x D × TILE
 * @param centers K × D
 * @param labels TILE integers
 * @param tileSums K × D, scratch: zeros before and after
 * @param counts K long sums; whole numbers, hence exact without a second part
 * @param first K × D long sums
 * @param objective a long sum
 */
export function update(
  x: usize,
  count: usize,
  d: usize,
  nComponents: usize,
  centers: usize,
  labels: usize,
  tileSums: usize,
  counts: usize,
  first: usize,
  objective: usize,
): void {
  let inertia: f64 = 0;
  for (let p: usize = 0; p < count; p++) {
    const label = load<u32>(labels + p * 4) as usize;
    const members = counts + label * LONG;
    store<f64>(members, load<f64>(members) + 1);
    let row = x + p * 8;
    let distance: f64 = 0;
    for (let at = label * d * 8; at < (label + 1) * d * 8; at += 8) {
      const sum = tileSums + at;
      const z = load<f64>(row) - load<f64>(centers + at);
      store<f64>(sum, load<f64>(sum) + z);
      distance += z * z;
      row += ROW;
    }
    inertia += distance;
  }
  addLong(objective, -inertia);
  takeTile(tileSums, nComponents * d, first);
}

/**
 * The same for points with weights w: counts[label] += w, first[label] += w (x − c_label) and objective −= w |x − c_label|².
 * @param weights TILE
 */
export function updateWeighted(
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
  let inertia: f64 = 0;
  for (let p: usize = 0; p < count; p++) {
    const w = load<f64>(weights + p * 8);
    // As if it were not there, even where its distance overflows.
    if (w === 0) continue;
    const label = load<u32>(labels + p * 4) as usize;
    addLong(counts + label * LONG, w);
    let row = x + p * 8;
    let distance: f64 = 0;
    for (let at = label * d * 8; at < (label + 1) * d * 8; at += 8) {
      const sum = tileSums + at;
      const z = load<f64>(row) - load<f64>(centers + at);
      store<f64>(sum, load<f64>(sum) + w * z);
      distance += z * z;
      row += ROW;
    }
    inertia += w * distance;
  }
  addLong(objective, -inertia);
  takeTile(tileSums, nComponents * d, first);
}

/** Adds the sums of a tile to long sums, and leaves zeros. */
function takeTile(tileSums: usize, length: usize, sums: usize): void {
  for (let i: usize = 0; i < length; i++) {
    addLong(sums + i * LONG, load<f64>(tileSums + i * 8));
    store<f64>(tileSums + i * 8, 0);
  }
}
