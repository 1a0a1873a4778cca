import { isWeightless } from '../../em/log-weight.ts';
import type { KernelParameters } from '../../em/types.ts';
import { PARAMETER_BYTES } from './pipelines.ts';
import type { Shape } from './shape.ts';

/** Component parameters as the shaders read them: batches that fit one uniform binding, each from its `offset` in bytes on. */
export interface PackedBatches {
  readonly data: Float32Array<ArrayBuffer>;
  readonly batches: readonly { readonly offset: number; readonly first: number; readonly count: number }[];
  /** Added by the host to every log-density (nats): the largest normalizer, kept out of float32. */
  readonly offset: number;
}

/** Precisions are scaled by this, so that the squared distance is in units of base-2 logarithms. */
const BASE2 = Math.sqrt(Math.LOG2E / 2);

/**
 * `log(rounded / exact)` of a factor's diagonal entry. Added to the normalizer it keeps the rounded density a density: the
 * log-likelihood then feels the rounding only to second order near the optimum.
 */
function roundingOf(exact: number): number {
  const u = BASE2 * exact;
  const rounded = Math.fround(u);
  // Noise, the same density everywhere, has no precision; nor has, in float32, what is as wide as that.
  return rounded === 0 ? 0 : Math.log1p((rounded - u) / u);
}

/** A batch starts with the index of its first component and their number: `Batch` in `shaders/shared/batch.wgsl`. */
export const BATCH_HEADER = 4;

/** Uniform bindings start at multiples of 256 bytes. */
const ALIGNMENT = 64;

/**
 * Lays out K components of `stride` floats behind a `prefix` that each batch repeats.
 * `fill(data)` returns the writers: `component(k, at)` fills component k from float `at` on, `prefix(at)` what each batch repeats.
 */
function layOut(
  K: number,
  stride: number,
  prefix: number,
  fill: (data: Float32Array) => { component: (k: number, at: number) => void; prefix?: (at: number) => void },
  offset: number,
  bytes: number,
): PackedBatches {
  const before = BATCH_HEADER + prefix;
  const perBatch = Math.min(K, Math.floor((bytes / 4 - before) / stride));
  const batchFloats = Math.ceil((before + perBatch * stride) / ALIGNMENT) * ALIGNMENT;
  const count = Math.ceil(K / perBatch);
  // A uniform binding always spans PARAMETER_BYTES, the last one too.
  const last = bytes === PARAMETER_BYTES ? PARAMETER_BYTES / 4 : batchFloats;
  const data = new Float32Array((count - 1) * batchFloats + last);
  const header = new Uint32Array(data.buffer);
  const write = fill(data);
  const batches = Array.from({ length: count }, (_, i) => {
    const at = i * batchFloats;
    const first = i * perBatch;
    const inBatch = Math.min(perBatch, K - first);
    header.set([first, inBatch], at);
    write.prefix?.(at + BATCH_HEADER);
    for (let k = 0; k < inBatch; k++) write.component(first + k, at + before + k * stride);
    return { offset: at * 4, first, count: inBatch };
  });
  return { data, batches, offset };
}

/** Below any log-density that the kernels let a component with weight have (MAX_DISTANCE in job.wgsl). */
const WEIGHTLESS = -2e30;

/** The log-normalizer of a component: in units of base 2, without what the host keeps to itself. */
function normalizer(logNormalizer: number, offset: number, rounding: number): number {
  return isWeightless(logNormalizer) ? WEIGHTLESS : (logNormalizer - offset + rounding) * Math.LOG2E;
}

function traceOf(D: number, entry: (d: number) => number): number {
  let sum = 0;
  for (let d = 0; d < D; d++) sum += entry(d);
  return sum;
}

function largest(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}

/** The factor U (D × D at `at` in `u`) as blocks: see `shaders/shared/factor-blocks.wgsl`. */
function writeFactor(data: Float32Array, to: number, u: Float64Array, at: number, { D, W, DB }: Shape): void {
  for (let j = 0, o = to; j < DB; j++) {
    for (let i = 0; i <= j; i++) {
      for (let row = i * W; row < (i + 1) * W; row++) {
        for (let column = j * W; column < (j + 1) * W; column++, o++) {
          if (row < D && column < D) data[o] = BASE2 * u[at + row * D + column]!;
        }
      }
    }
  }
}

/** For `log-density-full.wgsl`: μ, b, U, log-normalizer. A tied model repeats its one U. */
export function packFull(p: KernelParameters, shape: Shape, bytes = PARAMETER_BYTES): PackedBatches {
  const { D, W, DB } = shape;
  const padded = W * DB;
  const factor = ((DB * (DB + 1)) / 2) * W * W;
  const offset = largest(p.logNormalizers);
  const fill = (data: Float32Array) => ({
    component(k: number, at: number) {
      const u = p.kind === 'tied' ? 0 : k * D * D;
      for (let d = 0; d < D; d++) data[at + d] = p.means[k * D + d]!;
      for (let j = 0; j < D; j++) {
        let b = 0;
        for (let i = 0; i <= j; i++) {
          b += p.precisionsCholesky[u + i * D + j]! * (p.means[k * D + i]! - data[at + i]!);
        }
        data[at + padded + j] = BASE2 * b;
      }
      writeFactor(data, at + 2 * padded, p.precisionsCholesky, u, shape);
      const rounding = traceOf(D, (d) => roundingOf(p.precisionsCholesky[u + d * D + d]!));
      data[at + 2 * padded + factor] = normalizer(p.logNormalizers[k]!, offset, rounding);
    },
  });
  return layOut(p.nComponents, 2 * padded + factor + W, 0, fill, offset, bytes);
}

/** For `log-density-tied.wgsl`: U once; then μ, Uᵀμ, log-normalizer. */
export function packTied(p: KernelParameters, shape: Shape, bytes = PARAMETER_BYTES): PackedBatches {
  const { D, W, DB } = shape;
  const padded = W * DB;
  const offset = largest(p.logNormalizers);
  const rounding = traceOf(D, (d) => roundingOf(p.precisionsCholesky[d * D + d]!));
  const fill = (data: Float32Array) => ({
    prefix: (at: number) => writeFactor(data, at, p.precisionsCholesky, 0, shape),
    component(k: number, at: number) {
      for (let j = 0; j < D; j++) {
        let b = 0;
        for (let i = 0; i <= j; i++) b += p.precisionsCholesky[i * D + j]! * p.means[k * D + i]!;
        data[at + j] = p.means[k * D + j]!;
        data[at + padded + j] = BASE2 * b;
      }
      data[at + 2 * padded] = normalizer(p.logNormalizers[k]!, offset, rounding);
    },
  });
  return layOut(p.nComponents, 2 * padded + W, ((DB * (DB + 1)) / 2) * W * W, fill, offset, bytes);
}

/** For `log-density-diag.wgsl`: μ, b, 1/σ, log-normalizer. Spherical models repeat their one precision. */
export function packDiag(p: KernelParameters, { D, W, DB }: Shape, bytes = PARAMETER_BYTES): PackedBatches {
  const padded = W * DB;
  const offset = largest(p.logNormalizers);
  const spherical = p.kind === 'spherical';
  const fill = (data: Float32Array) => ({
    component(k: number, at: number) {
      const precision = (d: number) => p.precisionsCholesky[spherical ? k : k * D + d]!;
      for (let d = 0; d < D; d++) {
        const mean = p.means[k * D + d]!;
        const u = BASE2 * precision(d);
        data[at + d] = mean;
        data[at + padded + d] = u * (mean - data[at + d]!);
        data[at + 2 * padded + d] = u;
      }
      const rounding = traceOf(D, (d) => roundingOf(precision(d)));
      data[at + 3 * padded] = normalizer(p.logNormalizers[k]!, offset, rounding);
    },
  });
  return layOut(p.nComponents, 3 * padded + W, 0, fill, offset, bytes);
}

/** For the stages of families beyond the Gaussian: mean, then what `vectors` holds, log-normalizer. */
export function packVectors(p: KernelParameters, { D, W, DB }: Shape, bytes = PARAMETER_BYTES): PackedBatches {
  const padded = W * DB;
  const blocks = [p.means, ...(p.vectors ?? [])];
  const offset = largest(p.logNormalizers);
  const fill = (data: Float32Array) => ({
    component(k: number, at: number) {
      blocks.forEach((block, i) => {
        data.set(block.subarray(k * D, (k + 1) * D), at + i * padded);
      });
      data[at + blocks.length * padded] = normalizer(p.logNormalizers[k]!, offset, 0);
    },
  });
  return layOut(p.nComponents, blocks.length * padded + W, 0, fill, offset, bytes);
}

/** For `assign.wgsl`: the centres. */
export function packCenters(p: KernelParameters, { D, W, DB }: Shape, bytes = PARAMETER_BYTES): PackedBatches {
  const fill = (data: Float32Array) => ({
    component(k: number, at: number) {
      for (let d = 0; d < D; d++) data[at + d] = p.means[k * D + d]!;
    },
  });
  return layOut(p.nComponents, W * DB, 0, fill, 0, bytes);
}

/** K × DB × W float32 means for the moments stages, and the same numbers, K × D, as the float64 the host calculates with. */
export function roundMeans(p: KernelParameters, { D, W, DB }: Shape) {
  const padded = new Float32Array(p.nComponents * W * DB);
  const centers = Float64Array.from(p.means, Math.fround);
  for (let k = 0; k < p.nComponents; k++) padded.set(centers.subarray(k * D, (k + 1) * D), k * W * DB);
  return { padded, centers };
}
