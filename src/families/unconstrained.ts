import { cholesky } from '../math/cholesky.ts';
import type { CovarianceShape } from './covariance.ts';
import type { Freezable, MixtureParameters } from './parameters.ts';

/**
 * The parameters that the M-step moves as unconstrained real numbers: the logarithms of the weights ({@link softmax} is the way back), the means, and
 * for each covariance its Cholesky factor with the logarithms of the diagonal, or the logarithms of the variances.
 */
export function toVector(
  shape: CovarianceShape,
  frozen: ReadonlySet<Freezable>,
  { weights, means, covariances }: MixtureParameters,
): Float64Array | undefined {
  if (!frozen.has('weights') && weights.some((w) => !(w > 0))) return undefined;
  const parts: Float64Array[] = [];
  if (!frozen.has('weights')) parts.push(weights.map(Math.log));
  if (!frozen.has('means')) parts.push(means);
  if (!frozen.has('covariances')) {
    if (shape.form !== 'matrix') {
      parts.push(covariances.map(Math.log));
    } else {
      const D = sizeOf(shape, { weights, means, covariances });
      for (let at = 0; at < covariances.length; at += D * D) {
        const l = cholesky(covariances, D, at);
        if (!l) return undefined;
        parts.push(packFactor(l, D));
      }
    }
  }
  return concatenate(parts);
}

/** The inverse of {@link toVector}; frozen parameters are taken from `like`. */
export function fromVector(
  shape: CovarianceShape,
  frozen: ReadonlySet<Freezable>,
  vector: Float64Array,
  like: MixtureParameters,
): MixtureParameters {
  let at = 0;
  const take = (length: number) => {
    at += length;
    return vector.slice(at - length, at);
  };
  const weights = frozen.has('weights') ? like.weights : softmax(take(like.weights.length));
  const means = frozen.has('means') ? like.means : take(like.means.length);
  if (frozen.has('covariances')) return { weights, means, covariances: like.covariances };
  if (shape.form !== 'matrix') return { weights, means, covariances: take(like.covariances.length).map(Math.exp) };
  const D = sizeOf(shape, like);
  const covariances = new Float64Array(like.covariances.length);
  for (let to = 0; to < covariances.length; to += D * D) unpackFactor(take((D * (D + 1)) / 2), D, covariances, to);
  return { weights, means, covariances };
}

/** D, found from the sizes of covariance matrices: a shared one has D × D numbers, and K own ones have D times as many numbers as the means. */
function sizeOf({ shared }: CovarianceShape, { means, covariances }: MixtureParameters): number {
  return shared ? Math.sqrt(covariances.length) : covariances.length / means.length;
}

function packFactor(l: Float64Array, D: number): Float64Array {
  const packed = new Float64Array((D * (D + 1)) / 2);
  for (let i = 0, e = 0; i < D; i++) {
    for (let j = 0; j <= i; j++, e++) packed[e] = i === j ? Math.log(l[i * D + i]!) : l[i * D + j]!;
  }
  return packed;
}

/** Writes `L Lᵀ`. */
function unpackFactor(packed: Float64Array, D: number, to: Float64Array, at: number): void {
  const l = (i: number, j: number) => {
    const value = packed[(i * (i + 1)) / 2 + j]!;
    return i === j ? Math.exp(value) : value;
  };
  for (let i = 0; i < D; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let c = 0; c <= j; c++) sum += l(i, c) * l(j, c);
      to[at + i * D + j] = sum;
      to[at + j * D + i] = sum;
    }
  }
}

/** Weights in proportion to the exponentials of these numbers. */
export function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map((l) => Math.exp(l - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
