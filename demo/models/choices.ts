import type { CovarianceType } from 'emgpu';
import type { DataChoice, Preparation } from '../data/types.ts';

export type ModelKind = 'k-means' | 'soft-k-means' | CovarianceType;

/** What is fitted; `estimator.ts` makes an estimator of it. */
export interface ModelChoice {
  readonly kind: ModelKind;
  /** K */
  readonly k: number;
  /** `k-means` is for mixtures only, `random` for both. */
  readonly init: 'k-means++' | 'k-means' | 'random-from-data' | 'random';
  readonly seed: number;
  readonly tol: number;
  /** Starts; the best is kept. */
  readonly restarts: number;
  /** Soft k-means only: σ of its clusters, as a share of the points' standard deviation (root of the mean variance). */
  readonly softness?: number;
  /** `auto`: a hardware GPU, else the CPU. */
  readonly backend: 'auto' | 'webgpu' | 'cpu';
}

/** What the view shows; shared by all views on the page. */
export interface ViewChoice {
  /** The plane: two columns by their index, or the first two principal axes. */
  readonly plane: readonly [number, number] | 'principal';
  /** Points coloured by responsibility, by entropy, or not at all. */
  readonly color: 'responsibility' | 'uncertainty' | 'plain';
  readonly isolated?: number;
  readonly contours: boolean;
  readonly pairs: boolean;
  /** Centre and width of the picture in the plane's units; absent: all points. */
  readonly camera?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** Everything that a link restores. */
export interface LabState {
  readonly data: DataChoice;
  readonly preparation: Preparation | undefined;
  /** One, or two side by side. */
  readonly models: readonly ModelChoice[];
  readonly view: ViewChoice;
}
