/** `npm run -s emgpu -- …` in a clone: the command, installed and built first where that is missing or out of date. */
import { BUILT, prepare, run } from './prepare.mjs';

prepare();
// The caller's folder, not the project's: paths on the command line are meant from there.
run(process.execPath, [BUILT, ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? process.cwd() });
