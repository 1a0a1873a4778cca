// What each iteration does to the likelihood's lower bound, why EM's step is a natural gradient, and how sure the result is, on Old
// Faithful. In a clone: `npm run build`, then `node examples/what-em-does.mjs`. The formulas: docs/guide/what-em-does.md.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, readTable, releaseBackends } from 'emgpu/node';

const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const { points } = await readTable(file); // minutes of an eruption, minutes until the next
// The CPU backend is float64; regCovar would add to every covariance what the likelihood does not ask for.
const options = { nComponents: 2, regCovar: 0, tol: 1e-12, backend: 'cpu' };
const cpu = { backend: 'cpu' };

const fit = await new GaussianMixture({ ...options, bounds: true }).fit(points);
console.log('iteration: bound and KL after the E-step, after the M-step');
for (const { iteration, expectation, maximization } of fit.bounds.slice(0, 6)) {
  const before = `${expectation.elbo.toFixed(3)} ${expectation.kl}`;
  console.log(`${iteration}: ${before}, ${maximization.elbo.toFixed(3)} ${maximization.kl.toFixed(3)}`);
}
const hard = await fit.bound(points, { hard: true, ...cpu });
console.log(
  `log-likelihood ${hard.logLikelihood.toFixed(3)} = ${hard.elbo.toFixed(3)} (labels) + ${hard.kl.toFixed(3)}`,
);

const run = await new GaussianMixture(options).start(points);
await run.step();
const early = await run.model.naturalGradient(points, cpu);
run.destroy();
console.log('after one iteration, component 0:');
for (const name of ['naturalStep', 'emStep', 'emStepAboutOldMeans']) {
  const { weights, means, covariances } = early[name];
  const numbers = [weights[0], ...means[0], ...covariances[0][0]].map((x) => x.toFixed(6));
  console.log(`  ${name}: weight ${numbers[0]}, mean ${numbers.slice(1, 3)}, covariance ${numbers.slice(3)} …`);
}

const { standardErrors, missingShare, names } = await fit.fisherInformation();
const plusMinus = (value, error) => `${value.toFixed(3)} ± ${error.toFixed(3)}`;
console.log(`${names.length} free parameters: ${names.join(' ')}`);
fit.weights.forEach((weight, k) => {
  const means = fit.means[k].map((mean, d) => plusMinus(mean, standardErrors.means[k][d]));
  console.log(`component ${k}: weight ${plusMinus(weight, standardErrors.weights[k])}, mean ${means.join(', ')}`);
});
console.log(`missing share ${missingShare.toFixed(4)}`);

// EM's own history tells the same number: each gain is its square times the one before.
const gains = fit.history.slice(1).map((value, i) => value - fit.history[i]);
const last = gains.findIndex((gain) => gain < 1e-7);
console.log(`EM's rate, from the last gains: ${Math.sqrt(gains[last] / gains[last - 1]).toFixed(4)}`);

fit.destroy();
await releaseBackends();
