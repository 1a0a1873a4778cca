import type { Frame } from '../data/frame.ts';
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
 */
function family(metric: Metric): Family<KMeansParameters> {
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
        for (let i = k * D; i < (k + 1) * D; i++) moved[i] = centers[i]! + first[i]! / counts[k]!;
        if (metric === 'cosine') bringToLengthOne(moved.subarray(k * D, (k + 1) * D), frame);
      }
      return { parameters: { nClusters: K, centers: moved }, degeneracies };
    },

    // There are no variances. Directions take a step more than the mean.
    ...(metric === 'euclidean' && { regularizer: ({ shift }) => new Float64Array(shift.length) }),

    moveTo({ nClusters, centers }, component, point) {
      const moved = Float64Array.from(centers);
      moved.set(point, component * point.length);
      return { nClusters, centers: moved };
    },

    countParameters: (K, D) => K * D,

    toFrame: ({ nClusters, centers }, { shift, scale }) => ({
      nClusters,
      centers: centers.map((c, i) => (c - shift[i % shift.length]!) / scale[i % shift.length]!),
    }),

    toData: ({ nClusters, centers }, { shift, scale }) => ({
      nClusters,
      centers: centers.map((c, i) => c * scale[i % shift.length]! + shift[i % shift.length]!),
    }),

    report: (objective, { scale }) => (objective === 0 ? 0 : -objective * scale[0]! ** 2),
  };
}

/** Divides a centre, D numbers in the frame, by its length in data units. Opposite points may leave none: then it stays. */
function bringToLengthOne(center: Float64Array, { shift, scale }: Frame): void {
  const data = center.map((c, d) => c * scale[d]! + shift[d]!);
  const length = Math.hypot(...data);
  if (length > 0) center.set(data.map((c, d) => (c / length - shift[d]!) / scale[d]!));
}

export const kMeansFamily = family('euclidean');
export const sphericalKMeansFamily = family('cosine');
