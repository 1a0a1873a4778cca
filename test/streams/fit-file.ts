/**
 * A process of its own that fits a mixture to a Parquet file, out of core: prints what came of it, and by how many bytes the memory of the
 * process grew at most.
 */
import { openAsBlob } from 'node:fs';
import { openStream } from '../../src/data/stream.ts';
import { GaussianMixture } from '../../src/index.ts';

const [path, chunkRows] = [process.argv[2]!, Number(process.argv[3])];
const stream = await openStream(await openAsBlob(path), { name: path });
const mixture = new GaussianMixture({ nComponents: 2, tol: 0, maxIter: 2, backend: 'cpu', chunkRows });
const atStart = process.memoryUsage.rss();
const fit = await mixture.fit(stream);
const grown = process.resourceUsage().maxRSS * 1024 - atStart;
const { nSamples, means, nIter } = fit;
console.log(JSON.stringify({ nSamples, means, nIter, grown }));
