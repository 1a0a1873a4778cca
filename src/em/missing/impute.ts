import type { HostPoints } from '../../data/points.ts';
import { checkPoints } from '../../data/points.ts';
import { rowBlocks } from '../../data/row-blocks.ts';
import { EmgpuError } from '../../errors.ts';
import type { RunOptions } from '../types.ts';
import { splitGaussian } from './conditional.ts';
import { columns, findPatterns, type Pattern } from './patterns.ts';

/** A Gaussian mixture with a covariance matrix for each of its K components, in data units. */
export interface FullMixture {
  /** K × D */
  readonly means: Float64Array;
  /** K × D × D */
  readonly covariances: Float64Array;
}

/**
 * The points with every missing cell replaced by its expectation given what is observed of its row,
 * `Σ_k r_nk (μ_m + Σ_mo Σ_oo⁻¹ (x_o − μ_o))`, in float64; observed cells stay as they are.
 * @param responsibilities N × K, given the observed features
 * @returns N × D
 */
export async function conditionalMeans(
  points: HostPoints,
  { means, covariances }: FullMixture,
  responsibilities: Float32Array | Float64Array,
  { signal }: RunOptions = {},
): Promise<Float64Array> {
  checkPoints(points);
  const D = points.nFeatures;
  const K = means.length / D;
  if (covariances.length !== K * D * D || responsibilities.length * D !== K * points.data.length) {
    throw new EmgpuError(
      'model-mismatch',
      `Means and covariances of ${D} features were expected, and responsibilities of each row and component.`,
      'Pass points with the columns that the model was fitted to.',
    );
  }
  const out = Float64Array.from(points.data);
  for (const pattern of await findPatterns(points, signal)) {
    if (pattern.missing.length > 0) await fill(out, pattern, { means, covariances }, responsibilities, signal);
  }
  return out;
}

/** Fills the missing cells of a pattern's rows. */
async function fill(
  out: Float64Array,
  pattern: Pattern,
  { means, covariances }: FullMixture,
  responsibilities: Float32Array | Float64Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { observed, missing, rows } = pattern;
  const [O, M] = [observed.length, missing.length];
  const D = O + M;
  const K = means.length / D;
  const seen = columns(means, D, observed);
  const splits = Array.from({ length: K }, (_, k) => splitGaussian(covariances, k * D * D, pattern, k));
  for await (const [from, to] of rowBlocks(rows.length, K * M * O, signal)) {
    for (const row of rows.subarray(from, to)) {
      for (let a = 0; a < M; a++) {
        let mean = 0;
        for (let k = 0; k < K; k++) {
          const { regression } = splits[k]!;
          let value = means[k * D + missing[a]!]!;
          for (let j = 0; j < O; j++)
            value += regression[a * O + j]! * (out[row * D + observed[j]!]! - seen[k * O + j]!);
          mean += responsibilities[row * K + k]! * value;
        }
        out[row * D + missing[a]!] = mean;
      }
    }
  }
}
