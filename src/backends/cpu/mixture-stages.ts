import { isWeightless } from '../../em/log-weight.ts';
import type { KernelParameters } from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import { STRIP, TILE } from './tile.ts';
import type { Address, Workspace } from './workspace.ts';

/** Where a mixture's stages find what they share. */
export interface Places {
  readonly space: Workspace;
  /** D × TILE: the points. */
  readonly x: Address;
  /** K × D */
  readonly means: Address;
  /** K, from {@link liveLogNormalizers}. */
  readonly logNormalizers: Address;
  /** K × TILE: log-densities, then responsibilities. */
  readonly values: Address;
  /** Long sums, as many as in `Statistics`. */
  readonly counts: Address;
  readonly first: Address;
  readonly second: Address;
}

/**
 * A log-density stage with its parameters in place: log wₖ + log density of x_p, −∞ for components without weight.
 * `from` is the number of the tile's first point in its shard.
 */
export type LogDensity = (count: number, from: number) => void;

/** Puts the parameters of a log-density stage in place. */
export type BindLogDensity = (parameters: KernelParameters, places: Places) => LogDensity;

/** A moments stage: adds a tile's points, weighted by their responsibilities, to the sums. */
export type Moments = (count: number) => void;

export type BindMoments = (parameters: KernelParameters, places: Places) => Moments;

export function logDensityFull(p: KernelParameters, places: Places): LogDensity {
  const { nComponents, nFeatures: d } = p;
  if (d === 1) return logDensityDiag(p, places);
  const { space, x, means, logNormalizers, values } = places;
  if (d === 2) {
    const factors = space.place(p.precisionsCholesky);
    const { logDensityPlane } = space.stages;
    return (count) => logDensityPlane(x, count, nComponents, means, factors, logNormalizers, values);
  }
  const size = roundUpToEven(d);
  const factors = space.place(padSquares(p.precisionsCholesky, d, size));
  const z = space.reserve(size * STRIP);
  const { logDensityFull } = space.stages;
  return (count) => logDensityFull(x, count, d, size, nComponents, means, factors, logNormalizers, z, values);
}

/** Transforms each point once, after which the model is spherical: see `stages/log-density-tied.ts`. */
export function logDensityTied(p: KernelParameters, { space, x, logNormalizers, values }: Places): LogDensity {
  const { nComponents, nFeatures: d, means, precisionsCholesky } = p;
  const middle = meanOfRows(means, nComponents, d);
  const m = space.place(middle);
  const factor = space.place(precisionsCholesky);
  const centers = space.place(transformRows(means, nComponents, d, middle, precisionsCholesky));
  const halves = space.place(new Float64Array(nComponents).fill(0.5));
  const z = space.reserve(d * STRIP);
  const y = space.reserve(d * TILE);
  const { transform, logDensitySpherical } = space.stages;
  return (count) => {
    transform(x, count, d, m, factor, z, y);
    logDensitySpherical(y, count, d, nComponents, centers, halves, logNormalizers, values);
  };
}

export function logDensityDiag(p: KernelParameters, { space, x, means, logNormalizers, values }: Places): LogDensity {
  const { nComponents, nFeatures: d } = p;
  const factors = space.place(p.precisionsCholesky);
  const { logDensityDiag } = space.stages;
  return (count) => logDensityDiag(x, count, d, nComponents, means, factors, logNormalizers, values);
}

export function logDensitySpherical(
  p: KernelParameters,
  { space, x, means, logNormalizers, values }: Places,
): LogDensity {
  const { nComponents, nFeatures: d } = p;
  const halfPrecisions = space.place(p.precisionsCholesky.map((u) => 0.5 * u * u));
  const { logDensitySpherical } = space.stages;
  return (count) => logDensitySpherical(x, count, d, nComponents, means, halfPrecisions, logNormalizers, values);
}

/** For a family beyond the Gaussian: the stage named `logDensity<Kind>`, which takes the family's vectors as they are. */
export function logDensityBeyond(p: KernelParameters, { space, x, means, logNormalizers, values }: Places): LogDensity {
  const { kind, nComponents, nFeatures: d } = p;
  const stage = space.stage(`logDensity${kind.charAt(0).toUpperCase()}${kind.slice(1)}`);
  if (!stage) {
    throw new EmgpuError(
      'invalid-option',
      `The CPU backend has no densities for the kind of model ${kind}.`,
      'Add its stage to src/backends/cpu/stages/, or use a kind that has one.',
    );
  }
  const vectors = (p.vectors ?? []).map((vector) => space.place(vector));
  return (count) => stage(x, count, d, nComponents, means, ...vectors, logNormalizers, values);
}

/** `second` holds K packed triangles (full), or one (`tied`). */
export function momentsFull(p: KernelParameters, places: Places, tied: boolean): Moments {
  const { nComponents, nFeatures: d } = p;
  const { space, x, means, values, counts, first, second } = places;
  if (d === 1 && !tied) return momentsDiag(p, places, false);
  if (d === 2) {
    const { momentsPlane } = space.stages;
    return (count) => momentsPlane(x, count, nComponents, means, values, counts, first, second, tied);
  }
  const size = roundUpToEven(d);
  const z = space.reserve(size * TILE);
  const w = space.reserve(size * TILE);
  const { momentsFull } = space.stages;
  return (count) => momentsFull(x, count, d, size, nComponents, means, values, z, w, counts, first, second, tied);
}

/** `second` holds K × D numbers (diag), or K traces (spherical). */
export function momentsDiag(p: KernelParameters, places: Places, traces: boolean): Moments {
  const { nComponents, nFeatures: d } = p;
  const { space, x, means, values, counts, first, second } = places;
  const { momentsDiag } = space.stages;
  return (count) => momentsDiag(x, count, d, nComponents, means, values, counts, first, second, traces);
}

/**
 * The log-normalizers with −∞ for components of weight 0 (`MIN_LOG_WEIGHT` stands for log 0), so that even a point far
 * from everything else gives them exactly 0. Where no component has weight, they stay as they are: all alike.
 */
export function liveLogNormalizers({ logNormalizers }: KernelParameters): Float64Array {
  return logNormalizers.every(isWeightless)
    ? logNormalizers
    : logNormalizers.map((l) => (isWeightless(l) ? -Infinity : l));
}

function roundUpToEven(n: number): number {
  return n + (n % 2);
}

/** Square matrices, count × d × d, padded with zeros to count × size × size. */
function padSquares(matrices: Float64Array, d: number, size: number): Float64Array {
  const count = matrices.length / (d * d);
  const out = new Float64Array(count * size * size);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < d; i++) {
      const from = (k * d + i) * d;
      out.set(matrices.subarray(from, from + d), (k * size + i) * size);
    }
  }
  return out;
}

function meanOfRows(rows: Float64Array, n: number, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let k = 0; k < n; k++) for (let i = 0; i < d; i++) mean[i]! += rows[k * d + i]! / n;
  return mean;
}

/** Uᵀ (row − middle) for each of n rows. */
function transformRows(
  rows: Float64Array,
  n: number,
  d: number,
  middle: Float64Array,
  factor: Float64Array,
): Float64Array {
  const out = new Float64Array(n * d);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < d; i++) {
      const z = rows[k * d + i]! - middle[i]!;
      for (let j = i; j < d; j++) out[k * d + j]! += factor[i * d + j]! * z;
    }
  }
  return out;
}
