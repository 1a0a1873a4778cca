import type { HostPoints } from '../data/points.ts';
import { checkWeights } from '../data/weights.ts';
import { EmgpuError, throwIfAborted } from '../errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../math/random.ts';
import { scaleTo } from '../math/scale.ts';
import { checkHostPoints, checkIsObject, checkSeed, checkWhole } from './checks.ts';
import { checkLabels, checkLength, encodeLabels, type Label, type Labels } from './labels.ts';

/** Default number of rows to look at, at most: 4e8 distances, on a slow core 2 s at D 2, 6 s at D 10, 17 s at D 32. */
const SAMPLE_SIZE = 20_000;

/** After this many differences of coordinates, 20 to 40 ms, the event loop gets a turn. */
const BLOCK_DIFFERENCES = 2 ** 24;

export interface SilhouetteOptions {
  /** Where there are more rows than this, a random sample of this size is taken; default 20,000. The time grows with its square. */
  readonly sampleSize?: number | undefined;
  /** Seeds the sample, default 0. A whole number. */
  readonly seed?: number | undefined;
  /** Checked every 20 to 40 ms; a fired signal rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the fraction of the rows that are done. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** The silhouettes of one cluster. */
export interface ClusterSilhouette {
  readonly label: Label;
  /** Weighted mean over its rows, −1 … 1. */
  readonly score: number;
  /** Rows of this cluster that were looked at. */
  readonly nSamples: number;
  /** Total weight of these rows. */
  readonly weight: number;
}

export interface Silhouette {
  /** Weighted mean over all rows looked at, −1 … 1. */
  readonly score: number;
  /** One entry per cluster, by ascending label. Clusters that have no row in the sample are left out. */
  readonly perCluster: readonly ClusterSilhouette[];
  /** How many rows were looked at: all of weight above 0, or the sample. */
  readonly nSamples: number;
  /** Whether a sample was taken, so that the scores are estimates. */
  readonly sampled: boolean;
}

/** The rows looked at, cluster after cluster. */
interface Clusters {
  /** N × D, rescaled so that squares neither over- nor underflow: silhouettes do not depend on units. */
  readonly data: Float64Array;
  readonly nFeatures: number;
  /** N. */
  readonly weights: Float64Array;
  /** C. */
  readonly labels: readonly Label[];
  /** C + 1: cluster c has the rows from `starts[c]` up to, but not including, `starts[c + 1]`. */
  readonly starts: Uint32Array;
  /** C: total weight of each cluster. */
  readonly totals: Float64Array;
}

/**
 * The silhouette (Rousseeuw 1987) of a clustering, Euclidean: for every row `(b − a) / max(a, b)`, where a is its mean distance to the
 * other rows of its cluster and b the smallest of its mean distances to another cluster. A row alone in its cluster has 0.
 *
 * A row of weight 2 counts as two rows. One copy of the row itself is left out of a, or all of it where it weighs less than 1.
 * Distances mix features: bring them to comparable units first.
 *
 * Rejects with `invalid-option` where there are fewer than two clusters, or not one label per row; with `non-finite` or `aborted`.
 */
export async function silhouette(
  points: HostPoints,
  labels: Labels,
  options: SilhouetteOptions = {},
): Promise<Silhouette> {
  checkHostPoints(points);
  checkLabels(labels, 'labels');
  checkIsObject('options', options, '{ sampleSize: 5000 }');
  const { sampleSize = SAMPLE_SIZE, seed = 0 } = options;
  checkWhole('sampleSize', sampleSize, 2);
  checkSeed(seed);
  const { weights } = checkWeights(points);
  const n = points.data.length / points.nFeatures;
  checkLength(labels, n, 'these points');
  const counted = Uint32Array.from({ length: n }, (_, i) => i).filter((i) => weights?.[i] !== 0);
  const sampled = counted.length > sampleSize;
  const rows = sampled
    ? sampleWithoutReplacement(counted.length, sampleSize, seededRandom(seed)).map((i) => counted[i]!)
    : counted;
  const clusters = gather(points, labels, rows);
  if (clusters.labels.length < 2) refuseOneCluster(sampled);
  return { ...summarize(clusters, await silhouettes(clusters, options)), nSamples: rows.length, sampled };
}

function refuseOneCluster(sampled: boolean): never {
  throw new EmgpuError(
    'invalid-option',
    `A silhouette compares clusters; the ${sampled ? 'sampled rows' : 'rows'} have one label only.`,
    sampled ? 'Pass a larger sampleSize, or another seed.' : 'Pass labels of at least two clusters.',
  );
}

/** Copies rows, sorted by cluster, within a cluster in the order of the points. */
function gather(points: HostPoints, labels: Labels, rows: Uint32Array): Clusters {
  const { data: source, nFeatures: D, sampleWeight } = points;
  const { names, codes } = encodeLabels(Array.from(rows, (row) => labels[row]!));
  const starts = new Uint32Array(names.length + 1);
  for (const code of codes) starts[code + 1]!++;
  for (let c = 0; c < names.length; c++) starts[c + 1]! += starts[c]!;
  const data = new Float64Array(rows.length * D);
  const weights = new Float64Array(rows.length);
  const totals = new Float64Array(names.length);
  const next = starts.slice();
  rows.forEach((row, i) => {
    const code = codes[i]!;
    const place = next[code]!++;
    for (let d = 0; d < D; d++) {
      const x = source[row * D + d]!;
      if (!Number.isFinite(x)) refuseNonFinite(points, row, d);
      data[place * D + d] = x;
    }
    weights[place] = sampleWeight?.[row] ?? 1;
    totals[code]! += weights[place]!;
  });
  rescale(data, D);
  return { data, nFeatures: D, weights, labels: names, starts, totals };
}

/** Rescales so that the widest column's range is about 2^256. This comes before differences are taken, as those of the largest numbers overflow. */
function rescale(data: Float64Array, D: number): void {
  const ranges = Float64Array.from({ length: D }, (_, d) => rangeOf(data, d, D));
  const scale = scaleTo(
    256,
    ranges.reduce((a, b) => Math.max(a, b)),
  );
  // A constant column, which adds nothing to distances, may be so far from 0 that it would overflow.
  for (let at = 0; at < data.length; at++) data[at] = ranges[at % D] === 0 ? 0 : data[at]! * scale;
}

function rangeOf(data: Float64Array, column: number, D: number): number {
  let [low, high] = [Infinity, -Infinity];
  for (let at = column; at < data.length; at += D) {
    low = Math.min(low, data[at]!);
    high = Math.max(high, data[at]!);
  }
  return Math.min(high - low, Number.MAX_VALUE);
}

function refuseNonFinite({ data, nFeatures, featureNames }: HostPoints, row: number, column: number): never {
  const name = featureNames?.[column] ?? `${column}`;
  throw new EmgpuError(
    'non-finite',
    `Every number must be finite; row ${row}, column ${name} (both counted from 0) is ${data[row * nFeatures + column]}.`,
    'Remove or replace such rows.',
  );
}

/** The distances of this many rows are summed side by side: four sums under way at once keep the processor busy. */
const LANES = 4;

/** The silhouette of every row, in the order of the clusters. Between blocks the event loop gets a turn and the signal is checked. */
async function silhouettes(clusters: Clusters, { signal, onProgress }: SilhouetteOptions): Promise<Float64Array> {
  const n = clusters.weights.length;
  const C = clusters.labels.length;
  const values = new Float64Array(n);
  const sums = new Float64Array(LANES * C);
  const rowsPerTurn = LANES * Math.ceil(BLOCK_DIFFERENCES / (LANES * n * clusters.nFeatures));
  for (let row = 0, own = 0; row < n; row++) {
    if (row % rowsPerTurn === 0) {
      throwIfAborted(signal);
      onProgress?.(row / n);
      if (row > 0) await new Promise((resolve) => setTimeout(resolve));
    }
    const lane = row % LANES;
    if (lane === 0) for (let c = 0; c < C; c++) sumDistances(clusters, row, c, sums);
    while (row === clusters.starts[own + 1]) own++;
    values[row] = silhouetteOf(clusters, row, own, sums.subarray(lane * C, (lane + 1) * C));
  }
  throwIfAborted(signal);
  onProgress?.(1);
  return values;
}

/**
 * @param own the cluster of the row
 * @param sums `Σ w ‖x_row − x‖` over the rows of each cluster
 */
function silhouetteOf({ weights, totals }: Clusters, row: number, own: number, sums: Float64Array): number {
  const others = totals[own]! - Math.min(1, weights[row]!);
  if (!(others > 0)) return 0;
  const inside = sums[own]! / others;
  let nearest = Number.POSITIVE_INFINITY;
  for (let c = 0; c < totals.length; c++) {
    if (c !== own) nearest = Math.min(nearest, sums[c]! / totals[c]!);
  }
  const larger = Math.max(inside, nearest);
  // 0 where all rows are in one place: no cluster suits a row better than another.
  return larger > 0 ? (nearest - inside) / larger : 0;
}

/**
 * `Σ w ‖x_row − x‖` over the rows of cluster c, for `row` and the next three (past the end: the last again).
 * @param sums 4 × C, of which column c is written
 */
function sumDistances(
  { data, nFeatures: D, weights, starts, totals }: Clusters,
  row: number,
  c: number,
  sums: Float64Array,
): void {
  const C = totals.length;
  const at = (lane: number) => Math.min(row + lane, weights.length - 1) * D;
  const [at0, at1, at2, at3] = [at(0), at(1), at(2), at(3)];
  const end = starts[c + 1]!;
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let other = starts[c]!, o = other * D; other < end; other++) {
    let [square0, square1, square2, square3] = [0, 0, 0, 0];
    for (let d = 0; d < D; d++, o++) {
      const x = data[o]!;
      const z0 = data[at0 + d]! - x;
      const z1 = data[at1 + d]! - x;
      const z2 = data[at2 + d]! - x;
      const z3 = data[at3 + d]! - x;
      square0 += z0 * z0;
      square1 += z1 * z1;
      square2 += z2 * z2;
      square3 += z3 * z3;
    }
    const w = weights[other]!;
    sum0 += w * Math.sqrt(square0);
    sum1 += w * Math.sqrt(square1);
    sum2 += w * Math.sqrt(square2);
    sum3 += w * Math.sqrt(square3);
  }
  sums[c] = sum0;
  sums[C + c] = sum1;
  sums[2 * C + c] = sum2;
  sums[3 * C + c] = sum3;
}

function summarize({ labels, starts, weights, totals }: Clusters, values: Float64Array) {
  let weighted = 0;
  let total = 0;
  const perCluster = labels.map((label, c): ClusterSilhouette => {
    let sum = 0;
    for (let row = starts[c]!; row < starts[c + 1]!; row++) sum += weights[row]! * values[row]!;
    weighted += sum;
    total += totals[c]!;
    return { label, score: sum / totals[c]!, nSamples: starts[c + 1]! - starts[c]!, weight: totals[c]! };
  });
  return { score: weighted / total, perCluster };
}
