// Fits two components to Old Faithful. In a clone: `npm run build`, then `node examples/node.mjs`.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const { points, featureNames } = await readTable(file);
const fit = await new GaussianMixture({ nComponents: 2, covarianceType: 'full' }).fit(points);
const labels = await fit.predict();
console.log({ featureNames, weights: fit.weights, means: fit.means, bic: fit.bic, nIter: fit.nIter });
console.log(`First labels: ${labels.slice(0, 10)}. Computed on ${fit.adapter}: ${fit.backendReason}.`);
fit.destroy();
await releaseBackends();
