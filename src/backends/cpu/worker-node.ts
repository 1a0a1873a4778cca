import { parentPort } from 'node:worker_threads';
import { serveShard } from './worker.ts';

/** The entry of a Node worker thread. */
const port = parentPort!;
serveShard({
  postMessage: (message, transfer) => port.postMessage(message, transfer),
  listen: (onMessage) => port.on('message', onMessage),
});
