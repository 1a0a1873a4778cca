import { type HostPoints, isDevicePoints } from '../data/points.ts';
import { EmgpuError, type ErrorCode, throwIfAborted } from '../errors.ts';
import { checkWhole } from '../judging/checks.ts';
import { bringToLengthOne, refuseZero } from './directions.ts';
import { flatten } from './model-json.ts';
import { checkFits, isStream, type PointSource } from './session.ts';
import type { KMeansJSON, ReadOptions } from './types.ts';

/** What distances are measured to. */
export type Centers = Pick<KMeansJSON, 'nClusters' | 'nFeatures' | 'featureNames' | 'centers' | 'metric'>;

/** The nearest centres of every point, ascending by distance, the lower index first among equals. */
export interface NearestCenters {
  /** N × m, row-major. */
  readonly indices: Uint32Array;
  /** N × m, row-major, in data units; metric `cosine`: 1 − cos. */
  readonly distances: Float64Array;
}

/** Differences of coordinates after which the event loop gets a turn: 20 to 40 ms. */
const BLOCK_DIFFERENCES = 2 ** 24;
/** A sum of squares smaller than this may have lost squares that underflowed; what a larger one lost is below its rounding. */
const LEAST_SUM = 2 ** -900;

/**
 * N × K distances of points to centres, row-major, float64: Euclidean, in data units, or 1 − cos for the metric `cosine`. Computed on
 * the host; takes no memory besides the result's.
 *
 * Rejects with `model-mismatch` for points with another number of features, `invalid-option` for points that are not in host memory, `non-finite`,
 * `invalid-points` for a row without direction under `cosine` or with a distance beyond float64, `out-of-memory` where there is no room for the result, or
 * `aborted`.
 */
export async function distancesToCenters(
  model: Centers,
  points: PointSource,
  options: ReadOptions = {},
): Promise<Float64Array> {
  const { nClusters: K } = model;
  const host = onHost(points, model);
  const all = allocate(Float64Array, countRows(host) * K);
  await eachRow(model, host, 1, options, (row, distances) => all.set(distances, row * K));
  return all;
}

/**
 * The `count` nearest of the K centres for every point (at most K), and how far away they are. Distances and errors as in
 * {@link distancesToCenters}; takes no memory besides the result's.
 */
export async function nearestCenters(
  model: Centers,
  points: PointSource,
  count: number,
  options: ReadOptions = {},
): Promise<NearestCenters> {
  const { nClusters: K } = model;
  checkWhole('count', count, 1);
  if (count > K) refuse('invalid-option', `There are ${K} centres, ${count} were asked for.`, `Ask for ${K} at most.`);
  const host = onHost(points, model);
  const N = countRows(host);
  const indices = allocate(Uint32Array, N * count);
  const nearest = allocate(Float64Array, N * count);
  await eachRow(model, host, count, options, (row, distances) => {
    const [from, to] = [row * count, (row + 1) * count];
    selectNearest(distances, indices.subarray(from, to), nearest.subarray(from, to));
  });
  return { indices, distances: nearest };
}

/** Writes the smallest distances, ascending, and the centres that they belong to. */
function selectNearest(distances: Float64Array, indices: Uint32Array, nearest: Float64Array): void {
  const most = nearest.length;
  for (let k = 0; k < distances.length; k++) {
    const distance = distances[k]!;
    if (k >= most && !(distance < nearest[most - 1]!)) continue;
    let place = Math.min(k, most - 1);
    // It moves only past larger ones, so that equals keep their order.
    for (; place > 0 && distance < nearest[place - 1]!; place--) {
      nearest[place] = nearest[place - 1]!;
      indices[place] = indices[place - 1]!;
    }
    nearest[place] = distance;
    indices[place] = k;
  }
}

/**
 * Hands over the K distances of row after row, in an array that the next row overwrites. Lets the event loop turn and looks at the
 * signal between blocks.
 * @param work operations that the caller spends on a distance, at most
 */
async function eachRow(
  model: Centers,
  points: HostPoints,
  work: number,
  { signal }: ReadOptions,
  use: (row: number, distances: Float64Array) => void,
): Promise<void> {
  const { nClusters: K, nFeatures: D, metric } = model;
  const cosine = metric === 'cosine';
  const centers = cosine ? directionsOf(flatten(model.centers), D) : flatten(model.centers);
  const point = new Float64Array(D);
  const distances = new Float64Array(K);
  const rowsPerTurn = Math.ceil(BLOCK_DIFFERENCES / (K * (D + work)));
  for (let row = 0, N = countRows(points); row < N; row++) {
    if (row % rowsPerTurn === 0) {
      if (row > 0) await new Promise((resolve) => setTimeout(resolve));
      throwIfAborted(signal);
    }
    for (let d = 0; d < D; d++) point[d] = points.data[row * D + d]!;
    checkRow(point, row, points);
    if (cosine && !bringToLengthOne(point)) refuseZero(row);
    measure(point, centers, distances);
    for (let k = 0; k < K; k++) {
      // For vectors of length 1, |u − v|² = 2 − 2 cos; near 0 that is precise, while 1 − u · v cancels.
      if (cosine) distances[k] = distances[k]! / 2;
      else distances[k] = rootOf(distances[k]!, point, centers, k) ?? refuseFar(row, k);
    }
    use(row, distances);
  }
}

/** Squared distances of a point to K centres. */
function measure(point: Float64Array, centers: Float64Array, squares: Float64Array): void {
  const D = point.length;
  for (let k = 0, c = 0; k < squares.length; k++) {
    let square = 0;
    for (let d = 0; d < D; d++, c++) {
      const z = point[d]! - centers[c]!;
      square += z * z;
    }
    squares[k] = square;
  }
}

/** The distance to centre k from its square, or, where that over- or underflowed, from the differences. Undefined beyond float64. */
function rootOf(square: number, point: Float64Array, centers: Float64Array, k: number): number | undefined {
  if (square > LEAST_SUM && square < Infinity) return Math.sqrt(square);
  const distance = Math.hypot(...point.map((x, d) => x - centers[k * point.length + d]!));
  return distance < Infinity ? distance : undefined;
}

function refuseFar(row: number, k: number): never {
  const what = `Row ${row} (counted from 0) is farther from centre ${k} than float64 can tell.`;
  refuse('invalid-points', what, 'Divide all columns by a constant, in the points and in the model.');
}

function directionsOf(centers: Float64Array, D: number): Float64Array {
  for (let from = 0; from < centers.length; from += D) {
    if (bringToLengthOne(centers.subarray(from, from + D))) continue;
    refuse(
      'invalid-model',
      `Centre ${from / D} is 0 everywhere, so it has no direction.`,
      'Leave it out of the model.',
    );
  }
  return centers;
}

function countRows({ data, nFeatures }: HostPoints): number {
  return data.length / nFeatures;
}

function onHost(points: PointSource, centers: Centers): HostPoints {
  if (!isStream(points)) {
    checkFits(points, centers);
    if (!isDevicePoints(points)) return points;
  }
  return refuse('invalid-option', 'Distances are computed on the host, from points in host memory.', 'Pass an array.');
}

function allocate<T>(Type: new (length: number) => T, length: number): T {
  try {
    return new Type(length);
  } catch (cause) {
    const what = `There is no room for ${length} numbers.`;
    throw new EmgpuError('out-of-memory', what, 'Pass the rows in parts, or ask for fewer centres.', { cause });
  }
}

function checkRow(point: Float64Array, row: number, { featureNames }: HostPoints): void {
  const at = point.findIndex((x) => !Number.isFinite(x));
  if (at < 0) return;
  const what = `Every number must be finite; row ${row}, column ${featureNames?.[at] ?? at} (both counted from 0) is ${point[at]}.`;
  refuse('non-finite', what, 'Remove or replace such rows.');
}

function refuse(code: ErrorCode, message: string, remedy: string): never {
  throw new EmgpuError(code, message, remedy);
}
