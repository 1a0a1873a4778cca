/**
 * `npm start`: the main job on a fresh clone, with nothing but Node. Installs and builds what is missing, fits three million
 * flights on the best backend there is, and says where the report lies.
 *
 *     node scripts/start.mjs [more options of `emgpu fit`, for instance --backend cpu]
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUILT, prepare, ROOT, run } from './prepare.mjs';

const DATA = join('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
const REPORT = 'emgpu-report.html';
const JOB = ['--columns', 'delay,distance', '--components', '6', '--covariance', 'full', '--report', REPORT];

prepare();
console.log('Fitting a mixture of 6 Gaussians to 3 million flights (delay in minutes, distance in miles) …\n');
run(process.execPath, [BUILT, 'fit', DATA, ...JOB, ...process.argv.slice(2)]);
console.log(`\nOpen the report in a browser: ${pathToFileURL(join(ROOT, REPORT))}`);
