// A file is fitted without being in memory, then once more by looking at each row only once. In a clone: `npm run build`, then
// `node examples/stream.mjs`. What it costs, and when not to do it: docs/guide/streams.md.
import { fileURLToPath } from 'node:url';
import { GaussianMixture, KMeans, MixtureModel, openStream, releaseBackends, streamFrom } from 'emgpu/node';

// From a file: every pass walks it anew. These chunks are tiny, as the file is; leave chunkRows out for real ones.
const file = fileURLToPath(new URL('../test/reference/data/faithful.csv', import.meta.url));
const faithful = await openStream(file);
const exact = await new GaussianMixture({ nComponents: 2, chunkRows: 100 }).fit(faithful);
console.log(`${exact.nSamples} rows, ${exact.nIter} iterations on ${exact.backend}, BIC ${exact.bic.toFixed(2)}`);
console.log('means', exact.means);

// From a generator: it is called for every walk, and must give the same rows each time.
const truth = MixtureModel.fromJSON(exact.toJSON());
function* simulate() {
  for (let seed = 1; seed <= 40; seed++) yield truth.sample(5000, seed).data;
}
const simulated = streamFrom(simulate, { nFeatures: 2 });
const fit = await new GaussianMixture({ nComponents: 2, chunkRows: 50_000, warmUp: 10_000 }).fit(simulated);
console.log(`${fit.nSamples} simulated rows: ${fit.lowerBound.toFixed(5)} nats per row`);

// Each chunk once: stepwise EM, and k-means by chunks.
const mixture = new GaussianMixture({ nComponents: 2 });
const kMeans = new KMeans({ nClusters: 2 });
let model;
let clusters;
for await (const chunk of simulated.chunks({ rows: 5000 })) {
  model = await mixture.partialFit(chunk);
  clusters = await kMeans.partialFit(chunk);
}
console.log(`By stepwise EM: ${(await model.score(simulated)).toFixed(5)} nats per row`, model.means);
console.log('Running means of k-means', clusters.centers);

exact.destroy();
fit.destroy();
await releaseBackends();
