import type { BackendChoice } from '../backends/select.ts';
import type { CovarianceType } from '../families/covariance.ts';

export type { CovarianceType };

/**
 * Covariances as nested arrays, in squared data units: full `[K][D][D]`, tied `[D][D]`, diag `[K][D]`, spherical `[K]`.
 */
export type Covariances = number[][][] | number[][] | number[];

export type { BackendChoice };

export interface DeviceOptions {
  /** Default `auto`. */
  readonly backend?: BackendChoice;
  /** Compute on this device. It is borrowed: never destroyed, and a lost one is reported as `device-lost`. */
  readonly device?: GPUDevice;
  /**
   * On a GPU, when an iteration takes some milliseconds: time variants of its kernels once, for less than a second, and remember
   * the fastest for this adapter, model, D and K. Default true. Results are the same, bit for bit.
   */
  readonly tune?: boolean;
}

/** Told while a long call runs. */
export interface Progress {
  readonly stage: 'load' | 'seed' | 'fit';
  /** 0…1 of the stage; for `fit` the share of `maxIter` done (it may end early). */
  readonly fraction: number;
  /** M-steps done. */
  readonly iteration: number;
  /** `fit` of a mixture only: total log-likelihood in data units of the parameters after `iteration` M-steps. */
  readonly logLikelihood?: number;
  /** `fit` of k-means only: the inertia in squared data units. */
  readonly inertia?: number;
}

export interface CallOptions {
  /** Stops the work within one GPU submit; the call rejects with `aborted`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface IterationOptions {
  /** Seeds every random choice, default 0. A whole number. */
  readonly seed?: number;
  /** At most this many M-steps, default 500. */
  readonly maxIter?: number;
}

export interface GaussianMixtureOptions extends DeviceOptions, IterationOptions {
  /** K, 1…1024. */
  readonly nComponents: number;
  /** Default `full`. */
  readonly covarianceType?: CovarianceType;
  /** Stop when what is still to gain per point, by Aitken's estimate, is below this; default 1e-6 (nats). 0 runs exactly `maxIter` M-steps. */
  readonly tol?: number;
  /** Added to the diagonal of every covariance at every M-step, in squared data units; default 1e-6. */
  readonly regCovar?: number;
  /** The start: `k-means++` (default), `random` points, or parameters: a model or its JSON. */
  readonly init?: 'k-means++' | 'random' | GaussianMixtureJSON | { toJSON(): GaussianMixtureJSON };
}

export interface KMeansOptions extends DeviceOptions, IterationOptions {
  /** K, 1…1024. */
  readonly nClusters: number;
  /** Stop when an iteration lowers the inertia per point by less than this share of the points' total variance; default 1e-6. 0 runs exactly `maxIter` iterations. */
  readonly tol?: number;
  readonly init?: 'k-means++' | 'random' | KMeansJSON | { toJSON(): KMeansJSON };
}

/** The model file of a mixture. */
export interface GaussianMixtureJSON {
  readonly format: 'emgpu-model';
  readonly version: 1;
  readonly model: 'gaussian-mixture';
  readonly covarianceType: CovarianceType;
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly featureNames?: readonly string[];
  /** `[K]`, summing to 1. */
  readonly weights: readonly number[];
  /** `[K][D]`, data units. */
  readonly means: readonly (readonly number[])[];
  readonly covariances: Covariances;
}

/** The model file of k-means. */
export interface KMeansJSON {
  readonly format: 'emgpu-model';
  readonly version: 1;
  readonly model: 'k-means';
  readonly nFeatures: number;
  readonly nClusters: number;
  readonly featureNames?: readonly string[];
  /** `[K][D]`, data units. */
  readonly centers: readonly (readonly number[])[];
}

export type ModelJSON = GaussianMixtureJSON | KMeansJSON;

/** Something worth telling about a fit that did not stop it. */
export interface FitWarning {
  readonly code: 'empty-component' | 'log-likelihood-fell' | 'not-converged';
  /** M-steps done when it happened. */
  readonly iteration: number;
  readonly message: string;
}

/** What both kinds of fit tell about how they came about. */
export interface FitRecord {
  readonly nSamples: number;
  readonly nIter: number;
  readonly converged: boolean;
  readonly warnings: readonly FitWarning[];
  /** `webgpu` or `cpu`, */
  readonly backend: 'webgpu' | 'cpu';
  /** the adapter (or the number of workers), */
  readonly adapter: string;
  /** and why it was taken. */
  readonly backendReason: string;
  /** Wall time in seconds: bringing the points home, iterating (seeding included), and one iteration on average. */
  readonly seconds: { readonly load: number; readonly fit: number; readonly perIteration: number };
}

/** Options of the calls that return something per point. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
}
