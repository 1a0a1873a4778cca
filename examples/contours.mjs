// Draws the density of a mixture fitted to Old Faithful as a map of characters, and asks it what to expect. In a clone:
// `npm run build`, then `node examples/contours.mjs`. What is computed: docs/guide/densities.md.
import { fileURLToPath } from 'node:url';
import { conditional, densityGrid, GaussianMixture, marginal, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const { points, featureNames } = await readTable(file); // minutes: of an eruption, and of waiting for the next
const fit = await new GaussianMixture({ nComponents: 2 }).fit({ ...points, featureNames });

// Contours at the densities above which 50, 80 and 95 % of all eruptions lie.
const [nx, ny] = [72, 24];
const [x, y] = [
  [1, 6, nx],
  [35, 105, ny],
];
const densities = await densityGrid(fit, { features: ['eruptions', 'waiting'], x, y });
const cell = ((x[1] - x[0]) / (nx - 1)) * ((y[1] - y[0]) / (ny - 1));
const sorted = densities.toSorted((a, b) => b - a);

/** The density above which so much of the probability lies. */
function levelOf(share) {
  let sum = 0;
  for (const density of sorted) {
    sum += density * cell;
    if (sum >= share) return density;
  }
  return 0;
}

const levels = [0.95, 0.8, 0.5].map(levelOf);
for (let j = ny - 1; j >= 0; j--) {
  const row = densities.subarray(j * nx, (j + 1) * nx);
  console.log(Array.from(row, (density) => ' .+#'[levels.filter((level) => density >= level).length]).join(''));
}
console.log('# half of all eruptions, + 80 %, . 95 %; right: longer eruptions, up: longer waits\n');

/** Mean and standard deviation of a mixture of one column. */
function summary({ weights, means, covariances }) {
  const mean = weights.reduce((sum, w, k) => sum + w * means[k][0], 0);
  const variance = weights.reduce((sum, w, k) => sum + w * (covariances[k][0][0] + (means[k][0] - mean) ** 2), 0);
  return `${mean.toFixed(1)} ± ${Math.sqrt(variance).toFixed(1)} minutes`;
}

console.log(`Waiting: ${summary(marginal(fit, ['waiting']))}`);
for (const eruptions of [2, 3, 4]) {
  const next = conditional(fit, { eruptions });
  const shares = next.weights.map((w) => w.toFixed(3)).join(' and ');
  console.log(`After ${eruptions} minutes of eruption: ${summary(next)} (component weights ${shares})`);
}

fit.destroy();
await releaseBackends();
