import { type AnyModel, isKMeans } from './models.ts';

/** What tables and charts need to know of a model, whichever kind it is. */
export interface ModelView {
  /** What its parts are called. */
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
}

/** @param labels the cluster of every point, from which k-means gets its shares */
export function viewModel(
  model: AnyModel,
  featureNames: readonly string[],
  labels: Uint32Array | undefined,
): ModelView {
  if (isKMeans(model)) {
    const weights = shares(labels ?? new Uint32Array(), model.nClusters);
    return {
      noun: 'cluster',
      nComponents: model.nClusters,
      featureNames,
      weights,
      means: model.centers,
      correlated: false,
    };
  }
  const { covarianceType, covariances, nComponents, weights, means } = model;
  return {
    noun: 'component',
    nComponents,
    featureNames,
    weights,
    means,
    covariance: covarianceReader(covarianceType, covariances),
    correlated: covarianceType === 'full' || covarianceType === 'tied',
  };
}

function covarianceReader(type: string, covariances: unknown): (k: number, i: number, j: number) => number {
  switch (type) {
    case 'full':
      return (k, i, j) => (covariances as number[][][])[k]![i]![j]!;
    case 'tied':
      return (_k, i, j) => (covariances as number[][])[i]![j]!;
    case 'diag':
      return (k, i, j) => (i === j ? (covariances as number[][])[k]![i]! : 0);
    default:
      return (k, i, j) => (i === j ? (covariances as number[])[k]! : 0);
  }
}

function shares(labels: Uint32Array, nClusters: number): number[] {
  const counts = new Array<number>(nClusters).fill(0);
  for (const label of labels) counts[label]!++;
  return counts.map((count) => count / Math.max(labels.length, 1));
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
