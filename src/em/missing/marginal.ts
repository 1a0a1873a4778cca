import type { Frame } from '../../data/frame.ts';
import { EmgpuError } from '../../errors.ts';
import { inverseOfProduct } from '../../math/cholesky.ts';
import type { KernelKind, KernelParameters } from '../types.ts';
import { type SplitGaussian, splitGaussian } from './conditional.ts';
import { columns, type Pattern } from './patterns.ts';

/** The kinds whose marginals and conditional moments are known here. */
const GAUSSIAN = ['full', 'tied', 'diag', 'spherical'] as const;
export type GaussianKind = (typeof GAUSSIAN)[number];

/** A mixture as the rows of one pattern see it. */
export interface Marginal {
  /** The mixture of the O observed features. Its normalizers leave out the Jacobian of the missing ones. */
  readonly parameters: KernelParameters;
  /** full: K, tied: one; none where nothing is missing, or where features are independent, so that the observed ones say nothing of the others. */
  readonly splits: readonly SplitGaussian[];
}

/** The part of a marginal that depends on the kind. */
interface Factors extends Pick<Marginal, 'splits'> {
  readonly precisionsCholesky: Float64Array;
  /** `log det U_oo − log det U`: K of them, or one for all. */
  readonly gains: readonly number[];
}

/** The marginals of one mixture: what all patterns need of its parameters is computed once. */
export class Marginals {
  readonly kind: GaussianKind;
  readonly parameters: KernelParameters;
  readonly #frame: Frame;
  /** Covariances, D × D each: full K, tied one, else none. */
  readonly #covariances: Float64Array;

  /** Throws `invalid-option` unless all components of the model are Gaussian. */
  constructor(parameters: KernelParameters, frame: Frame) {
    this.kind = requireGaussian(parameters.kind);
    refuseNoise(parameters);
    this.parameters = parameters;
    this.#frame = frame;
    this.#covariances = covariancesOf(parameters);
  }

  /**
   * The mixture's marginal over the features that a pattern has. Normalizers change by the determinant, and for each missing feature by ½ log 2π
   * and the logarithm of the frame's scale. Rows without gaps get the parameters as they are.
   */
  of(pattern: Pattern): Marginal {
    const { kind, parameters } = this;
    const { observed, missing } = pattern;
    if (missing.length === 0) return { parameters, splits: [] };
    const { splits, precisionsCholesky, gains } = this.#factors(pattern);
    let constant = 0.5 * missing.length * Math.log(2 * Math.PI);
    for (const d of missing) constant += Math.log(this.#frame.scale[d]!);
    const marginal = {
      ...{ kind, nComponents: parameters.nComponents, nFeatures: observed.length, precisionsCholesky },
      means: columns(parameters.means, parameters.nFeatures, observed),
      logNormalizers: parameters.logNormalizers.map((l, k) => l + constant + gains[k % gains.length]!),
    };
    return { parameters: marginal, splits };
  }

  #factors(pattern: Pattern): Factors {
    const { nFeatures: D, nComponents: K, precisionsCholesky: u } = this.parameters;
    const { observed, missing } = pattern;
    switch (this.kind) {
      case 'full':
      case 'tied':
        return this.#splitAll(pattern);
      case 'diag': {
        const gains = Array.from({ length: K }, (_, k) => missing.reduce((sum, d) => sum - Math.log(u[k * D + d]!), 0));
        return { splits: [], precisionsCholesky: columns(u, D, observed), gains };
      }
      case 'spherical':
        return { splits: [], precisionsCholesky: u, gains: Array.from(u, (v) => -missing.length * Math.log(v)) };
    }
  }

  #splitAll(pattern: Pattern): Factors {
    const { nFeatures: D, precisionsCholesky: u } = this.parameters;
    const O = pattern.observed.length;
    const count = u.length / (D * D);
    const splits = Array.from({ length: count }, (_, k) =>
      splitGaussian(this.#covariances, k * D * D, pattern, count > 1 ? k : undefined),
    );
    const precisionsCholesky = new Float64Array(count * O * O);
    const gains = splits.map(({ precisionCholesky, halfLogDet }, k) => {
      precisionsCholesky.set(precisionCholesky, k * O * O);
      let whole = 0;
      for (let d = 0; d < D; d++) whole += Math.log(u[(k * D + d) * D + d]!);
      return halfLogDet - whole;
    });
    return { splits, precisionsCholesky, gains };
  }
}

/** `Σ = (U Uᵀ)⁻¹` of each matrix. */
function covariancesOf({ kind, nFeatures: D, precisionsCholesky: u }: KernelParameters): Float64Array {
  if (kind !== 'full' && kind !== 'tied') return new Float64Array(0);
  const covariances = new Float64Array(u.length);
  for (let at = 0; at < u.length; at += D * D) covariances.set(inverseOfProduct(u, D, at), at);
  return covariances;
}

function requireGaussian(kind: KernelKind): GaussianKind {
  const gaussian = GAUSSIAN.find((known) => known === kind);
  if (gaussian) return gaussian;
  throw new EmgpuError(
    'invalid-option',
    `Missing values are handled for Gaussian mixtures only, not for ${kind}.`,
    'Leave out rows with missing values, or impute them first, for instance with a Gaussian mixture.',
  );
}

/** A component of constant density has no precision, and it is not known over which range of each feature it extends. */
function refuseNoise({ kind, nFeatures: D, precisionsCholesky: u }: KernelParameters): void {
  const step = { full: D * D, tied: D * D, diag: D, spherical: 1 }[kind as GaussianKind];
  for (let at = 0; at < u.length; at += step) {
    if (u[at] !== 0) continue;
    throw new EmgpuError(
      'invalid-option',
      'A noise component and missing values exclude each other: the density of its observed features is not known.',
      'Leave out the noise component, or rows with missing values.',
    );
  }
}
