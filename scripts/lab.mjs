/**
 * `npm run lab`: the Lab on a fresh clone, with nothing but Node. Installs what is missing and serves the pages until it is stopped.
 *
 *     node scripts/lab.mjs [more options of `vite`, for instance --port 8000 --open]
 */
import { join } from 'node:path';
import { prepare, ROOT, run } from './prepare.mjs';

prepare();
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
run(process.execPath, [VITE, '--config', join('demo', 'vite.config.ts'), ...process.argv.slice(2)]);
