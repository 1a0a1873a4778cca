// k-means: starts, empty clusters, strict convergence, directions, mini-batches. In a clone: `npm run build`, then
// `node examples/k-means.mjs`. What each part shows: docs/guide/k-means.md.
import { adjustedRandIndex, KMeans, KMeansModel, MixtureModel, releaseBackends } from 'emgpu/node';

/** Equal round clouds. */
const clouds = (means, variance) =>
  new MixtureModel({
    covarianceType: 'spherical',
    nFeatures: means[0].length,
    nComponents: means.length,
    weights: means.map(() => 1 / means.length),
    means,
    covariances: means.map(() => variance),
  });

// Starts: 25 clouds on a grid.
const grid = clouds(
  Array.from({ length: 25 }, (_, i) => [i % 5, Math.floor(i / 5)]),
  0.02,
);
const points = { data: grid.sample(5000, 1).data, nFeatures: 2 };
for (const init of ['random', 'k-means++']) {
  const fit = await new KMeans({ nClusters: 25, init, nInit: 20 }).fit(points);
  const values = fit.restarts.map(({ value }) => value).sort((a, b) => a - b);
  const reached = values.filter((value) => value < 1.001 * values[0]).length;
  const [best, median, worst] = [values[0], values[10], values[19]].map((value) => value.toFixed(1));
  console.log(`${init}: inertia ${best} at best (${reached} of 20 starts), median ${median}, worst ${worst}`);
  fit.destroy();
}

// An empty cluster: the third centre is far from everything.
const centers = [
  [0, 0],
  [4, 4],
  [900, 900],
];
const init = new KMeansModel({ nClusters: 3, nFeatures: 2, centers });
const moved = await new KMeans({ nClusters: 3, init }).fit(points);
for (const { code, iteration, message } of moved.warnings) console.log(`${code}, iteration ${iteration}: ${message}`);

// Strict convergence: until no row changes its cluster.
for (const tol of [1e-6, 0]) {
  const fit = await new KMeans({ nClusters: 10, tol }).fit(points);
  console.log(
    `tol ${tol.toExponential()}: ${fit.nIter} iterations, inertia ${fit.inertia.toFixed(4)}, converged ${fit.converged}`,
  );
  fit.destroy();
}

// Directions: three of them, and rows of very different lengths.
const compass = clouds(
  [0, 1, 2].map((third) => [Math.cos((2 * Math.PI * third) / 3), Math.sin((2 * Math.PI * third) / 3)]),
  0.01,
);
const { data, labels: truth } = compass.sample(3000, 1);
const rays = { data: data.map((x, i) => x * 1.01 ** (Math.floor(i / 2) % 500)), nFeatures: 2 };
for (const metric of ['euclidean', 'cosine']) {
  const fit = await new KMeans({ nClusters: 3, metric, nInit: 10 }).fit(rays);
  console.log(`${metric}: agreement with the directions ${adjustedRandIndex(truth, await fit.predict()).toFixed(3)}`);
  fit.destroy();
}

// Mini-batches: each chunk is seen once, and forgotten.
const many = { data: grid.sample(200_000, 2).data, nFeatures: 2 };
const online = new KMeans({ nClusters: 25 });
let model;
for (let row = 0; row < 200_000; row += 5000) {
  model = await online.partialFit({ data: many.data.subarray(2 * row, 2 * (row + 5000)), nFeatures: 2 });
}
const seen = await model.evaluate(many);
const whole = await new KMeans({ nClusters: 25 }).fit(many);
const perRow = (inertia) => (inertia / 200_000).toFixed(5);
console.log(`mini-batches: ${perRow(seen.inertia)} per row; all at once: ${perRow(whole.inertia)}`);
moved.destroy();
whole.destroy();
await releaseBackends();
