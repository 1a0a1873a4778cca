import { fittedMixture } from './fitted-mixture.ts';
import { MixtureModel } from './mixture-model.ts';

export type { MixtureRecord } from './fitted-mixture.ts';

/**
 * A fitted mixture. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which parameters and scores remain.
 */
export class MixtureFit extends fittedMixture(MixtureModel) {}
