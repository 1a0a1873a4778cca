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

/** The stages of each Gaussian kind. */
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

/** The stages of every other family: densities from the stage with its name, and the sums of a diagonal Gaussian. */
const BEYOND = diagonal(logDensityBeyond);

function diagonal(logDensity: BindLogDensity): MixtureStages {
  return {
    logDensity,
    moments: (...to) => momentsDiag(...to, false),
    secondLength: (p) => p.nComponents * p.nFeatures,
  };
}

/** How many numbers a packed triangle has. */
function triangle({ nFeatures: d }: KernelParameters): number {
  return (d * (d + 1)) / 2;
}

/**
 * The stages of a kind, bound to parameters.
 * @param inPlace takes the place of the kind's log-density stage: an assignment
 */
export function bindStages(parameters: KernelParameters, inPlace?: BindLogDensity): TileModel {
  const { kind } = parameters;
  if (kind === 'k-means') return new KMeansModel(parameters);
  const { logDensity, moments, secondLength } = GAUSSIANS.get(kind) ?? BEYOND;
  return new MixtureModel(parameters, inPlace ?? logDensity, moments, secondLength(parameters));
}
