import type { Frame, Scaling } from '../data/frame.ts';
import type { Points } from '../data/points.ts';
import type { ResidentPoints } from './resident.ts';
import type { SeedingDistances } from './seeding-distances.ts';

/**
 * A model's parameters as the expectation stage wants them: float64, in the dataset's frame, precisions factorised.
 * `kind` names the pair of kernels (one per backend) that know how to read it.
 */
export interface KernelParameters {
  readonly kind: KernelKind;
  /** K */
  readonly nComponents: number;
  /** D */
  readonly nFeatures: number;
  /** K × D. Statistics are relative to these means, or to what the backend rounded them to (`Statistics.centers`). */
  readonly means: Float64Array;
  /**
   * The factor U of the precision matrix, `Σ⁻¹ = U Uᵀ`, upper triangular, so that `‖Uᵀ(x − μ)‖²` is the Mahalanobis
   * distance: full K × D × D (row-major, zeros below the diagonal), tied D × D, diag K × D (1 / σ),
   * spherical K (1 / σ), k-means empty.
   */
  readonly precisionsCholesky: Float64Array;
  /** For families beyond the Gaussian: what their density stage reads besides the means, K × D each. */
  readonly vectors?: readonly Float64Array[];
  /** K. `log wₖ + log det Uₖ − ½ D log 2π`, natural logarithms; k-means: empty. A weight of 0 gives `MIN_LOG_WEIGHT` (`log-weight.ts`). */
  readonly logNormalizers: Float64Array;
}

/**
 * The kinds with kernels of their own (`tied-first`: see `shared-scatter.ts`), or the name of a family beyond the Gaussian: its densities come from the stage
 * `log-density-<kind>`, which reads `means`, `vectors` and `logNormalizers`, and its sums are those of `diag`.
 */
export type KernelKind = 'full' | 'tied' | 'tied-first' | 'diag' | 'spherical' | 'k-means' | (string & {});

/**
 * Sums over points. They can be added when `centers` agree: over workgroups, chunks, files, machines.
 * With `z = x − center_k` and r the responsibility (k-means: 1 for the nearest centre, else 0) times the point's weight:
 */
export interface Statistics {
  readonly kind: KernelKind;
  readonly nComponents: number;
  readonly nFeatures: number;
  /** N, the number of points summed over. */
  readonly nSamples: number;
  /** `Σ w`: N where points have no weights. */
  readonly totalWeight: number;
  /** Mixtures: the total weighted log-likelihood. k-means: minus the weighted inertia, in the frame. Never falls under EM. */
  readonly objective: number;
  /** K × D: what the sums below are relative to. */
  readonly centers: Float64Array;
  /** K: `Σ r`. */
  readonly counts: Float64Array;
  /** K × D: `Σ r z`. */
  readonly first: Float64Array;
  /**
   * `Σ r z zᵀ`. full: K lower triangles packed by rows (entry (i, j ≤ i) at i(i+1)/2 + j); tied: one such triangle,
   * summed over components; diag: K × D diagonals; spherical: K traces; k-means: empty.
   */
  readonly second: Float64Array;
  /**
   * Where points lack numbers: `Σ r H(x_missing | x_observed, k)`, the entropy of the missing numbers, natural logarithm, data units. The sums are
   * then expectations of the sums over complete points.
   */
  readonly missingEntropy?: number;
}

/** What is read out point by point, in the caller's order. k-means has labels only; asking for more is `invalid-option`. */
export interface Readout {
  /** N component indices of the largest responsibility (k-means: nearest centre); ties go to the lowest. */
  labels: Uint32Array;
  /** N × K responsibilities, row-major; rows sum to 1. */
  responsibilities: Float32Array | Float64Array;
  /** N log-densities, natural logarithm. */
  logDensities: Float32Array | Float64Array;
}

export type ReadoutKind = keyof Readout;

export interface BlendOptions extends RunOptions {
  /** The buffer to write the colours to: at least 4 N bytes, usage `STORAGE`. Default: a new one. */
  readonly into?: GPUBuffer | undefined;
}

export interface RunOptions {
  /** Looked at between submits; a fired signal rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Responsibilities that do not come from the parameters. `random`: uniform numbers by the hash of `shared/random.wgsl`, divided by the sum of
 * their row. `labels`: 1 for the component that is named and 0 for the others.
 */
export type Assignment =
  | {
      readonly kind: 'random';
      readonly seed: number;
      /** The number that the dataset's first row counts as; default 0. For a part of a larger set, the place of its first row there. */
      readonly firstRow?: number;
    }
  | { readonly kind: 'labels'; readonly labels: Uint32Array };

export interface ExpectationOptions extends RunOptions {
  /** Takes the place of the E-step (mixtures only): the sums are those of these responsibilities, the objective is meaningless. */
  readonly assignment?: Assignment | undefined;
}

/** How far a run has come. */
export interface Reached {
  /** M-steps done. */
  readonly iteration: number;
  /** Log-likelihood (mixtures, total) or inertia (k-means) after them, data units. */
  readonly value: number;
}

/** How long a stretch, iterations in a row without the host, may go on. */
export interface StretchOptions extends RunOptions {
  /** E-steps at most; the M-step after the last is not done. */
  readonly steps: number;
  /** End when the total still to be gained (hard families: the last gain) seems to be less than this, in units of the objective; 0: never. */
  readonly tolerance: number;
  /** A total gain that may be rounding, in units of the objective. */
  readonly noise: number;
  /** A total loss that rounding may explain at worst, in units of the objective. */
  readonly fall: number;
  /** D: added to variances at every M-step, frame units. */
  readonly regularizer: Float64Array;
  /** Called while the stretch goes on, with the number of E-steps done and the objective of the last. */
  readonly onProgress?: ((done: number, objective: number) => void) | undefined;
}

/** What a stretch led to. */
export interface Stretch {
  /** The objective of every E-step; the first is that of the given parameters. For hard families the E-step that may end the run is left to the host. */
  readonly objectives: readonly number[];
  /** The statistics of the last E-step: the next M-step goes on from here. */
  readonly statistics: Statistics;
}

/** Points that were loaded on a backend. Holds memory there until `destroy()`. */
export interface Dataset {
  /** N */
  readonly nSamples: number;
  /** D */
  readonly nFeatures: number;
  /** `Σ w`: N where points have no weights. */
  readonly totalWeight: number;
  /** Points whose weight is not 0; N where points have no weights. */
  readonly nWeighted: number;
  readonly frame: Frame;
  /** Relative rounding of the mean log-likelihood on this backend. */
  readonly precision: number;
  /** Some points lack numbers: sums then hold expectations under the parameters. */
  readonly incomplete?: boolean;
  /** How many passes it pays to have under way at once; default 1. Results do not depend on it. */
  readonly sideBySide?: number;
  /** One pass over the points: the E-step and the sums of the M-step. */
  expectation(parameters: KernelParameters, options?: ExpectationOptions): Promise<Statistics>;
  /**
   * A stretch: E-steps with M-steps between them, in the backend's own precision, without the host. For problems so small that the way
   * to the host would take a good part of the time; resolves to undefined for others, and where the backend has no such M-step.
   */
  stretch?(parameters: KernelParameters, options: StretchOptions): Promise<Stretch | undefined>;
  /** One pass over the points that returns something for each of them. */
  read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    options?: RunOptions,
  ): Promise<Readout[Kind]>;
  /** As `read`, but into a new buffer (float32 or uint32) on the dataset's device, which the caller owns. Absent on the CPU. */
  readToBuffer?(what: ReadoutKind, parameters: KernelParameters, options?: RunOptions): Promise<GPUBuffer>;
  /** The points in the device's memory. Absent on the CPU, and where they are not all there. */
  resident?(): ResidentPoints;
  /**
   * One pass that blends the K × 3 colours of the components by responsibility: N rgba8 numbers on the dataset's device, the entropy of the
   * responsibilities divided by ln K in alpha (k-means: 0). Absent on the CPU.
   */
  blend?(colors: Float32Array, parameters: KernelParameters, options?: BlendOptions): Promise<GPUBuffer>;
  /** As `blend`, but into host memory. Absent where no kernel does it: then responsibilities are read and blended. */
  colors?(colors: Float32Array, parameters: KernelParameters, options?: RunOptions): Promise<Uint32Array>;
  /** The points at these indices, M × D, in the frame. */
  rows(indices: Uint32Array): Promise<Float64Array>;
  /** Starts a seeding by distances `Σ_d weights_d (x_d − c_d)²` over all points, or over those at `sample` (ascending). */
  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances;
  destroy(): void;
}

export interface LoadOptions extends RunOptions {
  readonly scaling: Scaling;
  /** The passes that will be over the points, where they are known: a backend may make ready for them while the points come. */
  readonly expected?: ExpectedPasses | undefined;
  /** Overrides the frame that would be derived from the points. */
  readonly frame?: Frame;
  /** Bring points that lie farther from the frame than the backend can compute with to its edge, in place of refusing them. Default false. */
  readonly bringNear?: boolean | undefined;
  /**
   * Run passes in the variant that is fastest on this adapter; where it is not yet known, variants are timed once, for less
   * than a second, if a pass takes some milliseconds. Default false. Results do not depend on it.
   */
  readonly tune?: boolean;
  /** A dataset of this backend that is no longer used: it is destroyed, and its memory may be taken for the new one. */
  readonly reuse?: Dataset | undefined;
  /** Called with the fraction of the points that are in place. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** What passes will be for. */
export type ExpectedPasses = Pick<KernelParameters, 'kind' | 'nComponents'>;

/** A place where sums over points are computed. */
export interface Backend {
  readonly name: 'webgpu' | 'cpu';
  /** A line for people: the adapter's name and driver, or the number of workers. */
  readonly adapter: string;
  /** Why this backend was taken, for people. */
  readonly reason: string;
  /** Relative rounding of the mean log-likelihood: below it, a fall or a gain means nothing. */
  readonly precision: number;
  /** The device is gone, or `destroy()` was called: open another. */
  readonly lost: boolean;
  /**
   * How many rows of D features a dataset holds in one window. A larger dataset sums up each window by itself and adds these sums in
   * order, so a stream that is read in chunks of as many rows gives the same bits.
   */
  readonly windowRows: (nFeatures: number) => number;
  /** Whether its threads can read points in place, where these lie in shared memory. */
  readonly sharesMemory?: boolean;
  /** Loads points. The frame is derived from them unless it is given. Rejects NaN and infinities with `non-finite`. */
  load(points: Points, options: LoadOptions): Promise<Dataset>;
  /** Frees what the backend owns. A device that was borrowed lives on. */
  destroy(): void;
}

/** A component that the M-step could not estimate from the points, or that ended where the likelihood means nothing. */
export interface Degeneracy {
  readonly component: number;
  readonly code: 'empty-component' | 'collapsed-component' | 'strong-regularizer' | 'coinciding-components';
  readonly message: string;
}

/** A component whose likelihood may mean nothing. */
export interface Collapse {
  readonly component: number;
  /** `weight`: it has less than a point's weight; else, in one direction, it has no more variance than the regulariser or rounding makes. */
  readonly cause: 'weight' | 'regularizer' | 'rounding';
  /** D numbers, a unit vector in data units; absent where the component has less than a point's weight. */
  readonly direction?: Float64Array;
  /** The variance there, in squared data units. */
  readonly variance?: number;
}

/**
 * A model: parameters ⇄ kernel parameters, and the closed-form M-step. Everything is float64 and in the dataset's frame.
 * @typeParam P the model's parameters
 */
export interface Family<P> {
  readonly kind: KernelKind;
  /** Responsibilities are 0 or 1: gains end abruptly, so the last one decides when to stop, and not their trend. */
  readonly hard: boolean;
  /** How datasets for this family are scaled. */
  readonly scaling: Scaling;
  /** Normalizers include the frame's Jacobian, so that densities and log-likelihoods come out in data units. */
  pack(parameters: P, frame: Frame): KernelParameters;
  /** D: what is added to variances (if there are any) at every M-step, frame units. Absent where the M-step does more; then there are no stretches. */
  regularizer?(frame: Frame): Float64Array;
  /** Logarithm of the prior density, up to a constant, which the M-step maximises along with the likelihood. Absent where there is no prior. */
  logPrior?(parameters: P, frame: Frame): number;
  /**
   * The expected complete-data log-likelihood `Σ_n w Σ_k r log(w_k f_k(x))` of these parameters under the responsibilities that the statistics
   * were summed with, in data units, from the statistics alone. Absent for k-means.
   */
  expectedLogLikelihood?(statistics: Statistics, parameters: P, frame: Frame): number;
  /** `expectedLogLikelihood` leaves out a constant of the points: differences are right, but no bound is. Default false. */
  readonly isRelative?: boolean;
  /**
   * The parameters that the M-step moves as one vector without constraints, for acceleration: log-ratios of weights, means, log-Cholesky factors.
   * Undefined where a weight is 0.
   */
  toVector?(parameters: P): Float64Array | undefined;
  /** The parameters of a vector of `toVector`; `like` gives those that are not in it. */
  fromVector?(vector: Float64Array, like: P): P;
  /** Components with less than the share `leastWeight` of the weight, or with too little variance in some direction for `precision`, the backend's rounding. */
  collapses?(parameters: P, frame: Frame, limits: { leastWeight: number; precision: number }): Collapse[];
  /** Two components that are the same but for their weights, if there are such. */
  coinciding?(parameters: P): readonly [number, number] | undefined;
  /** The parameters with one component moved to a point of the frame: for clusters that lost all their points. */
  moveTo?(parameters: P, component: number, point: Float64Array): P;
  /** The M-step. A component without points keeps its parameters of `previous`. */
  maximization(statistics: Statistics, previous: P, frame: Frame): { parameters: P; degeneracies: Degeneracy[] };
  /** Free parameters, for BIC and AIC. */
  countParameters(nComponents: number, nFeatures: number): number;
  /** From data units into the frame and back. */
  toFrame(parameters: P, frame: Frame): P;
  toData(parameters: P, frame: Frame): P;
  /** The result as callers know it, a log-likelihood or an inertia in data units, from `Statistics.objective`. */
  report(objective: number, frame: Frame): number;
}
