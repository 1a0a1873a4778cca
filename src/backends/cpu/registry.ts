import type { KernelKind, KernelParameters } from '../../em/types.ts';
import { KMeansModel } from './k-means-model.ts';
import { MixtureModel } from './mixture-model.ts';
import {
  logDensityDiag,
  logDensityFull,
  logDensitySpherical,
  logDensityTied,
  momentsDiag,
  momentsFull,
} from './mixture-stages.ts';
import type { TileModel } from './tile-model.ts';

/** Which stages make up which kind. A new family adds its twin and an entry here. */
const MODELS: Record<KernelKind, (parameters: KernelParameters) => TileModel> = {
  full: (p) => new MixtureModel(p, logDensityFull, (...args) => momentsFull(...args, false)),
  tied: (p) => new MixtureModel(p, logDensityTied, (...args) => momentsFull(...args, true)),
  diag: (p) => new MixtureModel(p, logDensityDiag, (...args) => momentsDiag(...args, false)),
  spherical: (p) => new MixtureModel(p, logDensitySpherical, (...args) => momentsDiag(...args, true)),
  'k-means': (p) => new KMeansModel(p),
};

/** The stages of a kind, bound to parameters. */
export function bindStages(parameters: KernelParameters): TileModel {
  return MODELS[parameters.kind](parameters);
}
