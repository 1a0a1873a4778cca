// 272 waiting times before eruptions of Old Faithful have 51 different values. Fitting to all rows, and to the 51 values with
// their counts as weights, is the same. In a clone: `npm run build`, then `node examples/weights.mjs`. More: docs/guide/weights.md.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, MixtureModel, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const { points } = await readTable(file, { columns: ['waiting'] });

const counts = new Map();
for (const minutes of points.data) counts.set(minutes, (counts.get(minutes) ?? 0) + 1);
const grouped = {
  data: Float64Array.from(counts.keys()),
  nFeatures: 1,
  sampleWeight: Float64Array.from(counts.values()),
};

// The same start for both, or the draws of k-means++ would differ.
const start = new MixtureModel({
  covarianceType: 'full',
  nFeatures: 1,
  nComponents: 2,
  weights: [0.5, 0.5],
  means: [[50], [90]],
  covariances: [[[50]], [[50]]],
});
for (const rows of [points, grouped]) {
  const fit = await new GaussianMixture({ nComponents: 2, init: start }).fit(rows);
  const { nSamples, totalWeight, logLikelihood, bic, weights, means } = fit;
  console.log(`${nSamples} rows of total weight ${totalWeight}:`);
  console.log(`  log-likelihood ${logLikelihood.toFixed(6)}, BIC ${bic.toFixed(4)}`);
  console.log(`  weights ${weights.map((w) => w.toFixed(6))}, means ${means.map(([m]) => m.toFixed(5))}`);
  fit.destroy();
}

// How many rows of equal weight would know as much (Kish 1965).
const w = grouped.sampleWeight;
const sum = w.reduce((a, b) => a + b, 0);
const squares = w.reduce((a, b) => a + b * b, 0);
console.log(`effective number of rows: ${(sum ** 2 / squares).toFixed(1)} of ${w.length}`);
await releaseBackends();
