import { KMeansModel } from './k-means-model.ts';
import { MixtureModel } from './mixture-model.ts';
import { checkModelJSON } from './model-json.ts';

/** A model of either kind from a model file's content. Throws `invalid-model` saying what is wrong with it. */
export function modelFromJSON(json: unknown): MixtureModel | KMeansModel {
  const checked = checkModelJSON(json);
  return checked.model === 'k-means' ? new KMeansModel(checked) : new MixtureModel(checked);
}
