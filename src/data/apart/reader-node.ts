import { parentPort } from 'node:worker_threads';
import { fromNodePort } from '../../threads.ts';
import { openPath } from '../node-file.ts';
import { serveReader } from './serve.ts';

/** The entry of a Node thread that reads files. */
serveReader(fromNodePort(parentPort!), async (place) =>
  typeof place === 'string' ? openPath(place) : { source: place, close: async () => {} },
);
