import { MixtureModel, type MixtureParts } from 'emgpu';
import type { GeneratedId } from './types.ts';

type Matrix = readonly [readonly [number, number], readonly [number, number]];

/** Σ of a cloud with standard deviation `along` in the direction of `degrees` and `across` at right angles to it. */
function tilted(degrees: number, along: number, across: number): Matrix {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const mixed = c * s * (along ** 2 - across ** 2);
  return [
    [(along * c) ** 2 + (across * s) ** 2, mixed],
    [mixed, (along * s) ** 2 + (across * c) ** 2],
  ];
}

function full(weights: number[], means: number[][], covariances: readonly Matrix[]): MixtureParts {
  return {
    ...{ covarianceType: 'full', nComponents: weights.length, nFeatures: 2, weights, means },
    covariances: covariances.map((matrix) => matrix.map((row) => [...row])),
  };
}

function spherical(weights: number[], means: number[][], covariances: number[]): MixtureParts {
  return { covarianceType: 'spherical', nComponents: weights.length, nFeatures: 2, weights, means, covariances };
}

const THIRDS = [1 / 3, 1 / 3, 1 / 3];

/**
 * The corners of a triangle with equal sides, 10⁵ from its centre, which is 10⁶ from the origin. Ten times wider, and the variance of a
 * cloud would be as small beside that of all points as the engine's regulariser is.
 */
const FAR = [90, 210, 330].map((degrees) => [
  1e6 + 1e5 * Math.cos((degrees * Math.PI) / 180),
  1e5 * Math.sin((degrees * Math.PI) / 180),
]);

/** The truth behind all generated data but the rings, which are no mixture of Gaussians in the plane. */
export const MIXTURES: Readonly<Record<Exclude<GeneratedId, 'rings'>, MixtureModel>> = {
  round: new MixtureModel(
    spherical(
      [0.25, 0.25, 0.25, 0.25],
      [
        [-4, -3],
        [4, -4],
        [5, 4],
        [-3, 5],
      ],
      [1, 1, 1, 1],
    ),
  ),
  elongated: new MixtureModel(
    full(
      THIRDS,
      [
        [-2, 2],
        [0, 0],
        [2, -2],
      ],
      [tilted(45, 4, 0.5), tilted(45, 4, 0.5), tilted(45, 4, 0.5)],
    ),
  ),
  overlapping: new MixtureModel(
    full(
      [0.4, 0.3, 0.3],
      [
        [-1.5, 0],
        [1.5, 0.5],
        [0.5, 2.5],
      ],
      [tilted(60, 1.5, 0.8), tilted(-20, 1.4, 0.8), tilted(10, 1.6, 0.7)],
    ),
  ),
  unequal: new MixtureModel(
    spherical(
      [0.8, 0.12, 0.08],
      [
        [0, 0],
        [8, 2],
        [7, -3],
      ],
      [9, 0.36, 0.09],
    ),
  ),
  'far-apart': new MixtureModel(spherical(THIRDS, FAR, [1, 1, 1])),
};
