// Where a fit ends depends on where it starts: iris from four kinds of starts, twenty of each. In a clone: `npm run build`,
// then `node examples/seeding-and-restarts.mjs`. What it shows: docs/guide/seeding-and-restarts.md.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/iris.csv', import.meta.url));
const { points } = await readTable(file); // the four columns of numbers

const fit = await new GaussianMixture({ nComponents: 3, nInit: 20 }).fit(points);
for (const { seed, value, nIter, refused } of fit.restarts.slice(0, 5)) {
  console.log(`seed ${seed}: ${value.toFixed(2)} after ${nIter} iterations${refused ? `, refused: ${refused}` : ''}`);
}
console.log(`kept: ${fit.logLikelihood.toFixed(3)}`);

for (const init of ['k-means++', 'k-means', 'random-from-data', 'random']) {
  const one = await new GaussianMixture({ nComponents: 3, init, nInit: 20 }).fit(points);
  const values = one.restarts.filter(({ refused }) => !refused).map(({ value }) => value);
  const best = values.filter((value) => value > -180.2).length;
  const refused = one.restarts.filter((restart) => restart.refused);
  console.log(
    `${init}: ${best} of 20 reached −180.19, the best has ${Math.max(...values).toFixed(2)}, the worst ${Math.min(...values).toFixed(2)}`,
  );
  for (const { value, refused: why } of refused) console.log(`  ${value.toFixed(2)} was refused: ${why}`);
  one.destroy();
}

// A fit, or a model file, is a start, too.
const again = await new GaussianMixture({ nComponents: 3, init: fit }).fit(points);
console.log(`from the fit: ${again.nIter} iterations, ${again.logLikelihood.toFixed(3)}`);
fit.destroy();
again.destroy();
await releaseBackends();
