import type { HostPoints } from '../../src/data/points.ts';
import { fromParameters } from '../../src/estimators/mixture-model.ts';
import type { CovarianceType, GaussianMixtureJSON, KMeansJSON } from '../../src/index.ts';
import { mixtureJSON } from '../api/data.ts';
import { goldenStart, type Trajectory } from '../lanes/cases/golden.ts';
import golden from '../reference/golden.json';

export const cpu = { backend: 'cpu' } as const;

/** The points of a reference data set. */
export function reference(name: 'iris' | 'faithful'): HostPoints {
  return goldenStart(golden.trajectories.find(({ data }) => data === name)!).points;
}

/** Points and start of a golden trajectory, the start as a model file. */
export function goldenCase(trajectory: Trajectory): { points: HostPoints; init: GaussianMixtureJSON } {
  const { points, start } = goldenStart(trajectory);
  const type = trajectory.covarianceType as CovarianceType;
  return { points, init: mixtureJSON(fromParameters(start, type, points.nFeatures)) };
}

export function goldenNamed(data: string, K: number, type: string): { points: HostPoints; init: GaussianMixtureJSON } {
  return goldenCase(
    golden.trajectories.find((t) => t.data === data && t.nComponents === K && t.covarianceType === type)!,
  );
}

/** A model file of k-means. */
export function centersJSON(centers: readonly (readonly number[])[]): KMeansJSON {
  const [nClusters, nFeatures] = [centers.length, centers[0]!.length];
  return { format: 'emgpu-model', version: 1, model: 'k-means', nFeatures, nClusters, centers };
}

/** Velocities of 82 galaxies in 1000 km/s (Postman, Huchra & Geller 1986; Roeder 1990): a mixture with many optima. */
export const galaxies: HostPoints = {
  data: Float64Array.from(
    [
      ...[9172, 9350, 9483, 9558, 9775, 10227, 10406, 16084, 16170, 18419, 18552, 18600, 18927, 19052, 19070, 19330],
      ...[19343, 19349, 19440, 19473, 19529, 19541, 19547, 19663, 19846, 19856, 19863, 19914, 19918, 19973, 19989],
      ...[20166, 20175, 20179, 20196, 20215, 20221, 20415, 20629, 20795, 20821, 20846, 20875, 20986, 21137, 21492],
      ...[21701, 21814, 21921, 21960, 22185, 22209, 22242, 22249, 22314, 22374, 22495, 22746, 22747, 22888, 22914],
      ...[23206, 23241, 23263, 23484, 23538, 23542, 23666, 23706, 23711, 24129, 24285, 24289, 24366, 24717, 24990],
      ...[25633, 26960, 26995, 32065, 32789, 34279],
    ],
    (v) => v / 1000,
  ),
  nFeatures: 1,
};
