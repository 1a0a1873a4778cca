import { outOfFrame, type Scaling } from '../data/frame.ts';
import type { OptionNames } from '../data/option-names.ts';
import type { Dataset, ExpectedPasses, Family } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { blockSize, type CovarianceType, countBlocks, covarianceShapes } from '../families/covariance.ts';
import { gaussianFamily } from '../families/gaussian.ts';
import type { Freezable, MixtureParameters } from '../families/parameters.ts';
import { Estimator, type Recipe } from './estimator.ts';
import type { FitRun } from './fit-run.ts';
import { mixtureRecord } from './fitted-mixture.ts';
import { MixtureFit } from './mixture-fit.ts';
import { fromParameters, MixtureModel, toParameters } from './mixture-model.ts';
import { checkNoise, completeNoise, type NoiseStart, withNoise } from './noise.ts';
import {
  type CheckedIteration,
  checkChoice,
  checkInit,
  checkIteration,
  checkMixture,
  checkNumber,
  checkStart,
  checkSwitch,
  defined,
  ITERATION_DEFAULTS,
  MIXTURE_OPTIONS,
} from './options.ts';
import { populationCovariance, populationOf } from './population.ts';
import { checkPrior, completePrior } from './prior.ts';
import type { PointSource, Session } from './session.ts';
import { drawCenters } from './start.ts';
import type { CallOptions, GaussianMixtureOptions, NoiseOptions, PriorOptions } from './types.ts';

/** A mixture fit that the caller steps. */
export type MixtureRun = FitRun<MixtureParameters, MixtureModel, MixtureFit>;

/** A start has at least this share of the population's variance: coinciding points would leave none. */
const LEAST_SHARE = 1e-3;

/** Names of the options of {@link GaussianMixture}. */
export const GAUSSIAN_OPTIONS = {
  ...MIXTURE_OPTIONS,
  ...{ covarianceType: true, regCovar: true, init: true, freeze: true, prior: true, noise: true, missing: true },
} satisfies OptionNames<GaussianMixtureOptions>;
const NOISE_OPTIONS = { weight: true, volume: true, logVolume: true } satisfies OptionNames<NoiseOptions>;
const PRIOR_OPTIONS = {
  mean: true,
  shrinkage: true,
  degreesOfFreedom: true,
  scale: true,
} satisfies OptionNames<PriorOptions>;
const STARTS = ['k-means++', 'k-means', 'random-from-data', 'random'];
const FREEZABLE: readonly Freezable[] = ['weights', 'means', 'covariances'];

/**
 * Fits Gaussian mixtures by expectation–maximization (Dempster, Laird & Rubin 1977).
 *
 * ```ts
 * const fit = await new GaussianMixture({ nComponents: 3 }).fit({ data, nFeatures: 2 });
 * console.log(fit.means, fit.bic);
 * fit.destroy();
 * ```
 */
export class GaussianMixture extends Estimator<MixtureParameters, MixtureModel, MixtureFit> {
  readonly options: GaussianMixtureOptions &
    CheckedIteration & { readonly covarianceType: CovarianceType; readonly regCovar: number };

  /** Throws `invalid-option` or `too-many-components`. */
  constructor(options: GaussianMixtureOptions) {
    super();
    this.options = {
      ...ITERATION_DEFAULTS,
      covarianceType: 'full',
      regCovar: 1e-6,
      ...defined(options, GAUSSIAN_OPTIONS),
    };
    const { covarianceType, regCovar, init, freeze = [], missing, noise, prior } = this.options;
    checkIteration(this.options);
    checkMixture(this.options);
    checkChoice('covarianceType', covarianceType, Object.keys(covarianceShapes));
    checkNumber('regCovar', regCovar);
    checkInit(init, STARTS);
    checkSwitch('noise', noise, NOISE_OPTIONS);
    checkSwitch('prior', prior, PRIOR_OPTIONS);
    if (!Array.isArray(freeze)) checkChoice('freeze', freeze, ['a list of weights, means and covariances']);
    for (const name of freeze) checkChoice('freeze', name, FREEZABLE);
    checkChoice('missing', missing ?? 'error', ['error', 'drop', 'em']);
    if (missing === 'em' && init === 'k-means') {
      throw new EmgpuError(
        'invalid-option',
        "init 'k-means' and missing: 'em' exclude each other: k-means takes no rows with gaps.",
        "Take init 'k-means++', which looks at the rows without, or missing: 'drop'.",
      );
    }
    if (missing === 'em' && noise) {
      throw new EmgpuError(
        'invalid-option',
        "noise and missing: 'em' exclude each other: noise has no density of a part of the columns.",
        "Leave out noise, or take missing: 'drop'.",
      );
    }
  }

  /** @internal */
  protected override get count() {
    return this.options.nComponents;
  }

  /** @internal */
  protected override readonly what = 'components';

  /** @internal */
  override get scaling(): Scaling {
    return this.#family().scaling;
  }

  /** @internal */
  protected override get kind() {
    return this.#family().kind;
  }

  /** @internal The noise is a component, too. */
  protected override get expected(): ExpectedPasses {
    return { kind: this.kind, nComponents: this.count + (this.#noise ? 1 : 0) };
  }

  /** @internal */
  override checkFor(nFeatures: number): void {
    this.#givenModel(nFeatures);
    if (this.#noise) checkNoise(this.#noise);
    if (this.#prior) checkPrior(this.#prior, nFeatures);
  }

  /** @internal */
  override check(points: PointSource): PointSource {
    this.checkFor(points.nFeatures);
    return points;
  }

  /** @internal */
  protected override async prepare(session: Session, points: PointSource, call: CallOptions) {
    const { covarianceType, nComponents: K, tol } = this.options;
    const { dataset } = session;
    const D = dataset.nFeatures;
    const given = this.#givenModel(D);
    const noise = this.#noiseFrom(given, points);
    const prior = this.#prior && completePrior(this.#prior, await describePopulation(dataset, call), covarianceType, K);
    const family = this.#family({ noise, prior });
    const { featureNames } = points;
    const names = { featureNames, logVolume: noise?.logVolume };
    const publish = (parameters: MixtureParameters) => fromParameters(parameters, covarianceType, D, names);
    const recipe: Recipe<MixtureParameters, MixtureModel, MixtureFit> = {
      ...{ family, tol },
      start: (seed, onProgress) =>
        given
          ? Promise.resolve(family.toFrame(parametersOf(given, noise), dataset.frame))
          : this.#draw(session, family, noise, seed, { ...call, onSeed: onProgress }),
      toModel: (parameters) => new MixtureModel(publish(parameters)),
      toFit: (parameters, run, last, record) =>
        new MixtureFit(publish(parameters), mixtureRecord(run, K, last, record), dataset),
      toProgress: (logLikelihood) => ({ logLikelihood }),
    };
    return recipe;
  }

  get #noise(): NoiseOptions | undefined {
    return settingsOf(this.options.noise);
  }

  /** The noise at the start: that of the model that is given, with the volume that is asked for. */
  #noiseFrom(given: MixtureModel | undefined, points: PointSource): NoiseStart | undefined {
    const asked = this.#noise;
    if (!given?.noise) return asked && completeNoise(asked, points);
    const hasVolume = asked?.volume !== undefined || asked?.logVolume !== undefined;
    return hasVolume ? { ...completeNoise(asked, points), weight: given.noise.weight } : given.noise;
  }

  get #prior(): PriorOptions | undefined {
    return settingsOf(this.options.prior);
  }

  #family(more: Pick<Parameters<typeof gaussianFamily>[0], 'noise' | 'prior'> = {}): Family<MixtureParameters> {
    const { covarianceType, regCovar, freeze } = this.options;
    return gaussianFamily({ covarianceType, regCovar, freeze, ...more });
  }

  /** The start that `init` gives. Throws `invalid-model` or `model-mismatch`. */
  #givenModel(nFeatures: number): MixtureModel | undefined {
    const { init, covarianceType, nComponents } = this.options;
    if (typeof init !== 'object' || init === null) return undefined;
    const model = MixtureModel.fromJSON('toJSON' in init ? init.toJSON() : init);
    checkStart(
      `covariance ${model.covarianceType}, components × features ${model.nComponents} × ${model.nFeatures}`,
      `covariance ${covarianceType}, components × features ${nComponents} × ${nFeatures}`,
      'Choose the same covarianceType (--covariance), nComponents (--components) and columns (--columns).',
    );
    return model;
  }

  /** @internal D variances to start with, in the frame: a share of the population's. */
  protected startVariances(population: Float64Array, share: number, { frame }: Pick<Dataset, 'frame'>): Float64Array {
    const { regCovar } = this.options;
    const kept = Math.min(1, Math.max(LEAST_SHARE, share));
    return population.map((v, d) => kept * v + regCovar / frame.scale[d]! ** 2);
  }

  /**
   * Draws a start: equal weights, means at the points drawn, and one shared diagonal covariance, the population variances shrunk to the share
   * that the means leave unexplained. Distances count every feature in units of its standard deviation (constant ones not at
   * all), so that the start does not depend on the columns' units. A short `k-means` run takes distances in the frame, whose units are powers
   * of two near the standard deviations. With `random`, one M-step from random responsibilities follows.
   */
  async #draw(
    { backend, dataset }: Session,
    family: Family<MixtureParameters>,
    noise: NoiseStart | undefined,
    seed: number,
    { signal, onSeed }: CallOptions & { readonly onSeed: (fraction: number) => void },
  ): Promise<MixtureParameters> {
    const { init, nComponents: K, covarianceType } = this.options;
    const { variance } = await populationOf(dataset, { signal });
    const weights = new Float64Array(noise ? K + 1 : K).fill((1 - (noise?.weight ?? 0)) / K);
    if (noise) weights[K] = noise.weight;
    const begin = (means: Float64Array, share: number) => ({
      ...{ weights, means },
      covariances: spread(covarianceType, K, this.startVariances(variance, share, dataset)),
    });
    if (init === 'random') {
      const start = begin(new Float64Array(K * dataset.nFeatures), 1);
      const assignment = { kind: 'random', seed } as const;
      const statistics = await dataset.expectation(family.pack(start, dataset.frame), { signal, assignment });
      return family.maximization(statistics, start, dataset.frame).parameters;
    }
    const method = typeof init === 'string' ? init : 'k-means++';
    const scales = variance.map((v) => (v > 0 ? 1 / v : 0));
    const options = { signal, method, count: K, seed, backend, onProgress: onSeed };
    const { centers, meanDistance } = await drawCenters(dataset, scales, options);
    const varying = variance.reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    return begin(centers, varying > 0 ? meanDistance / varying : 1);
  }
}

/** The parameters of a model, with a noise component added where the fit has one and the model has none. */
function parametersOf(model: MixtureModel, noise: NoiseStart | undefined): MixtureParameters {
  const parameters = toParameters(model);
  return noise && !model.noise ? withNoise(parameters, noise) : parameters;
}

/** The settings of an option that `true` turns on with all defaults; undefined where it is off. */
function settingsOf<T extends object>(option: boolean | T | undefined): T | Record<string, never> | undefined {
  if (!option) return undefined;
  return option === true ? {} : option;
}

/** Mean and covariance of the points, in data units. */
async function describePopulation(dataset: Dataset, call: CallOptions) {
  const { mean } = await populationOf(dataset, call);
  return { mean: outOfFrame(mean, dataset.frame), covariance: await populationCovariance(dataset, call) };
}

/** The same D variances for every component, in the form of a covariance type (spherical: their mean). */
function spread(type: CovarianceType, K: number, variances: Float64Array): Float64Array {
  const shape = covarianceShapes[type];
  const D = variances.length;
  const size = blockSize(shape, D);
  const covariances = new Float64Array(countBlocks(shape, K) * size);
  const mean = variances.reduce((a, b) => a + b, 0) / D;
  for (let i = 0; i < covariances.length; i++) {
    const at = i % size;
    if (shape.form === 'scalar') covariances[i] = mean;
    else if (shape.form === 'diagonal') covariances[i] = variances[at]!;
    else if (at % (D + 1) === 0) covariances[i] = variances[at / (D + 1)]!;
  }
  return covariances;
}
