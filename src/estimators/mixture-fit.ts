import { fittedMixture, type MixtureRecord } from './fitted-mixture.ts';
import type { FisherInformation } from './information.ts';
import { MixtureModel } from './mixture-model.ts';
import type { ScoreOptions } from './point-model.ts';
import type { PointSource } from './session.ts';

export type { MixtureRecord } from './fitted-mixture.ts';

/** Sums of the same weights may be rounded differently, to float32 at worst. */
const SAME = 1e-5;

/**
 * A fitted mixture. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which parameters and scores remain.
 */
export class MixtureFit extends fittedMixture(MixtureModel) {
  /**
   * How well the points determine the parameters, and standard errors: see {@link MixtureModel.fisherInformation}. Without points, for those it was
   * fitted to. Where other points are given that differ from them in number or total weight, `caution` says so.
   */
  override async fisherInformation(points?: PointSource, options: ScoreOptions = {}): Promise<FisherInformation> {
    const information = await super.fisherInformation(points, options);
    const other = otherPoints(information, this);
    if (other === undefined) return information;
    return { ...information, caution: [other, information.caution].filter(Boolean).join(' ') };
  }
}

type Size = Pick<MixtureRecord, 'nSamples' | 'totalWeight'>;

/** Says why points cannot be those that were fitted. Other points of the same number and weight go unnoticed. */
function otherPoints(given: Size, fitted: Size): string | undefined {
  const { nSamples, totalWeight } = fitted;
  if (given.nSamples === nSamples && Math.abs(given.totalWeight - totalWeight) <= SAME * totalWeight) return undefined;
  const text = (size: Size) => `${size.nSamples} rows of total weight ${Number(size.totalWeight.toPrecision(6))}`;
  return `The fit was to ${text(fitted)}; these are ${text(given)}.`;
}
