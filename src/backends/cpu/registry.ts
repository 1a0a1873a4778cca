import type { KernelParameters } from '../../em/types.ts';
import { KMeansModel } from './k-means-model.ts';
import { MixtureModel } from './mixture-model.ts';
import {
  type BindLogDensity,
  type BindMoments,
  logDensityBeyond,
  logDensityDiag,
  logDensityFull,
  logDensitySpherical,
  logDensityTied,
  momentsDiag,
  momentsFull,
} from './mixture-stages.ts';
import type { TileModel } from './tile-model.ts';

/** The stages of a mixture that its kind decides on. */
interface MixtureStages {
  readonly logDensity: BindLogDensity;
  readonly moments: BindMoments;
  /** How many sums of second moments there are. */
  readonly secondLength: (p: KernelParameters) => number;
}

/** Which stages make up which Gaussian. */
const GAUSSIANS = new Map<string, MixtureStages>([
  [
    'full',
    {
      logDensity: logDensityFull,
      moments: (...to) => momentsFull(...to, false),
      secondLength: (p) => p.nComponents * triangle(p),
    },
  ],
  ['tied', { logDensity: logDensityTied, moments: (...to) => momentsFull(...to, true), secondLength: triangle }],
  ['tied-first', diagonal(logDensityTied)],
  ['diag', diagonal(logDensityDiag)],
  [
    'spherical',
    {
      logDensity: logDensitySpherical,
      moments: (...to) => momentsDiag(...to, true),
      secondLength: (p) => p.nComponents,
    },
  ],
]);

/** Every other family: densities from the stage with its name, the sums of a diagonal Gaussian. */
const BEYOND = diagonal(logDensityBeyond);

function diagonal(logDensity: BindLogDensity): MixtureStages {
  return {
    logDensity,
    moments: (...to) => momentsDiag(...to, false),
    secondLength: (p) => p.nComponents * p.nFeatures,
  };
}

/** Numbers in a packed triangle. */
function triangle({ nFeatures: d }: KernelParameters): number {
  return (d * (d + 1)) / 2;
}

/**
 * The stages of a kind, bound to parameters.
 * @param inPlace of the kind's log-densities: an assignment
 */
export function bindStages(parameters: KernelParameters, inPlace?: BindLogDensity): TileModel {
  const { kind } = parameters;
  if (kind === 'k-means') return new KMeansModel(parameters);
  const { logDensity, moments, secondLength } = GAUSSIANS.get(kind) ?? BEYOND;
  return new MixtureModel(parameters, inPlace ?? logDensity, moments, secondLength(parameters));
}
