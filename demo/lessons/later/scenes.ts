import type { MixtureParts } from 'emgpu';

/** A mixture whose samples a lesson shows. Plain numbers, so that a test can draw the same points and do its own sums. */
export interface Scene {
  readonly truth: MixtureParts;
  /** Points drawn. */
  readonly n: number;
  readonly seed: number;
}

const inPlane = { nFeatures: 2, covarianceType: 'full' } as const;

/** The names of the dance's clouds, in the order in which they are offered. */
export const DANCES = ['Blobs', 'Elongated', 'Overlapping'] as const;
export type DanceName = (typeof DANCES)[number];

/** Lesson 6: three clouds each, in the plane x −5 … 5, y −3.2 … 3.2. */
export const dances: Readonly<Record<DanceName, Scene>> = {
  Blobs: {
    ...{ n: 240, seed: 4 },
    truth: {
      ...inPlane,
      nComponents: 3,
      weights: [0.4, 0.33, 0.27],
      means: [
        [-2.6, -0.8],
        [0.6, 1.4],
        [2.5, -1.2],
      ],
      covariances: [isotropic(0.45), isotropic(0.3), isotropic(0.35)],
    },
  },
  Elongated: {
    ...{ n: 240, seed: 9 },
    truth: {
      ...inPlane,
      nComponents: 3,
      weights: [0.36, 0.34, 0.3],
      means: [
        [-1.2, 1.5],
        [0.2, -0.2],
        [1.4, -1.8],
      ],
      covariances: [ellipse(2.2, 0.12, 0.3), ellipse(2.4, 0.1, 0.3), ellipse(2, 0.12, 0.3)],
    },
  },
  Overlapping: {
    ...{ n: 240, seed: 3 },
    truth: {
      ...inPlane,
      nComponents: 3,
      weights: [0.4, 0.35, 0.25],
      means: [
        [-1.2, -0.3],
        [1.3, 0.5],
        [0.2, -0.6],
      ],
      covariances: [ellipse(0.9, 0.35, 1), ellipse(0.8, 0.4, -0.7), ellipse(2.6, 0.3, 0.2)],
    },
  },
};

/** Where the dance begins unless a mean is dragged. */
export const DANCE_START: readonly (readonly [number, number])[] = [
  [-0.8, 2.3],
  [0, 1.7],
  [0.8, 2.3],
];

/** Variance of the dance's first circles. */
export const DANCE_VARIANCE = 0.3;

/** Lesson 7: two clouds side by side. `stretch` multiplies the vertical standard deviation of both; `right`: the right one's centre. */
export function twoClouds(stretch: number, right: readonly number[]): Scene {
  const variances = [0.5, 0.5 * stretch ** 2];
  const truth = { nFeatures: 2, nComponents: 2, weights: [0.5, 0.5], covariances: [variances, variances] };
  return { truth: { ...truth, covarianceType: 'diag', means: [[-1.7, 0], right] }, n: 240, seed: 7 };
}

/** Lesson 8: three round clouds. */
export const softScene: Scene = {
  ...{ n: 240, seed: 2 },
  truth: {
    nFeatures: 2,
    covarianceType: 'spherical',
    nComponents: 3,
    weights: [0.4, 0.35, 0.25],
    means: [
      [-1.9, -0.9],
      [1.8, -0.9],
      [0.4, 1.5],
    ],
    covariances: [0.8, 0.6, 0.45],
  },
};

/** σ of the stages of lesson 8, falling; after the last comes 0. */
export const SIGMAS: readonly number[] = Array.from({ length: 40 }, (_, i) => 2.4 * (0.1 / 2.4) ** (i / 39));

/** Lesson 9: three clumps on a line. */
export const clumps: Scene = {
  ...{ n: 80, seed: 5 },
  truth: {
    nFeatures: 1,
    covarianceType: 'spherical',
    nComponents: 3,
    weights: [0.28, 0.5, 0.22],
    means: [[-3], [0.6], [3.6]],
    covariances: [0.4, 0.5, 0.25],
  },
};

/** The model of lesson 9: one bell of fixed width over an even background on a line of length 12. Only `mean` moves. */
export function bellAt(mean: number): MixtureParts {
  return {
    ...{ nFeatures: 1, nComponents: 1, covarianceType: 'spherical' },
    ...{ weights: [0.5], means: [[mean]], covariances: [BELL_VARIANCE] },
    noise: { weight: 0.5, logVolume: Math.log(12) },
  };
}

/** σ² of that bell. */
export const BELL_VARIANCE = 0.5;

/** The model of lesson 10: a tight bell and a wide one, of fixed widths and weights. Only the two means move. */
export function twoBells(first: number, second: number): MixtureParts {
  return {
    ...{ nFeatures: 1, nComponents: 2, covarianceType: 'spherical', weights: [0.6, 0.4] },
    ...{ means: [[first], [second]], covariances: [0.25, 2.25] },
  };
}

/** Its points. */
export const bells: Scene = { truth: twoBells(-1, 1.5), n: 120, seed: 3 };

function isotropic(variance: number): number[][] {
  return ellipse(variance, variance, 0);
}

/** The covariance with these variances along and across a direction, in radians from the x axis. */
function ellipse(along: number, across: number, direction: number): number[][] {
  const [c, s] = [Math.cos(direction), Math.sin(direction)];
  const mixed = (along - across) * c * s;
  return [
    [along * c * c + across * s * s, mixed],
    [mixed, along * s * s + across * c * c],
  ];
}
