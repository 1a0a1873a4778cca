// How many kinds of days were there? Death notices of women over 80 per day in the Times, 1910 to 1912 (Hasselblad 1969). In a clone:
// `npm run build`, then `node examples/poisson.mjs`. What is assumed, and how counts are handled: docs/guide/poisson.md.
import { PoissonMixture, releaseBackends, selectFrom } from 'emgpu/node';

const days = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1]; // with 0, 1, 2 … notices
const points = { data: Float64Array.from(days.keys()), nFeatures: 1, sampleWeight: Float64Array.from(days) };

const candidates = [1, 2, 3].map(
  (nComponents) => new PoissonMixture({ nComponents, nInit: 5, tol: 1e-12, accelerate: 'on', backend: 'cpu' }),
);
const { rows, best, fit } = await selectFrom(points, candidates);
for (const { nComponents, logLikelihood, bic } of rows) {
  console.log(`${nComponents} components: log-likelihood ${logLikelihood.toFixed(3)}, BIC ${bic.toFixed(1)}`);
}
console.log(`BIC takes ${best.nComponents}:`);
fit.weights.forEach((weight, k) => {
  console.log(`  ${(100 * weight).toFixed(1)} % of the days with ${fit.rates[k][0].toFixed(4)} notices`);
});

const expected = await fit.scoreSamples();
days.forEach((seen, x) => {
  console.log(`${x} notices: ${seen} days, expected ${(fit.totalWeight * Math.exp(expected[x])).toFixed(1)}`);
});
fit.destroy();
await releaseBackends();
