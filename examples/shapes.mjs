// What a component may look like, and what may be held fast, pulled or left over. In a clone: `npm run build`, then
// `node examples/shapes.mjs`. What each part shows: docs/guide/shapes.md.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, MixtureModel, readTable, releaseBackends, SoftKMeans } from 'emgpu/node';

const read = (name) => readTable(fileURLToPath(new URL(`../test/reference/data/${name}.csv`, import.meta.url)));
const { points: iris } = await read('iris');
const { points: faithful } = await read('faithful');

// Covariance types.
for (const covarianceType of ['full', 'tied', 'diag', 'tied-diag', 'spherical', 'tied-spherical']) {
  const fit = await new GaussianMixture({ nComponents: 2, covarianceType, nInit: 10 }).fit(iris);
  const { nParameters, logLikelihood, bic } = fit;
  console.log(`${covarianceType}: ${nParameters} parameters, ${logLikelihood.toFixed(2)}, BIC ${bic.toFixed(2)}`);
  fit.destroy();
}

// Soft k-means: only the centres move.
for (const stiffness of [0.001, 0.01, 0.1]) {
  const fit = await new SoftKMeans({ nClusters: 2, stiffness }).fit(faithful);
  const sigma = Math.sqrt(1 / (2 * stiffness)).toFixed(1);
  console.log(`β ${stiffness}, σ ${sigma}: centres ${fit.means.map((m) => m.map((x) => x.toFixed(2)).join(' '))}`);
  fit.destroy();
}

// Freezing: the components are known, how much there is of each is not.
const known = await new GaussianMixture({ nComponents: 2 }).fit(faithful);
const [weightOfFirst] = known.weights;
const other = new MixtureModel({ ...known.toJSON(), weights: weightOfFirst > 0.5 ? [0.2, 0.8] : [0.8, 0.2] });
const { data } = other.sample(5000, 1);
const shares = await new GaussianMixture({ nComponents: 2, init: known, freeze: ['means', 'covariances'] }).fit({
  data,
  nFeatures: 2,
});
console.log(`shares of the sample: ${shares.weights.map((x) => x.toFixed(3))}, drawn with ${other.weights}`);

// A prior: 50 flowers, 6 components, 89 parameters.
const setosa = { data: iris.data.subarray(0, 200), nFeatures: 4 };
try {
  await new GaussianMixture({ nComponents: 6, nInit: 20 }).fit(setosa);
} catch ({ code }) {
  console.log(`without a prior: ${code}`);
}
const map = await new GaussianMixture({ nComponents: 6, nInit: 20, prior: true }).fit(setosa);
const refused = map.restarts.filter((restart) => restart.refused).length;
console.log(`with a prior: ${refused} of 20 starts refused`);

// Noise: 30 rows strewn over a box ten times as long and wide.
let state = 1;
const uniform = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const strewn = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 40 * uniform() - 18 : 700 * uniform() - 280));
const dirty = { data: Float64Array.from([...faithful.data, ...strewn]), nFeatures: 2 };
for (const noise of [false, true]) {
  const fit = await new GaussianMixture({ nComponents: 2, nInit: 10, noise }).fit(dirty);
  const means = fit.means.map((m) => m.map((x) => x.toFixed(2)).join(' ')).join(', ');
  console.log(`noise ${noise}: weights ${fit.weights.map((x) => x.toFixed(3))}, means ${means}`);
  if (fit.noise) {
    const labels = await fit.predict();
    const found = labels.subarray(272).filter((label) => label === 2).length;
    const wrongly = labels.subarray(0, 272).filter((label) => label === 2).length;
    console.log(`  noise weight ${fit.noise.weight.toFixed(3)}; ${found} of 30 found, ${wrongly} of 272 wrongly`);
  }
  fit.destroy();
}
for (const fit of [known, shares, map]) fit.destroy();
await releaseBackends();
