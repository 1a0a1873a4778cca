/** Parameters of a Gaussian mixture with K components in D dimensions, flat and float64. */
export interface MixtureParameters {
  /** K, summing to 1; with a noise component K + 1, the last one its weight. */
  readonly weights: Float64Array;
  /** K × D */
  readonly means: Float64Array;
  /** full K × D × D, tied D × D, diag K × D, spherical K, tied-diag D, tied-spherical 1. */
  readonly covariances: Float64Array;
}

/** What an M-step can leave as it is. */
export type Freezable = 'weights' | 'means' | 'covariances';
