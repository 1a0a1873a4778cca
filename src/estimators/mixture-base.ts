import { type Bound, boundAtPosterior, boundUnder } from '../em/bound.ts';
import { checkInRange } from '../em/statistics.ts';
import type { Dataset, Family, RunOptions, Statistics } from '../em/types.ts';
import { PointModel, type ScoreOptions } from './point-model.ts';
import type { PointSource } from './session.ts';

/** Scores of a mixture on some points. */
export interface MixtureScore {
  readonly nSamples: number;
  /** `Σ w`, the N of BIC and ICL: `nSamples` where points have no weights. */
  readonly totalWeight: number;
  /** Total log-likelihood, weighted, natural logarithm, in data units. */
  readonly logLikelihood: number;
  /** Mean log-likelihood per unit of weight. */
  readonly lowerBound: number;
  /** Bayesian information criterion, `−2 L + p log N`: smaller is better. */
  readonly bic: number;
  /** Akaike information criterion, `−2 L + 2 p`: smaller is better. */
  readonly aic: number;
  /**
   * Integrated completed likelihood, `BIC + 2 entropy` of the responsibilities (McLachlan & Peel 2000, §6.10.3): smaller is better, and
   * components that overlap are charged for it.
   */
  readonly icl: number;
}

export interface BoundOptions extends ScoreOptions {
  /** Responsibilities of 0 and 1, as `predict` gives labels, instead of the posterior. */
  readonly hard?: boolean | undefined;
}

/** What mixtures of all families share. */
export abstract class MixtureBase<P> extends PointModel<P> {
  /** K */
  abstract readonly nComponents: number;
  /** `[K]`, summing to 1. */
  abstract readonly weights: number[];

  /** Free parameters. */
  get nParameters(): number {
    return this.family.countParameters(this.nComponents, this.nFeatures);
  }

  /** @internal The family, which for some kinds has to look at the points before it can give their bound. */
  protected familyOf(_dataset: Dataset, _run: RunOptions): Promise<Family<P>> {
    return Promise.resolve(this.family);
  }

  /** N × K responsibilities, row-major; rows sum to 1. Without points, for those it was fitted to. */
  predictProba(points?: PointSource, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return this.read('responsibilities', points, options);
  }

  /** N log-densities, natural logarithm, in data units. Without points, for those it was fitted to. */
  scoreSamples(points?: PointSource, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return this.read('logDensities', points, options);
  }

  /** Mean log-likelihood per unit of weight. Without points, for those it was fitted to. */
  async score(points?: PointSource, options: ScoreOptions = {}): Promise<number> {
    return (await this.evaluate(points, options)).lowerBound;
  }

  /** Log-likelihood, BIC, AIC and ICL of points under the model. Without points, for those it was fitted to. */
  evaluate(points?: PointSource, options: ScoreOptions = {}): Promise<MixtureScore> {
    return this.over(points, options, async (dataset, run) => {
      const statistics = await dataset.expectation(this.packFor(dataset), run);
      checkInRange(statistics);
      const parameters = this.family.toFrame(this.flatten(), dataset.frame);
      const family = await this.familyOf(dataset, run);
      const bound = boundAtPosterior(family, statistics, parameters, dataset)!;
      return scoreOf(statistics, bound.entropy, this.nParameters);
    });
  }

  /**
   * The log-likelihood as evidence lower bound plus KL(q ‖ posterior). By default q is the posterior (KL 0); with `hard` it is the labels, whose entropy
   * is 0 (that of missing cells aside). Without points, for those it was fitted to.
   */
  bound(points?: PointSource, { hard = false, ...options }: BoundOptions = {}): Promise<Bound> {
    return this.over(points, options, async (dataset, run) => {
      const { frame } = dataset;
      const packed = this.packFor(dataset);
      const parameters = this.family.toFrame(this.flatten(), frame);
      const soft = await dataset.expectation(packed, run);
      const family = await this.familyOf(dataset, run);
      if (!hard) return boundAtPosterior(family, soft, parameters, dataset)!;
      const labels = await dataset.read('labels', packed, run);
      const assignment = { kind: 'labels', labels } as const;
      const statistics = await dataset.expectation(packed, { ...run, assignment });
      const { missingEntropy: entropy = 0 } = statistics;
      return boundUnder(family, { statistics, entropy }, parameters, frame, soft.objective);
    });
  }
}

/** The log-likelihood and the criteria that follow from it. ICL counts only the entropy of responsibilities, not that of missing cells. */
export function scoreOf(
  {
    nSamples,
    totalWeight,
    objective,
    missingEntropy = 0,
  }: Pick<Statistics, 'nSamples' | 'totalWeight' | 'objective' | 'missingEntropy'>,
  entropy: number,
  nParameters: number,
): MixtureScore {
  const bic = nParameters * Math.log(totalWeight) - 2 * objective;
  return {
    ...{ nSamples, totalWeight, logLikelihood: objective, lowerBound: objective / totalWeight, bic },
    aic: 2 * nParameters - 2 * objective,
    icl: bic + 2 * (entropy - missingEntropy),
  };
}
