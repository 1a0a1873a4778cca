import type { BackendChoice } from '../backends/select.ts';
import type { AccelerationChoice } from '../em/acceleration.ts';
import type { CovarianceType } from '../families/covariance.ts';
import type { Metric } from '../families/k-means.ts';
import type { Freezable } from '../families/parameters.ts';

export type { AccelerationChoice, CovarianceType, Freezable, Metric };

/**
 * Covariances as nested arrays, in squared data units: full `[K][D][D]`, tied `[D][D]`, diag `[K][D]`, spherical `[K]`, tied-diag
 * `[D]`, tied-spherical `[1]`.
 */
export type Covariances = number[][][] | number[][] | number[];

export interface DeviceOptions {
  /** Default `auto`. */
  readonly backend?: BackendChoice | undefined;
  /** Compute on this device. It is borrowed: never destroyed, and a lost one is reported as `device-lost`. */
  readonly device?: GPUDevice | undefined;
  /**
   * On a GPU, when an iteration takes some milliseconds: time variants of its kernels once, for less than a second, and remember
   * the fastest for this adapter, model, D and K. Default true. Results are the same, bit for bit.
   */
  readonly tune?: boolean | undefined;
  /** For a stream: rows per chunk, of which about three are in memory at once. Default: 16 MiB of float32 numbers. */
  readonly chunkRows?: number | undefined;
}

/** What `onProgress` is given while a long call runs. */
export interface Progress {
  readonly stage: 'load' | 'seed' | 'warm-up' | 'fit';
  /** 0…1 of the stage; for `fit` the share of `maxIter` done (it may end early). */
  readonly fraction: number;
  /** M-steps done. */
  readonly iteration: number;
  /** Which of `nInit` starts, from 0. */
  readonly restart: number;
  /** `fit` of a mixture only: total log-likelihood in data units of the parameters after `iteration` M-steps. */
  readonly logLikelihood?: number;
  /** `fit` of k-means only: the inertia in squared data units. */
  readonly inertia?: number;
}

export interface CallOptions {
  /** Stops the work within one GPU submit; the call rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface IterationOptions {
  /** Seeds every random choice, default 0. A whole number. */
  readonly seed?: number | undefined;
  /** At most this many M-steps, default 500. */
  readonly maxIter?: number | undefined;
  /**
   * Starts that `fit` tries on one upload; default 1. The best sound one is kept: a start that ended with a collapsed component
   * is refused and reported in `restarts`; where all are, `fit` rejects with `all-collapsed`.
   */
  readonly nInit?: number | undefined;
}

/** Options of mixtures of any family. */
export interface MixtureOptions extends DeviceOptions, IterationOptions {
  /** K, 1…1024. */
  readonly nComponents: number;
  /** Stop when what is still to gain per point, by Aitken's estimate, is below this; default 1e-6 (nats). 0 runs exactly `maxIter` M-steps. */
  readonly tol?: number | undefined;
  /**
   * Jump ahead between EM's steps by SQUAREM, taking back jumps that do not raise the log-likelihood: `on`, `auto` (once EM turns out to
   * be slow, which costs nothing where it is not) or `off` (default). As a rule it finds the same optima in fewer E-steps, on other paths.
   */
  readonly accelerate?: AccelerationChoice | undefined;
  /**
   * Where there are more than twice this many rows, run to convergence on this many of them first, drawn at random; `true` means
   * 65,536. Default: no. Rows of weight 0 do not count as rows here; the others are drawn with the same chance each, and keep their weights.
   * The fit reports it in `warmUp`.
   */
  readonly warmUp?: boolean | number | undefined;
  /** Keep in `bounds` what every iteration did to the evidence lower bound. Default false. */
  readonly bounds?: boolean | undefined;
}

/** Where a mixture starts. */
export type MixtureStart = 'k-means++' | 'k-means' | 'random-from-data' | 'random';

export interface GaussianMixtureOptions extends MixtureOptions {
  /** Default `full`. */
  readonly covarianceType?: CovarianceType | undefined;
  /** Added to the diagonal of every covariance at every M-step, in squared data units; default 1e-6. */
  readonly regCovar?: number | undefined;
  /**
   * The start: means at points drawn greedily by `k-means++` (default), at the centres of a short `k-means` run from there, or at points
   * drawn at random (`random-from-data`); one M-step from `random` responsibilities; or parameters, as a model or its JSON.
   */
  readonly init?: MixtureStart | GaussianMixtureJSON | { toJSON(): GaussianMixtureJSON } | undefined;
  /** Parameters that the M-step leaves as the start has them; default none. */
  readonly freeze?: readonly Freezable[] | undefined;
  /** A conjugate prior on means and covariances, as mclust has it: MAP instead of maximum likelihood. `true` takes all defaults. */
  readonly prior?: boolean | PriorOptions | undefined;
  /** A further component of uniform density for outliers; its label is K. `true` takes all defaults. */
  readonly noise?: boolean | NoiseOptions | undefined;
  /**
   * Cells that are NaN: `error` (default), `drop` the rows, or `em`, the exact EM for incomplete data, which assumes that values are missing at
   * random.
   */
  readonly missing?: 'error' | 'drop' | 'em' | undefined;
}

/** A conjugate prior, in data units. Defaults are those of mclust (Fraley & Raftery 2007). */
export interface PriorOptions {
  /** `[D]`: the mean that the components' means are shrunk to; default the mean of the points. */
  readonly mean?: readonly number[] | undefined;
  /** How many points the prior's mean counts for; default 0.01. */
  readonly shrinkage?: number | undefined;
  /** Degrees of freedom of the covariances' inverse Wishart prior; default D + 2. */
  readonly degreesOfFreedom?: number | undefined;
  /**
   * `[D][D]`: scale matrix of that prior. Default: the points' covariance (divided by N, where mclust has N − 1), divided by K^(2/D); covariance types of
   * variances use its mean variance.
   */
  readonly scale?: readonly (readonly number[])[] | undefined;
}

export interface NoiseOptions {
  /** Weight of the noise component at the start, in (0, 1); default 0.05. */
  readonly weight?: number | undefined;
  /**
   * Volume that the noise is spread over, data units to the power of D. Default: that of the start, where it is a model with noise, else the box around
   * the points, which must then be on the host.
   */
  readonly volume?: number | undefined;
  /** Natural logarithm of the volume, in place of `volume`: with many columns the volume itself may be beyond float64. */
  readonly logVolume?: number | undefined;
}

export interface KMeansOptions extends DeviceOptions, IterationOptions {
  /** K, 1…1024. */
  readonly nClusters: number;
  /**
   * Stop when an iteration lowers the inertia per point by less than this share of the points' total variance; default 1e-6. 0 stops only
   * when no point changes its cluster.
   */
  readonly tol?: number | undefined;
  /** Centres at points drawn greedily by `k-means++` (default), at `random` points, or given. */
  readonly init?: 'k-means++' | 'random' | KMeansJSON | { toJSON(): KMeansJSON } | undefined;
  /** `cosine`: spherical k-means, which compares directions; rows are divided by their lengths first. Default `euclidean`. */
  readonly metric?: Metric | undefined;
  /** Rows with cells that are NaN: `error` (default) or `drop`. */
  readonly missing?: 'error' | 'drop' | undefined;
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
  /** A component of constant density 1 / exp(`logVolume`); `weights` then sum to 1 − its weight. */
  readonly noise?: { readonly weight: number; readonly logVolume: number };
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
  /** Default `euclidean`. */
  readonly metric?: Metric;
}

/** Something to know about a fit that did not stop it. */
export interface FitWarning {
  readonly code:
    | 'empty-component'
    | 'collapsed-component'
    | 'strong-regularizer'
    | 'coinciding-components'
    | 'light-weights'
    | 'reseeded-cluster'
    | 'log-likelihood-fell'
    | 'not-converged';
  /** M-steps done when it happened. */
  readonly iteration: number;
  readonly message: string;
}

/** How one of several starts ended. */
export interface Restart {
  readonly seed: number;
  /**
   * Log-likelihood (mixtures, total) or inertia (k-means) at the end; absent where the start failed on the way. With a prior the best start has the
   * largest log-likelihood plus log-prior, which need not be the largest value.
   */
  readonly value?: number;
  readonly nIter: number;
  readonly converged: boolean;
  /** Why it could not be chosen. */
  readonly refused?: string;
}

/** What every kind of fit reports about how it came about. */
export interface FitRecord {
  readonly nSamples: number;
  /** `Σ w`: `nSamples` where rows have no weights. Means, scores and BIC take it for the number of points. */
  readonly totalWeight: number;
  readonly nIter: number;
  /** E-steps done, including those of jumps that were taken back. */
  readonly nExpectations: number;
  readonly converged: boolean;
  readonly warnings: readonly FitWarning[];
  /** One entry per start, in order; the fit is the best of those not refused. */
  readonly restarts: readonly Restart[];
  /** The warm-up on some of the rows, where there was one. It has fewer rows than were asked for where most rows weigh nothing. */
  readonly warmUp?: { readonly nSamples: number; readonly nIter: number; readonly converged: boolean };
  /** With `missing: 'drop'`, where rows were left out: the number of each row that was kept, counted from 0. */
  readonly rowNumbers?: Uint32Array;
  /** The backend that computed. */
  readonly backend: 'webgpu' | 'cpu';
  /** Name of the adapter, or the number of workers. */
  readonly adapter: string;
  /** Why this backend was taken, for people. */
  readonly backendReason: string;
  /** Wall time in seconds: loading the points, iterating (seeding and all restarts included), and one iteration on average. */
  readonly seconds: { readonly load: number; readonly fit: number; readonly perIteration: number };
}

/** Options of the calls that return something per point. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ColorOptions extends ReadOptions {
  /** The caller's buffer to write the colours to: at least 4 N bytes, usage `STORAGE`, on the same device. Default: a new one. */
  readonly into?: GPUBuffer | undefined;
}
