/**
 * A process of its own that walks a file: prints the rows, the sum of all numbers, and by how many bytes the memory of the
 * process grew at most.
 */
import { openAsBlob } from 'node:fs';
import { openStream } from '../../src/data/stream.ts';

const [path, rows] = [process.argv[2]!, Number(process.argv[3])];
const stream = await openStream(await openAsBlob(path), { name: path });
const atStart = process.memoryUsage.rss();
let nRows = 0;
let sum = 0;
for (let walk = 0; walk < 2; walk++) {
  for await (const { data } of stream.chunks({ rows })) {
    nRows += data.length / stream.nFeatures;
    for (const x of data) sum += x;
  }
}
const grown = process.resourceUsage().maxRSS * 1024 - atStart;
console.log(JSON.stringify({ nRows, sum, grown }));
