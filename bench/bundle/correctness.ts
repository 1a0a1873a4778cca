/**
 * Runs a share of the GPU cases of `test/lanes/` with Dawn and writes what happened, one message per line. Of the cases that are many alike
 * it runs the part OF_ALIKE, 0 … 1.
 *
 *     node correctness.js SEED SHARE SHARES OF_ALIKE
 */
import { cases } from '../../test/lanes/cases/index.ts';
import { writeMessage } from '../../test/lanes/entries/process.ts';
import { runRequest } from '../../test/lanes/entries/request.ts';
import { PLAN_PREFIX } from './cases.ts';
import { openDawn } from './dawn.ts';
import { planOf } from './share.ts';

const [seed, share, shares, ofAlike] = process.argv.slice(2).map(Number) as [number, number, number, number];
// The name decides only which cases run and how long they may be; those of Dawn in Node are meant.
const lane = 'node-lavapipe';
const mine = cases.filter(({ lanes }, i) => i % shares === share && (lanes?.includes(lane) ?? true));
const plan = planOf(mine, ofAlike, seed);
process.stdout.write(`${PLAN_PREFIX}${JSON.stringify(plan)}\n`);
await runRequest(openDawn(), { lane, suite: 'cases', seed, names: plan.names }, writeMessage);
process.stdout.write('', () => process.exit(0));
