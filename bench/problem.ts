import { GaussianMixture, type GaussianMixtureJSON, KMeans, MixtureModel } from 'emgpu/node';

/** The models that are timed. */
export const KINDS = ['full', 'tied', 'diag', 'spherical', 'k-means'] as const;
export type Kind = (typeof KINDS)[number];

export interface Problem {
  /** N × D, row-major. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly nFeatures: number;
  /** K × D: the first K points. Far enough from any answer that k-means does not stop early. */
  readonly centers: number[][];
}

/** Unit-variance groups about centres in a cube of side 6: neighbours overlap, so that iterations have work to do. */
export function makeProblem(nSamples: number, nFeatures: number, nComponents: number): Problem {
  const side = { covarianceType: 'diag', nFeatures, nComponents: 1, weights: [1] } as const;
  const spread = { ...side, means: [Array(nFeatures).fill(0)], covariances: [Array(nFeatures).fill(3)] };
  const rows = (data: ArrayLike<number>) =>
    Array.from({ length: nComponents }, (_, k) =>
      Array.from({ length: nFeatures }, (_, d) => data[k * nFeatures + d]!),
    );
  const groups = new MixtureModel({
    ...{ covarianceType: 'spherical', nFeatures, nComponents },
    weights: Array(nComponents).fill(1 / nComponents),
    means: rows(new MixtureModel(spread).sample(nComponents, 1).data),
    covariances: Array(nComponents).fill(1),
  });
  const data = Float32Array.from(groups.sample(nSamples, 2).data);
  return { data, nFeatures, centers: rows(data) };
}

/** A run from equal weights, the given centres and unit covariances, which does one iteration per `maximization()`. */
export function startRun(kind: Kind, backend: 'cpu' | 'webgpu', { data, nFeatures, centers }: Problem) {
  const points = { data, nFeatures };
  const K = centers.length;
  const common = { backend, tol: 0, maxIter: 1_000_000 } as const;
  const file = { format: 'emgpu-model', version: 1, nFeatures } as const;
  if (kind === 'k-means') {
    return new KMeans({ ...common, nClusters: K, init: { ...file, model: 'k-means', nClusters: K, centers } }).start(
      points,
    );
  }
  const ones = Array<number>(nFeatures).fill(1);
  const unit = ones.map((_, i) => ones.map((_, j) => (i === j ? 1 : 0)));
  const covariances = {
    full: centers.map(() => unit),
    tied: unit,
    diag: centers.map(() => ones),
    spherical: centers.map(() => 1),
  };
  const init: GaussianMixtureJSON = {
    ...file,
    model: 'gaussian-mixture',
    covarianceType: kind,
    nComponents: K,
    weights: centers.map(() => 1 / K),
    means: centers,
    covariances: covariances[kind],
  };
  return new GaussianMixture({ ...common, nComponents: K, covarianceType: kind, init }).start(points);
}
