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
  full: (p) => new MixtureModel(p, logDensityFull, (...to) => momentsFull(...to, false), p.nComponents * triangle(p)),
  tied: (p) => new MixtureModel(p, logDensityTied, (...to) => momentsFull(...to, true), triangle(p)),
  diag: (p) => new MixtureModel(p, logDensityDiag, (...to) => momentsDiag(...to, false), p.nComponents * p.nFeatures),
  spherical: (p) => new MixtureModel(p, logDensitySpherical, (...to) => momentsDiag(...to, true), p.nComponents),
  'k-means': (p) => new KMeansModel(p),
};

/** Numbers in a packed triangle. */
function triangle({ nFeatures: d }: KernelParameters): number {
  return (d * (d + 1)) / 2;
}

/** The stages of a kind, bound to parameters. */
export function bindStages(parameters: KernelParameters): TileModel {
  return MODELS[parameters.kind](parameters);
}
