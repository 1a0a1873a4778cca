import type { Dataset, KernelParameters, RunOptions, Statistics } from '../em/types.ts';
import { covarianceShapes, rescale } from '../families/covariance.ts';
import { populationMoments, standardNormal } from '../families/gaussian.ts';
import { scatterAbout } from '../families/scatter.ts';

/** Mean and variance of all points, in the frame. */
export interface Population {
  /** D */
  readonly mean: Float64Array;
  /** D population variances. */
  readonly variance: Float64Array;
}

/**
 * Mean and variance of every column, weighted, over the cells that are not missing. One pass; two where cells are missing: the sums of an incomplete
 * dataset hold the model's variance for each missing cell, so the sums for two different variances show how many cells are missing.
 */
export async function populationOf(dataset: Dataset, { signal }: RunOptions): Promise<Population> {
  const one = await dataset.expectation(standardNormal(dataset.frame), { signal });
  if (!dataset.incomplete) return populationMoments(one);
  const two = await dataset.expectation(ofVariance(standardNormal(dataset.frame), 2), { signal });
  const total = one.counts[0]!;
  const missing = one.second.map((s, d) => two.second[d]! - s);
  const mean = one.first.map((s, d) => s / (total - missing[d]!));
  const variance = one.second.map((s, d) => Math.max(0, (s - missing[d]!) / (total - missing[d]!) - mean[d]! ** 2));
  return { mean, variance };
}

function ofVariance(normal: KernelParameters, variance: number): KernelParameters {
  return { ...normal, precisionsCholesky: normal.precisionsCholesky.map((u) => u / Math.sqrt(variance)) };
}

/**
 * The covariance of all points, D × D, data units. Missing cells count as if columns were independent, with the columns' own means and variances: so
 * the covariance of two columns is smaller than over complete pairs alone, by the share of incomplete pairs, and units do not matter.
 */
export async function populationCovariance(dataset: Dataset, options: RunOptions): Promise<Float64Array> {
  const { frame } = dataset;
  const normal = standardNormal(frame, 'full');
  const from = dataset.incomplete ? atMoments(normal, await populationOf(dataset, options)) : normal;
  const statistics = await dataset.expectation(from, { signal: options.signal });
  return rescale(covarianceShapes.full, covarianceFrom(statistics), frame.scale);
}

/** A constant column has no variance to divide by; this small one takes its place. */
const LEAST_VARIANCE = 1e-12;

function atMoments(normal: KernelParameters, { mean, variance }: Population): KernelParameters {
  const D = normal.nFeatures;
  const u = new Float64Array(D * D);
  variance.forEach((v, d) => {
    u[d * (D + 1)] = 1 / Math.sqrt(Math.max(v, LEAST_VARIANCE));
  });
  return { ...normal, means: mean, precisionsCholesky: u };
}

/** The covariance of the one component that all points belong to: D × D, in the frame. */
function covarianceFrom(statistics: Statistics): Float64Array {
  const { nFeatures: D, counts, centers, first } = statistics;
  const mean = centers.map((c, d) => c + first[d]! / counts[0]!);
  const triangle = scatterAbout(statistics, 'matrix', mean, 1);
  const covariance = new Float64Array(D * D);
  for (let i = 0, e = 0; i < D; i++) {
    for (let j = 0; j <= i; j++, e++) {
      covariance[i * D + j] = triangle[e]! / counts[0]!;
      covariance[j * D + i] = triangle[e]! / counts[0]!;
    }
  }
  return covariance;
}
