import type { Degeneracy, Family } from '../em/types.ts';

/** Parameters of k-means: K × D centres, flat and float64. */
export interface KMeansParameters {
  readonly nClusters: number;
  readonly centers: Float64Array;
}

/**
 * k-means (Lloyd 1982) as a family: spherical EM in the limit of a vanishing shared variance, where responsibilities are 0 or
 * 1 and the log-likelihood, scaled, is minus the inertia.
 */
export const kMeansFamily: Family<KMeansParameters> = {
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

  maximization({ nComponents: K, nFeatures: D, counts, centers, first }, previous) {
    const degeneracies: Degeneracy[] = [];
    const moved = Float64Array.from(previous.centers);
    for (let k = 0; k < K; k++) {
      if (counts[k] === 0) {
        const message = `Cluster ${k} has no points left; its centre stays where it was.`;
        degeneracies.push({ component: k, code: 'empty-component', message });
        continue;
      }
      for (let i = k * D; i < (k + 1) * D; i++) moved[i] = centers[i]! + first[i]! / counts[k]!;
    }
    return { parameters: { nClusters: K, centers: moved }, degeneracies };
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
