/**
 * Runs a share of the GPU cases of `test/lanes/` with Dawn and writes what happened, one message per line.
 *
 *     node correctness.js SEED SHARE SHARES
 */
import { cases } from '../../test/lanes/cases/index.ts';
import { writeMessage } from '../../test/lanes/entries/process.ts';
import { runRequest } from '../../test/lanes/entries/request.ts';
import { openDawn } from './dawn.ts';

const [seed, share, shares] = process.argv.slice(2).map(Number) as [number, number, number];
// The name decides only which cases run and how long they may be; those of Dawn in Node are meant.
const lane = 'node-lavapipe';
const mine = cases.filter(({ lanes }, i) => i % shares === share && (lanes?.includes(lane) ?? true));
const names = mine.map(({ name }) => name);
await runRequest(openDawn(), { lane, suite: 'cases', seed, names }, writeMessage);
process.stdout.write('', () => process.exit(0));
