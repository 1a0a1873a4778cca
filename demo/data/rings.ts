import { MixtureModel } from 'emgpu';

const RADII = [2, 5] as const;
/** Standard deviation of the distance from a ring's line. */
const BREADTH = 0.25;

/** As many points on the outer ring as on the inner one; three independent standard normal numbers for each. */
const NORMALS = new MixtureModel({
  ...{ covarianceType: 'spherical', nComponents: 2, nFeatures: 3, weights: [0.5, 0.5] },
  means: [
    [0, 0, 0],
    [0, 0, 0],
  ],
  covariances: [1, 1],
});

/** `n` points of two rings round the origin: two normal numbers make a direction that is uniform, the third strays from the line. */
export function sampleRings(n: number, seed: number): Float64Array {
  const { data: normals, labels } = NORMALS.sample(n, seed);
  const data = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [u, v] = [normals[3 * i]!, normals[3 * i + 1]!];
    const radius = RADII[labels[i] as 0 | 1] + BREADTH * normals[3 * i + 2]!;
    const scale = radius / Math.hypot(u, v);
    data[2 * i] = scale * u;
    data[2 * i + 1] = scale * v;
  }
  return data;
}
