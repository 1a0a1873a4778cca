// Soft k-means from a wide shared variance to none, where it is k-means: petal lengths of iris, four clusters. In a clone:
// `npm run build`, then `node examples/annealing.mjs`. What it shows: docs/guide/annealing.md.
import { fileURLToPath } from 'node:url';
import { anneal, KMeans, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/iris.csv', import.meta.url));
const { points } = await readTable(file, { columns: ['petal_length'] });

const variances = Array.from({ length: 36 }, (_, i) => 6.2 * 0.8 ** i);
let last;
for await (const stage of anneal(points, { nClusters: 4, variances })) {
  const { variance, model, nIter, bound, inertia } = stage;
  const centers = (model.means ?? model.centers).map(([x]) => x).sort((a, b) => a - b);
  const told = bound ? `entropy ${(bound.entropy / 150).toFixed(5)} per row` : `inertia ${inertia.toFixed(4)}`;
  console.log(
    `σ ${Math.sqrt(variance).toFixed(3)}: ${told}, ${nIter} steps, centres ${centers.map((x) => x.toFixed(3))}`,
  );
  last = stage;
}

const fit = await new KMeans({ nClusters: 4, nInit: 20 }).fit(points);
console.log(`k-means, best of 20: ${fit.inertia.toFixed(4)}; at the end of annealing: ${last.inertia.toFixed(4)}`);
fit.destroy();
await releaseBackends();
