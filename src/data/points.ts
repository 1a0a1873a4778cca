import { EmgpuError } from '../errors.ts';
import { isNumbers } from './arrays.ts';

/** Weights of the rows, in host memory; read, never written or kept. */
export type Weights = Float32Array | Float64Array;

/** Points in host memory: `data` holds `nSamples × nFeatures` numbers, row after row. It is read, never written or kept. */
export interface HostPoints {
  readonly data: Float32Array | Float64Array;
  readonly nFeatures: number;
  /** Names of the columns, `nFeatures` of them. */
  readonly featureNames?: readonly string[] | undefined;
  /** One number ≥ 0 per row, default 1: a row of weight 2 counts as two rows, one of weight 0 as none. */
  readonly sampleWeight?: Weights | undefined;
}

/** Points in a caller's `GPUBuffer` (usage `COPY_SRC` or `STORAGE`), row-major float32. Never written, never destroyed. */
export interface DevicePoints {
  readonly buffer: GPUBuffer;
  readonly nSamples: number;
  readonly nFeatures: number;
  /** Names of the columns, `nFeatures` of them. */
  readonly featureNames?: readonly string[] | undefined;
  /** One number ≥ 0 per row, default 1: a row of weight 2 counts as two rows, one of weight 0 as none. */
  readonly sampleWeight?: Weights | undefined;
}

/** N × D numbers, in host memory or in a `GPUBuffer`. */
export type Points = HostPoints | DevicePoints;

/** The largest number of features that the kernels support. */
export const MAX_FEATURES = 128;
/** The largest number of components or clusters that the kernels support. */
export const MAX_COMPONENTS = 1024;

export function isDevicePoints(points: Points): points is DevicePoints {
  return 'buffer' in points;
}

/** N, the number of rows. */
export function countSamples(points: Points): number {
  return isDevicePoints(points) ? points.nSamples : points.data.length / points.nFeatures;
}

/** What weights are called elsewhere, or by a slip. */
const NOT_WEIGHTS = ['sampleWeights', 'sample_weight', 'weights', 'weight'];

/** Throws `invalid-points` or `invalid-weights` unless this is an object with points: callers in plain JavaScript have no compiler to check that. */
function checkSource(points: Points): void {
  const remedy = 'Pass { data, nFeatures } or, with a shared device, { buffer, nSamples, nFeatures }.';
  if (typeof points !== 'object' || points === null) {
    throw new EmgpuError('invalid-points', `Points must be an object, got ${points}.`, remedy);
  }
  if (!isDevicePoints(points) && !isNumbers(points.data)) {
    throw new EmgpuError('invalid-points', 'data must be a Float32Array or a Float64Array.', remedy);
  }
  checkSpelling(points);
}

/** Throws `invalid-weights` for weights of another name. */
export function checkSpelling(points: object): void {
  const misspelt = NOT_WEIGHTS.find((name) => name in points);
  if (misspelt === undefined) return;
  throw new EmgpuError(
    'invalid-weights',
    `The points have "${misspelt}", which would be ignored: weights of rows are called sampleWeight.`,
    'Rename it, or leave it out.',
  );
}

/** Checks shape and limits; throws `invalid-points`, `invalid-weights` or `too-many-features`. Does not look at the numbers. */
export function checkPoints(points: Points): void {
  checkSource(points);
  const { nFeatures, featureNames } = points;
  if (!Number.isInteger(nFeatures) || nFeatures < 1) {
    throw new EmgpuError(
      'invalid-points',
      `nFeatures must be a whole number from 1 on, got ${nFeatures}.`,
      'Pass the number of columns.',
    );
  }
  if (nFeatures > MAX_FEATURES) {
    throw new EmgpuError(
      'too-many-features',
      `At most ${MAX_FEATURES} features are supported, got ${nFeatures}.`,
      'Choose fewer columns or reduce the dimension first, for instance by principal components.',
    );
  }
  const n = countSamples(points);
  if (!Number.isInteger(n) || n < 1) {
    throw new EmgpuError(
      'invalid-points',
      isDevicePoints(points)
        ? `nSamples must be a whole number from 1 on, got ${n}.`
        : `The data must hold at least one row of ${nFeatures} numbers, and whole rows only; it holds ${points.data.length} numbers.`,
      'Check nFeatures against the array.',
    );
  }
  if (isDevicePoints(points) && points.buffer.size < n * nFeatures * 4) {
    throw new EmgpuError(
      'invalid-points',
      `${n} × ${nFeatures} float32 numbers need ${n * nFeatures * 4} bytes; the buffer has ${points.buffer.size}.`,
      'Pass the number of rows that the buffer really holds.',
    );
  }
  if (featureNames && featureNames.length !== nFeatures) {
    throw new EmgpuError(
      'invalid-points',
      `featureNames must hold ${nFeatures} names, got ${featureNames.length}.`,
      'Pass one name per column, or none.',
    );
  }
}
