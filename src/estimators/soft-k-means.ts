import type { OptionNames } from '../data/option-names.ts';
import type { Dataset } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { GaussianMixture } from './gaussian-mixture.ts';
import { checkChoice, checkCount, checkOptions, checkPositive, defined, ESTIMATOR_OPTIONS } from './options.ts';
import type { GaussianMixtureOptions } from './types.ts';

export interface SoftKMeansOptions
  extends Omit<
    GaussianMixtureOptions,
    'nComponents' | 'covarianceType' | 'regCovar' | 'freeze' | 'prior' | 'noise' | 'init'
  > {
  /** K, 1…1024. */
  readonly nClusters: number;
  /** β: a point x belongs to cluster k in proportion to `exp(−β |x − c_k|²)`; per squared data unit. */
  readonly stiffness: number;
  /** Default `k-means++`. */
  readonly init?: 'k-means++' | 'k-means' | 'random-from-data' | undefined;
}

const OPTIONS = {
  ...ESTIMATOR_OPTIONS,
  ...{ nClusters: true, stiffness: true, init: true, accelerate: true, warmUp: true, bounds: true, missing: true },
} satisfies OptionNames<SoftKMeansOptions>;

/** Options of a mixture that are fixed here. */
const SETTLED = ['nComponents', 'covarianceType', 'regCovar', 'freeze', 'prior', 'noise'];

/**
 * Soft k-means (MacKay 2003, ch. 20): a mixture of equal spheres of one fixed variance `σ² = 1 / (2 β)` and equal weights, of which only the centres
 * move. As β grows, responsibilities approach 0 and 1, and soft k-means becomes k-means: see {@link anneal}.
 */
export class SoftKMeans extends GaussianMixture {
  readonly #variance: number;

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: SoftKMeansOptions) {
    check(options);
    const { nClusters, stiffness, ...rest } = defined(options, OPTIONS);
    super({
      ...rest,
      nComponents: nClusters,
      covarianceType: 'tied-spherical',
      regCovar: 0,
      freeze: ['weights', 'covariances'],
    });
    this.#variance = 1 / (2 * stiffness);
  }

  /** @internal The fixed variance, for every feature. */
  protected override startVariances(_: Float64Array, __: number, { frame }: Pick<Dataset, 'frame'>): Float64Array {
    return frame.scale.map((s) => this.#variance / (s * s));
  }
}

/** Checks options under the names that they have here, before the mixture checks them under its own. */
function check(options: SoftKMeansOptions): void {
  checkOptions(options);
  checkCount('nClusters', options.nClusters);
  checkPositive('stiffness', options.stiffness);
  checkPositive('1 / (2 stiffness), the variance,', 1 / (2 * options.stiffness));
  checkChoice('init', options.init ?? 'k-means++', ['k-means++', 'k-means', 'random-from-data']);
  const settled = SETTLED.find((name) => options[name as keyof SoftKMeansOptions] !== undefined);
  if (settled === undefined) return;
  throw new EmgpuError(
    'invalid-option',
    `Soft k-means has no option ${settled}: only its centres move.`,
    'Leave it out, or fit a GaussianMixture.',
  );
}
