import { KMeansModel } from './k-means-model.ts';
import { MixtureModel } from './mixture-model.ts';
import { checkHeader, refuse } from './model-json.ts';
import { PoissonModel } from './poisson-mixture.ts';

/** Every kind of model file, by its `model`. */
const kinds = {
  'gaussian-mixture': MixtureModel,
  'k-means': KMeansModel,
  'poisson-mixture': PoissonModel,
} as const;

/** A model of any kind. */
export type AnyModel = MixtureModel | KMeansModel | PoissonModel;

/** A model file of any kind. */
export type ModelJSON = ReturnType<AnyModel['toJSON']>;

/** A model of any kind from a model file's content. Throws `invalid-model` saying what is wrong with it. */
export function modelFromJSON(json: unknown): AnyModel {
  const { model } = checkHeader(json);
  if (!Object.hasOwn(kinds, String(model)))
    refuse(`model must be one of ${Object.keys(kinds).join(', ')}, got ${JSON.stringify(model)}`);
  return kinds[model as keyof typeof kinds].fromJSON(json);
}
