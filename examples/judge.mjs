// How many components has iris, how far apart are they, and do they find the species? In a clone: `npm run build`, then
// `node examples/judge.mjs`. What each number means, and when not to trust it: docs/guide/judging.md.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  adjustedRandIndex,
  componentTable,
  contingency,
  GaussianMixture,
  kFoldScore,
  normalizedMutualInformation,
  readTable,
  releaseBackends,
  silhouette,
} from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/iris.csv', import.meta.url));
const { points, featureNames } = await readTable(file); // the four columns of numbers
const lines = (await readFile(file, 'utf8')).trim().split('\n').slice(1);
const species = lines.map((line) => line.split(',')[4]);

/** Fits to some of the rows and scores the others. */
async function fitAndScore(nComponents, train, test) {
  const fit = await new GaussianMixture({ nComponents }).fit(train);
  const { logLikelihood } = await fit.evaluate(test);
  fit.destroy();
  return { logLikelihood, weight: test.data.length / test.nFeatures };
}

for (const nComponents of [1, 2, 3, 4, 5]) {
  const { mean, perFold } = await kFoldScore(points, 10, (train, test) => fitAndScore(nComponents, train, test));
  const folds = perFold.map((value) => value.toFixed(2)).join(' ');
  console.log(`${nComponents} components: ${mean.toFixed(3)} nats per held-out row (folds: ${folds})`);
}

const fit = await new GaussianMixture({ nComponents: 3 }).fit(points);
const labels = await fit.predict();
for (const { component, weight, mean, sd, conditionNumber, overlap } of componentTable(fit)) {
  const place = featureNames.map((name, d) => `${name} ${mean[d].toFixed(2)} ± ${sd[d].toFixed(2)}`).join(', ');
  console.log(`component ${component}, weight ${weight.toFixed(3)}: ${place}`);
  console.log(
    `  condition number ${conditionNumber.toFixed(0)}, overlaps ${overlap.component} most: ${overlap.coefficient.toFixed(4)}`,
  );
}

const { score, perCluster, sampled } = await silhouette(points, labels);
console.log(`silhouette ${score.toFixed(3)}${sampled ? ' (of a sample)' : ''}`);
for (const cluster of perCluster) console.log(`  cluster ${cluster.label}: ${cluster.score.toFixed(3)}`);

const table = contingency(species, labels);
for (const { a, b, count } of table.cells) console.log(`${table.labels[0][a]} in ${table.labels[1][b]}: ${count}`);
console.log(`adjusted Rand index ${adjustedRandIndex(species, labels).toFixed(3)}`);
console.log(`normalized mutual information ${normalizedMutualInformation(species, labels).toFixed(3)}`);

fit.destroy();
await releaseBackends();
