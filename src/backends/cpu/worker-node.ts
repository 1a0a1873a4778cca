import { parentPort } from 'node:worker_threads';
import { fromNodePort } from '../../threads.ts';
import { serveShard } from './worker.ts';

/** The entry of a Node worker thread. */
serveShard(fromNodePort(parentPort!));
