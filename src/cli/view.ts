import type { Covariances, CovarianceType } from '../node.ts';
import { type AnyModel, isKMeans, isPoisson } from './models.ts';

/** What tables and charts need to know about a model of any kind. */
export interface ModelView {
  /** What the parts of the model are called. */
  readonly noun: 'component' | 'cluster';
  /** K */
  readonly nComponents: number;
  /** D names. */
  readonly featureNames: readonly string[];
  /** K weights or shares of the points, summing to 1. */
  readonly weights: readonly number[];
  /** K × D means or centres. */
  readonly means: readonly (readonly number[])[];
  /** Entry (i, j) of the covariance of component k; absent for k-means. */
  readonly covariance?: (k: number, i: number, j: number) => number;
  /** Whether covariances can have entries off the diagonal. */
  readonly correlated: boolean;
  /** The weight of a further component of even density, whose label is K. */
  readonly noise?: number;
  /** Features are counts, and means the rates of Poisson distributions, which are their variances as well. */
  readonly counts?: true;
  /** Centres are directions: points are divided by their lengths before they are compared with them. */
  readonly directions?: true;
}

/** @param sizes K: how much each cluster holds, from which k-means gets its shares */
export function viewModel(
  model: AnyModel,
  featureNames: readonly string[],
  sizes: Float64Array | undefined,
): ModelView {
  if (isKMeans(model)) {
    const weights = shares(sizes ?? new Float64Array(model.nClusters));
    return {
      noun: 'cluster',
      nComponents: model.nClusters,
      featureNames,
      weights,
      means: model.centers,
      correlated: false,
      ...(model.metric === 'cosine' && { directions: true }),
    };
  }
  const { nComponents, weights } = model;
  if (isPoisson(model)) {
    const { rates: means } = model;
    const covariance = (k: number, i: number, j: number) => (i === j ? means[k]![i]! : 0);
    const about = { weights, means, covariance, correlated: false, counts: true } as const;
    return { noun: 'component', nComponents, featureNames, ...about };
  }
  const { covarianceType, covariances, means, noise } = model;
  return {
    noun: 'component',
    nComponents,
    featureNames,
    weights,
    means,
    covariance: covarianceReader(covarianceType, covariances),
    correlated: covarianceType === 'full' || covarianceType === 'tied',
    ...(noise && { noise: noise.weight }),
  };
}

function covarianceReader(type: CovarianceType, covariances: Covariances): (k: number, i: number, j: number) => number {
  switch (type) {
    case 'full':
      return (k, i, j) => (covariances as number[][][])[k]![i]![j]!;
    case 'tied':
      return (_k, i, j) => (covariances as number[][])[i]![j]!;
    case 'diag':
      return (k, i, j) => (i === j ? (covariances as number[][])[k]![i]! : 0);
    case 'tied-diag':
      return (_k, i, j) => (i === j ? (covariances as number[])[i]! : 0);
    case 'spherical':
      return (k, i, j) => (i === j ? (covariances as number[])[k]! : 0);
    case 'tied-spherical':
      return (_k, i, j) => (i === j ? (covariances as number[])[0]! : 0);
  }
}

function shares(sizes: Float64Array): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return Array.from(sizes, (size) => (all > 0 ? size / all : 0));
}

/** Standard deviation of feature i within component k, if the model has one. */
export function deviation(view: ModelView, k: number, i: number): number | undefined {
  return view.covariance && Math.sqrt(view.covariance(k, i, i));
}

/** Correlation of features i and j within component k. */
export function correlation(view: ModelView, k: number, i: number, j: number): number {
  const cov = view.covariance!;
  return cov(k, i, j) / Math.sqrt(cov(k, i, i) * cov(k, j, j));
}
