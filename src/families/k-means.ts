import { type Frame, intoFrame, outOfFrame } from '../data/frame.ts';
import type { Degeneracy, Family } from '../em/types.ts';

/** Parameters of k-means: K × D centres, flat and float64. */
export interface KMeansParameters {
  readonly nClusters: number;
  readonly centers: Float64Array;
}

/** What distances are between: points as they are, or directions (points and centres of length 1). */
export type Metric = 'euclidean' | 'cosine';

/**
 * k-means (Lloyd 1982) as a family: spherical EM in the limit of a vanishing shared variance, where responsibilities are 0 or
 * 1 and the log-likelihood, scaled, is minus the inertia. With `cosine` centres are brought back to length 1 (spherical k-means,
 * Dhillon & Modha 2001): of points of length 1 `|x − c|² = 2 − 2 cos`, and the mean's direction is the best centre.
 * @param shortest a mean of directions that is no longer than this has no direction itself: its length is rounding
 */
function family(metric: Metric, shortest = 0): Family<KMeansParameters> {
  return {
    kind: 'k-means',
    hard: true,
    scaling: 'isotropic',

    pack: ({ nClusters, centers }) => ({
      kind: 'k-means',
      nComponents: nClusters,
      nFeatures: centers.length / nClusters,
      means: centers,
      precisionsCholesky: new Float64Array(0),
      logNormalizers: new Float64Array(0),
    }),

    maximization({ nComponents: K, nFeatures: D, counts, centers, first }, previous, frame) {
      const degeneracies: Degeneracy[] = [];
      const moved = Float64Array.from(previous.centers);
      for (let k = 0; k < K; k++) {
        if (counts[k] === 0) {
          const message = `Cluster ${k} has no points left; its centre stays where it was.`;
          degeneracies.push({ component: k, code: 'empty-component', message });
          continue;
        }
        const center = Float64Array.from({ length: D }, (_, d) => centers[k * D + d]! + first[k * D + d]! / counts[k]!);
        // Where directions cancel, their mean has none, and any centre is as good as the old one.
        if (metric === 'euclidean' || bringToLengthOne(center, frame, shortest)) moved.set(center, k * D);
      }
      return { parameters: { nClusters: K, centers: moved }, degeneracies };
    },

    // There are no variances to add anything to. With `cosine` the M-step does more than take means, so it has no stretches.
    ...(metric === 'euclidean' && { regularizer: ({ shift }) => new Float64Array(shift.length) }),

    moveTo({ nClusters, centers }, component, point) {
      const moved = Float64Array.from(centers);
      moved.set(point, component * point.length);
      return { nClusters, centers: moved };
    },

    countParameters: (K, D) => K * D,

    toFrame: ({ nClusters, centers }, frame) => ({ nClusters, centers: intoFrame(centers, frame) }),
    toData: ({ nClusters, centers }, frame) => ({ nClusters, centers: outOfFrame(centers, frame) }),
    report: (objective, { scale }) => (objective === 0 ? 0 : -objective * scale[0]! ** 2),
  };
}

/** The length in data units of a centre that is given in the frame. For a mean of directions it says how much they agree, from 0 to 1. */
export function lengthOf(center: Float64Array, { shift, scale }: Frame): number {
  return Math.hypot(...center.map((c, d) => c * scale[d]! + shift[d]!));
}

/** Divides a centre by its length in data units; false, and nothing done, where that is no more than `shortest`. */
function bringToLengthOne(center: Float64Array, frame: Frame, shortest: number): boolean {
  const { shift, scale } = frame;
  const length = lengthOf(center, frame);
  if (length <= shortest) return false;
  for (let d = 0; d < center.length; d++) {
    center[d] = ((center[d]! * scale[d]! + shift[d]!) / length - shift[d]!) / scale[d]!;
  }
  return true;
}

export const kMeansFamily = family('euclidean');
export const sphericalKMeansFamily = (shortest: number) => family('cosine', shortest);
