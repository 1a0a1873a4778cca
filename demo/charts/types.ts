import type { HostPoints } from 'emgpu';
import type { ModelChoice, ModelKind } from '../models/choices.ts';

/** What a run tells about itself, now. */
export interface RunFacts {
  /** What the model is called; unique on the page. */
  readonly label: string;
  /** What it climbs or descends, */
  readonly objective: 'log-likelihood' | 'inertia';
  /** and its values after 0, 1, 2 … M-steps, in data units. */
  readonly history: readonly number[];
  /** Of mixtures, `[K]`. */
  readonly weights?: readonly number[] | undefined;
  /** M-steps done. */
  readonly iteration: number;
  readonly converged: boolean;
  /** Wall time of one iteration. */
  readonly msPerIteration?: number | undefined;
  /** N */
  readonly nSamples: number;
  /** D */
  readonly nFeatures: number;
  /** K */
  readonly k: number;
  readonly kind: ModelKind;
  readonly backend: 'webgpu' | 'cpu';
  /** Name of the adapter, or the number of threads. */
  readonly adapter: string;
  /** Why this backend was taken. */
  readonly reason: string;
  /** Bytes of points and colours on the device. */
  readonly deviceBytes?: number | undefined;
}

/** What BIC is compared over K for: the same kind of model with the same options. */
export interface BicRequest {
  readonly points: HostPoints;
  readonly choice: ModelChoice;
}
