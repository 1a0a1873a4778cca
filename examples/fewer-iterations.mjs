// Three ways to fewer passes over the points: stop when little is left to gain, jump ahead, begin on a sample. In a clone:
// `npm run build`, then `node examples/fewer-iterations.mjs`. What it shows: docs/guide/fewer-iterations.md.
import { GaussianMixture, MixtureModel, releaseBackends } from 'emgpu/node';

// Three components so close that EM is slow.
const truth = new MixtureModel({
  covarianceType: 'full',
  nFeatures: 2,
  nComponents: 3,
  weights: [0.4, 0.3, 0.3],
  means: [
    [0, 0],
    [1.5, 0.5],
    [0, 2.5],
  ],
  covariances: [
    [
      [1, 0],
      [0, 1],
    ],
    [
      [0.5, 0.2],
      [0.2, 2],
    ],
    [
      [2, -0.3],
      [-0.3, 0.4],
    ],
  ],
});
const points = { data: truth.sample(10_000, 1).data, nFeatures: 2 };

// When to stop.
const limit = await new GaussianMixture({ nComponents: 3, tol: 1e-12, maxIter: 5000 }).fit(points);
for (const tol of [1e-3, 1e-4, 1e-5, 1e-6, 1e-7]) {
  const fit = await new GaussianMixture({ nComponents: 3, tol, maxIter: 5000 }).fit(points);
  const left = limit.lowerBound - fit.lowerBound;
  console.log(
    `tol ${tol.toExponential()}: ${fit.nIter} iterations, ${left.toExponential(1)} nats per row left to gain`,
  );
  fit.destroy();
}

// Jumping ahead.
for (const tol of [1e-6, 1e-9]) {
  for (const accelerate of ['off', 'auto']) {
    const fit = await new GaussianMixture({ nComponents: 3, tol, accelerate, maxIter: 5000 }).fit(points);
    const left = limit.lowerBound - fit.lowerBound;
    console.log(
      `tol ${tol.toExponential()}, ${accelerate}: ${fit.nExpectations} E-steps, ${left.toExponential(1)} nats per row left`,
    );
    fit.destroy();
  }
}

// Beginning on a sample.
const many = { data: truth.sample(100_000, 2).data, nFeatures: 2 };
for (const warmUp of [false, 10_000]) {
  const fit = await new GaussianMixture({ nComponents: 3, warmUp, maxIter: 5000 }).fit(many);
  const before = fit.warmUp ? `, after ${fit.warmUp.nIter} iterations on ${fit.warmUp.nSamples}` : '';
  console.log(`${fit.nExpectations} E-steps on ${fit.nSamples} rows${before}: ${fit.logLikelihood.toFixed(2)}`);
  fit.destroy();
}
limit.destroy();
await releaseBackends();
