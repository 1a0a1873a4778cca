import type { KernelKind, KernelParameters } from '../../em/types.ts';
import { KMeansModel } from './k-means-model.ts';
import { MixtureModel } from './mixture-model.ts';
import { logDensityDiag } from './stages/log-density-diag.ts';
import { logDensityFull } from './stages/log-density-full.ts';
import { logDensitySpherical } from './stages/log-density-spherical.ts';
import { logDensityTied } from './stages/log-density-tied.ts';
import { momentsDiag } from './stages/moments-diag.ts';
import { momentsFull } from './stages/moments-full.ts';
import type { TileModel } from './tile-model.ts';

/** Which stages make up which kind. A new family adds its twin and an entry here. */
const MODELS: Record<KernelKind, (parameters: KernelParameters) => TileModel> = {
  full: (p) => new MixtureModel(p, logDensityFull(p), momentsFull(p, 'triangles')),
  tied: (p) => new MixtureModel(p, logDensityTied(p), momentsFull(p, 'one triangle')),
  diag: (p) => new MixtureModel(p, logDensityDiag(p), momentsDiag(p, 'diagonals')),
  spherical: (p) => new MixtureModel(p, logDensitySpherical(p), momentsDiag(p, 'traces')),
  'k-means': (p) => new KMeansModel(p),
};

/** The stages of a kind, bound to parameters. */
export function bindStages(parameters: KernelParameters): TileModel {
  return MODELS[parameters.kind](parameters);
}
